"""The options of the commands that run the application on this machine."""

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import typer
from genesys_purge.model.platform import PLATFORMS

from cli.output import Output
from cli.shared_options import OUTPUT_OPTIONS, output_of, parameters_of
from local.options.options import PLATFORM, SIMULATOR_WAIT_SCALE, IdList, Options
from local.options.partners import Partners

GENESYS, SIMULATED = "Genesys", "Simulated Genesys"
DEFAULT = Options()


class LocalCall(NamedTuple):
    """How to run the application, and what to print."""

    options: Options
    output: Output


def scale_in(text: str) -> float:
    """A wait scale: more than 0, at most 1."""
    try:
        scale = float(text)
    except ValueError:
        scale = math.nan
    if not 0 < scale <= 1:
        raise typer.BadParameter(f"{text!r} is not a number above 0 and up to 1")
    return scale


def parameter_in(text: str) -> tuple[str, str]:
    """The key and value of a template parameter."""
    key, equals, value = text.partition("=")
    if not (key and equals):
        raise typer.BadParameter(f"{text!r} is not KEY=VALUE")
    if key == PLATFORM and value not in PLATFORMS:
        raise typer.BadParameter(f"{PLATFORM} must be {' or '.join(PLATFORMS)}, not {value!r}")
    return key, value


def id_list_in(text: str) -> IdList:
    """The S3 object and the file of an id list."""
    url, equals, file = text.partition("=")
    bucket, slash, key = url.removeprefix("s3://").partition("/")
    if not (url.startswith("s3://") and bucket and slash and key and equals and file):
        raise typer.BadParameter(f"{text!r} is not s3://BUCKET/KEY=FILE")
    if not Path(file).is_file():
        raise typer.BadParameter(f"{file} is not a file")
    return IdList(bucket, key, Path(file))


def call_of(given: Mapping[str, Any]) -> LocalCall:
    """The options of a command; by default, waits are real with a real Genesys."""
    scale = given["wait_scale"]
    if scale is None:
        scale = 1.0 if given["genesys_url"] else SIMULATOR_WAIT_SCALE
    options = Options(
        out=given["out"],
        genesys_url=given["genesys_url"],
        wait_scale=scale,
        parameters=dict(given["parameter"] or ()),
        id_lists=tuple(given["ids"] or ()),
        conversations=given["conversations"],
        days=given["days"],
        seed=given["seed"],
        partners=Partners.from_environment(),
    )
    return LocalCall(options, output_of(given))


OUT = Annotated[
    Path, typer.Option(metavar="DIR", help="The folder of the result files.", show_default=".local")
]
GENESYS_URL = Annotated[
    str | None,
    typer.Option(
        metavar="URL",
        help="API and login URL of a Genesys that already runs; set GENESYS_CLIENT_ID and "
        "GENESYS_CLIENT_SECRET in the environment. By default, a simulator is started.",
        rich_help_panel=GENESYS,
    ),
]
WAIT_SCALE = Annotated[
    float | None,
    typer.Option(
        parser=scale_in,
        metavar="X",
        help="Multiplies every wait, above 0 and up to 1. The default is "
        f"{SIMULATOR_WAIT_SCALE} with the simulator, and 1 with --genesys-url.",
        rich_help_panel=GENESYS,
    ),
]
PARAMETER = Annotated[
    list[Any] | None,
    typer.Option(
        parser=parameter_in,
        metavar="KEY=VALUE",
        help="A parameter of template.yaml; can be repeated.",
    ),
]
IDS = Annotated[
    list[Any] | None,
    typer.Option(
        parser=id_list_in,
        metavar="s3://BUCKET/KEY=FILE",
        help="Uploads a file to S3 before the run; can be repeated.",
    ),
]
CONVERSATIONS = Annotated[
    int,
    typer.Option(metavar="N", help="How many conversations it has.", rich_help_panel=SIMULATED),
]
DAYS = Annotated[
    int | None,
    typer.Option(
        metavar="N",
        help="Spreads them over N days until 400 days ago, with one protected on every tenth "
        "day. By default, they have a mix of ages and holds.",
        rich_help_panel=SIMULATED,
    ),
]
SEED = Annotated[
    int,
    typer.Option(metavar="N", help="The seed that makes them.", rich_help_panel=SIMULATED),
]


def _for_application(
    *,
    genesys_url: GENESYS_URL = None,
    out: OUT = DEFAULT.out,
    wait_scale: WAIT_SCALE = None,
    parameter: PARAMETER = None,
    ids: IDS = None,
    conversations: CONVERSATIONS = DEFAULT.conversations,
    days: DAYS = None,
    seed: SEED = DEFAULT.seed,
) -> None:
    """The options of every command that runs the application."""


SHARED = [*parameters_of(_for_application), *OUTPUT_OPTIONS]
