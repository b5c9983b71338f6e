"""The arguments that several commands have."""

import re
from datetime import UTC, datetime
from typing import Annotated

import typer
from genesys_purge.methods import METHODS

from cli.errors import WrongInput

# What may stand in a path of the API.
ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:-]*")


def id_in(given: str) -> str:
    """An id that can be part of a path; WrongInput for any other text."""
    if not ID.fullmatch(given) or ".." in given:
        raise WrongInput(f"{given!r} is not an id: use letters, digits, - and _")
    return given


RUN = Annotated[str, typer.Argument(metavar="RUN_ID", help="The id of the run.", callback=id_in)]
METHOD = Annotated[
    str | None,
    typer.Option(help=f"One method: {', '.join(METHODS)}.", autocompletion=lambda: list(METHODS)),
]
ORGANISATION = Annotated[str | None, typer.Option(help="An additional organisation, or `default`.")]
SINCE = Annotated[
    str | None,
    typer.Option("--from", metavar="TIME", help="From this time on, such as 2026-11-01."),
]
UNTIL = Annotated[
    str | None, typer.Option("--to", metavar="TIME", help="Before this time, such as 2026-12-01.")
]
LIMIT = Annotated[
    int, typer.Option(min=1, max=1_000_000, metavar="N", help="Lists at most N entries.")
]
REASON = Annotated[str, typer.Option(help="Why; it is kept in the audit.")]
YES = Annotated[bool, typer.Option("--yes", "-y", help="Does not ask.")]


def moment_in(text: str | None, option: str) -> str | None:
    """A time in RFC 3339; without a zone it is UTC. WrongInput for other text."""
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text)
        aware = found if found.tzinfo else found.replace(tzinfo=UTC)
        return aware.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (ValueError, OverflowError):
        raise WrongInput(
            f"{option}: {text!r} is not a time; write 2026-11-21 or 2026-11-21T03:00:00Z"
        ) from None
