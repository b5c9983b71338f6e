"""The arguments that several commands share, checked."""

import math
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from pathlib import Path

from genesys_purge.model.platform import PLATFORMS

from local.options.options import PLATFORM, SIMULATOR_WAIT_SCALE, IdList, Options
from local.options.partners import Partners


def options_in(arguments: Namespace) -> Options:
    """The options of parsed arguments; by default, waits are real with a real Genesys."""
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
        days=arguments.days,
        seed=arguments.seed,
        partners=Partners.from_environment(),
    )


def add_options(parser: ArgumentParser) -> None:
    """Declares the arguments of every command that runs the application."""
    parser.add_argument(
        "--genesys-url",
        metavar="URL",
        help="API and login URL of a Genesys that already runs; set GENESYS_CLIENT_ID and "
        "GENESYS_CLIENT_SECRET in the environment (default: starts a simulator)",
    )
    add_out(parser)
    parser.add_argument(
        "--wait-scale",
        type=scale_in,
        metavar="X",
        help="multiplies every wait, above 0 and up to 1 "
        f"(default: {SIMULATOR_WAIT_SCALE} with the simulator, 1 with --genesys-url)",
    )
    parser.add_argument(
        "--parameter",
        type=parameter_in,
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="a parameter of template.yaml; can be repeated",
    )
    parser.add_argument(
        "--ids",
        type=id_list_in,
        action="append",
        default=[],
        metavar="s3://BUCKET/KEY=FILE",
        help="uploads a file to S3 before the run; can be repeated",
    )
    _add_simulated(parser)


def _add_simulated(parser: ArgumentParser) -> None:
    default = Options()
    parser.add_argument(
        "--conversations",
        type=int,
        default=default.conversations,
        metavar="N",
        help=f"conversations in the simulator (default: {default.conversations})",
    )
    parser.add_argument(
        "--days",
        type=int,
        metavar="N",
        help="spread the simulated conversations over N days until 400 days ago, with one "
        "protected on every tenth day (default: a mix of ages and holds)",
    )
    parser.add_argument(
        "--seed",
        type=int,
        default=default.seed,
        metavar="N",
        help=f"seed of the simulated conversations (default: {default.seed})",
    )


def add_out(parser: ArgumentParser) -> None:
    """Declares `--out`."""
    parser.add_argument(
        "--out",
        type=Path,
        metavar="DIR",
        default=Options().out,
        help="the folder of the result files (default: .local)",
    )


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
    """The key and value of a template parameter."""
    key, equals, value = text.partition("=")
    if not (key and equals):
        raise ArgumentTypeError(f"{text!r} is not KEY=VALUE")
    if key == PLATFORM and value not in PLATFORMS:
        raise ArgumentTypeError(f"{PLATFORM} must be {' or '.join(PLATFORMS)}, not {value!r}")
    return key, value


def id_list_in(text: str) -> IdList:
    """The S3 object and the file of an id list."""
    url, equals, file = text.partition("=")
    bucket, slash, key = url.removeprefix("s3://").partition("/")
    if not (url.startswith("s3://") and bucket and slash and key and equals and file):
        raise ArgumentTypeError(f"{text!r} is not s3://BUCKET/KEY=FILE")
    if not Path(file).is_file():
        raise ArgumentTypeError(f"{file} is not a file")
    return IdList(bucket, key, Path(file))
