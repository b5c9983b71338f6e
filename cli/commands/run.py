"""`genesys-purge run`: submits a purge request, and follows its run."""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any
from uuid import uuid4

import typer
from genesys_purge.model import strict_json
from genesys_purge.model.strict_json import InvalidJson

from cli.commands.watching import watch
from cli.documents.files import read_request
from cli.documents.scheduler import as_sent
from cli.errors import WrongInput
from cli.invocation import Invocation

REQUEST = Annotated[
    Path, typer.Argument(metavar="REQUEST.json", help="A purge request; - reads standard input.")
]
DRY_RUN = Annotated[
    bool, typer.Option("--dry-run", help="Only plan: show what would be deleted, delete nothing.")
]
WATCH = Annotated[
    bool | None,
    typer.Option(
        "--watch/--no-watch",
        help="Follow the run to its end; a dry run is followed by default.",
        show_default=False,
    ),
]


def run(
    call: Invocation, request: REQUEST, *, dry_run: DRY_RUN = False, watch_run: WATCH = None
) -> int:
    """Submit a purge request.

    The same request never starts a second run, but each `--dry-run` makes a new plan.
    `genesys-purge example` prints requests to start from, `genesys-purge validate` checks one
    without sending it.
    """
    body = _body(request)
    if dry_run:
        # With the id of the request, it could not be executed afterwards.
        body |= {"dryRun": True, "requestId": f"dry-run-{uuid4().hex[:12]}"}
    answer = call.api.post("/purges", body)
    run_id = str(answer["runId"])
    is_followed = bool(body.get("dryRun")) if watch_run is None else watch_run
    if is_followed:
        return watch(call, run_id)
    if call.output.as_json:
        call.output.json_line(answer)
    else:
        print(run_id)
    call.output.hint(f"The run goes on. Follow it with: {call.again(f'runs watch {run_id}')}")
    return 0


def _body(file: Path) -> dict[str, Any]:
    """The request in a file, or inside the input of a schedule."""
    document = as_sent(_read(file), datetime.now(UTC))
    if isinstance(document, dict) and isinstance(document.get("request"), dict):
        document = document["request"]
    if not isinstance(document, dict):
        raise WrongInput(f'{file}: must be a JSON object, such as {{"method": ...}}')
    return document


def _read(file: Path) -> Any:
    if str(file) != "-":
        return read_request(file)
    try:
        return strict_json.parsed(sys.stdin.buffer.read())
    except InvalidJson as error:
        raise WrongInput(f"standard input: {error}") from error
