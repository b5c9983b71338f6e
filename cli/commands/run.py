"""`genesys-purge run`: submits a purge request, and follows its run."""

import sys
from pathlib import Path
from shlex import quote
from typing import Annotated, Any
from uuid import uuid4

import typer

from cli.commands.arguments import YES
from cli.commands.stopped import show_stops, stops_of
from cli.commands.watching import watch
from cli.confirming import confirm
from cli.documents.files import document_in, read_request
from cli.errors import NoAccess, WrongInput
from cli.interrupts import Stopped
from cli.invocation import Invocation

REQUEST = Annotated[
    Path, typer.Argument(metavar="REQUEST.json", help="A purge request; - reads standard input.")
]
DRY_RUN = Annotated[
    bool, typer.Option("--dry-run", help="Only plans: shows what would be deleted.")
]
WATCH = Annotated[
    bool | None,
    typer.Option(
        "--watch/--no-watch",
        help="Follows the run to its end. A dry run is followed by default.",
        show_default=False,
    ),
]
AGAIN = Annotated[
    bool, typer.Option("--again", help="Starts a run for a request that was sent before.")
]
# The input of a schedule has the request inside.
SCHEDULED = frozenset({"scheduledTime", "scheduleArn", "request"})


def run(
    call: Invocation,
    request: REQUEST,
    *,
    dry_run: DRY_RUN = False,
    watch_run: WATCH = None,
    again: AGAIN = False,
    yes: YES = False,
) -> int:
    """Submit a purge request.

    A request with the same requestId, the same ids or the same absolute dates starts no second
    run. Each `--dry-run` makes a new plan, and `--again` a new run. `genesys-purge example` prints
    requests to start from, and `genesys-purge validate` checks one without sending it.

    A deletion in AWS is confirmed first. Scripts, which cannot be asked, give --yes.
    """
    body = _body(request)
    if dry_run:
        # With the id of the request, it could not be executed afterwards.
        body |= {"dryRun": True, "requestId": f"dry-run-{uuid4().hex[:12]}"}
    elif again:
        body |= {"requestId": f"again-{uuid4().hex[:12]}"}
    is_dry = bool(body.get("dryRun"))
    if not (is_dry or yes or call.stack.is_local):
        confirm(call.output, f"Delete data by this request in {call.stack.title}?")
    answer = _submitted(call, body)
    run_id = str(answer["runId"])
    if answer.get("status") == "finished":
        call.output.important(
            f"This request was sent before, so nothing new was started. Run {run_id} has ended; "
            "--again starts another one"
        )
        return watch(call, run_id)
    if is_dry if watch_run is None else watch_run:
        return _watched(call, run_id, request, is_dry=is_dry)
    call.output.result({**answer}, lambda: run_id)
    if call.output.has_hints:
        _say_how_to_follow(call, {**body, **answer})
    return 0


def _say_how_to_follow(call: Invocation, run: dict[str, Any]) -> None:
    """Say how to follow a run, and which stops it waits for."""
    follow = call.again(f"runs watch {run['runId']}")
    call.output.hint(f"The run goes on in {call.stack.title}. Follow it with: {follow}")
    show_stops(call, stops_of(call, run))


def _watched(call: Invocation, run_id: str, request: Path, *, is_dry: bool) -> int:
    """Follow the run; says what can be done after a dry run."""
    code = watch(call, run_id)
    if is_dry and code == 0:
        call.output.hint("Nothing was deleted.")
        call.output.hint(f"Each record and reason: {call.again(f'runs records {run_id}')}")
        call.output.hint(f"Delete them: {call.again(f'run {quote(str(request))} --watch')}")
    return code


def _submitted(call: Invocation, body: dict[str, Any]) -> dict[str, Any]:
    """The answer; says how to find the run if there is none."""
    try:
        return call.api.post("/purges", body)
    except (NoAccess, Stopped):
        call.output.important(
            f"If the request was accepted, its run goes on: {call.again('runs list')} shows it"
        )
        raise


def _body(file: Path) -> dict[str, Any]:
    """The request in a file, or inside the input of a schedule."""
    is_input = str(file) == "-"
    document = document_in(sys.stdin.buffer.read(), file) if is_input else read_request(file)
    if not isinstance(document, dict):
        raise WrongInput(f'{file}: must be a JSON object, such as {{"method": ...}}')
    inner = document.get("request")
    is_scheduled = "scheduledTime" in document and document.keys() <= SCHEDULED
    return inner if is_scheduled and isinstance(inner, dict) else document
