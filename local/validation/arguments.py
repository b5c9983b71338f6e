"""The arguments of `validate`: files of every kind, several of each."""

from argparse import ArgumentParser, Namespace
from pathlib import Path

from local.validation.command import Given
from local.validation.kinds import REQUEST, TITLES

OPTIONS = tuple(name for name in TITLES if name != REQUEST)
VARIABLES = tuple(name.upper().replace("-", "_") for name in OPTIONS)
NO_FILE = (
    f"a file is missing; give REQUEST.json, or files after {', '.join(f'--{n}' for n in OPTIONS)}; "
    f"with make: make validate REQUEST=file.json, and the same with {', '.join(VARIABLES)}"
)


def add_files(parser: ArgumentParser) -> None:
    """Declares the files."""
    parser.add_argument(
        REQUEST, type=Path, nargs="*", metavar="REQUEST.json", help=f"{TITLES[REQUEST]}; come first"
    )
    for name in OPTIONS:
        parser.add_argument(
            f"--{name}",
            type=Path,
            nargs="+",
            action="extend",
            default=[],
            metavar="FILE",
            help=f"{TITLES[name]}; can be repeated",
        )


def files_in(arguments: Namespace) -> Given:
    """The files of each kind."""
    return {name: getattr(arguments, name.replace("-", "_")) for name in TITLES}
