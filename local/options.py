"""What the command line says, checked."""

import math
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from local.partners import Partners

PROJECT = Path(__file__).resolve().parent.parent
SIMULATOR_WAIT_SCALE = 0.01


@dataclass(frozen=True)
class IdList:
    """A local file that stands for an object in S3."""

    bucket: str
    key: str
    file: Path


@dataclass(frozen=True)
class Options:
    """How the application is to run; without `genesys_url` it talks to a simulator."""

    out: Path = PROJECT / ".local"
    genesys_url: str | None = None
    wait_scale: float = SIMULATOR_WAIT_SCALE
    parameters: Mapping[str, str] = field(default_factory=dict)
    id_lists: tuple[IdList, ...] = ()
    conversations: int = 5000
    seed: int = 7
    partners: Partners = field(default_factory=Partners)
    shows_governance: bool = False
    campaigns: tuple[str, ...] = ()


def options_in(arguments: Namespace) -> Options:
    """The options of `run` and `up`; waits are real where Genesys is."""
    scale = arguments.wait_scale
    if scale is None:
        scale = 1.0 if arguments.genesys_url else SIMULATOR_WAIT_SCALE
    return Options(
        out=arguments.out,
        genesys_url=arguments.genesys_url,
        wait_scale=scale,
        parameters=dict(arguments.parameter),
        id_lists=tuple(arguments.ids),
        conversations=arguments.conversations,
        seed=arguments.seed,
        partners=Partners.from_environment(),
    )


def add_options(parser: ArgumentParser) -> None:
    """Declares the options of `run` and `up`."""
    default = Options()
    parser.add_argument(
        "--genesys-url",
        metavar="URL",
        help="API and login of a Genesys that runs already; its client is in the environment's "
        "GENESYS_CLIENT_ID and GENESYS_CLIENT_SECRET (default: a simulator is started)",
    )
    parser.add_argument("--out", type=Path, metavar="DIR", default=default.out)
    parser.add_argument(
        "--wait-scale",
        type=scale_in,
        metavar="X",
        help="the part of each wait that is really waited "
        f"(default: {SIMULATOR_WAIT_SCALE} with the simulator, 1 with --genesys-url)",
    )
    parser.add_argument(
        "--parameter",
        type=parameter_in,
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="a parameter of template.yaml; may be repeated",
    )
    parser.add_argument(
        "--ids",
        type=id_list_in,
        action="append",
        default=[],
        metavar="s3://BUCKET/KEY=FILE",
        help="a file to be found there; may be repeated",
    )
    parser.add_argument("--conversations", type=int, default=default.conversations, metavar="N")
    parser.add_argument("--seed", type=int, default=default.seed, metavar="N")


def scale_in(text: str) -> float:
    """A wait scale: more than 0, at most 1."""
    try:
        scale = float(text)
    except ValueError:
        scale = math.nan
    if not 0 < scale <= 1:
        raise ArgumentTypeError(f"{text!r} is not a number above 0 and up to 1")
    return scale


def parameter_in(text: str) -> tuple[str, str]:
    """Key and value."""
    key, equals, value = text.partition("=")
    if not (key and equals):
        raise ArgumentTypeError(f"{text!r} is not KEY=VALUE")
    return key, value


def id_list_in(text: str) -> IdList:
    """Where in S3, and which file."""
    url, equals, file = text.partition("=")
    bucket, slash, key = url.removeprefix("s3://").partition("/")
    if not (url.startswith("s3://") and bucket and slash and key and equals and file):
        raise ArgumentTypeError(f"{text!r} is not s3://BUCKET/KEY=FILE")
    if not Path(file).is_file():
        raise ArgumentTypeError(f"{file} is not a file")
    return IdList(bucket, key, Path(file))
