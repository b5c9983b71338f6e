"""The arguments that several commands have."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from cli.errors import WrongInput

RUN = Annotated[str, typer.Argument(metavar="RUN_ID", help="The id of the run.")]
ORGANISATION = Annotated[str | None, typer.Option(help="An additional organisation, or `default`.")]
SINCE = Annotated[
    str | None,
    typer.Option("--from", metavar="TIME", help="From this time on, such as 2026-11-01."),
]
UNTIL = Annotated[
    str | None, typer.Option("--to", metavar="TIME", help="Before this time, such as 2026-12-01.")
]
LIMIT = Annotated[int, typer.Option(min=1, help="At most so many entries.")]


def moment_in(text: str | None, option: str) -> str | None:
    """A time in RFC 3339; without a zone it is UTC. WrongInput for other text."""
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise WrongInput(
            f"{option}: {text!r} is no time; write 2026-11-21 or 2026-11-21T03:00:00Z"
        ) from None
    aware = found if found.tzinfo else found.replace(tzinfo=UTC)
    return aware.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
