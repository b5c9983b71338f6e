"""`genesys-purge stop`, `resume` and `stops`: stops of deletion, and the purging switch."""

from collections.abc import Mapping
from shlex import quote
from typing import Annotated, Any

import typer
from botocore.exceptions import BotoCoreError, ClientError
from genesys_purge.model.stops import StopScope

from cli.commands.arguments import YES, id_in
from cli.commands.audit import show_audit
from cli.commands.stopped import reasons_of
from cli.confirming import confirm
from cli.errors import WrongInput
from cli.in_flight import show_in_flight
from cli.invocation import Invocation
from cli.reports.tables import moment, table
from cli.shared_options import command, group
from cli.stack.aws_errors import explained

app = group("List the stops of deletion, and read the audit of a stop.")
SCOPE = Annotated[
    StopScope, typer.Option(help="`all`, or one `organisation`, `policy` or `run` with --name.")
]
NAME = Annotated[
    str | None,
    typer.Option(help="The organisation (or `default`), the policy, or the id of the run."),
]
WHY = Annotated[str | None, typer.Option("--reason", help="Why; it is kept in the audit.")]
SWITCH = Annotated[
    bool, typer.Option("--switch", help="Sets the purging switch instead, a parameter in AWS.")
]
STOP = Annotated[str, typer.Argument(metavar="STOP_ID", help="The id of the stop.", callback=id_in)]


def stop(
    call: Invocation,
    *,
    scope: SCOPE = StopScope.ALL,
    name: NAME = None,
    reason: WHY = None,
    switch: SWITCH = False,
) -> int:
    """Stop deletion, at once: the next deleting call that it covers is refused.

    Batches wait until two persons resume. With --switch, they fail. Jobs that Genesys has accepted
    go on.
    """
    if switch:
        _set(call, "off", f"Purging is off in {call.stack.title}: no new deleting call is made.")
        call.output.hint(f"Allow it again with: {call.again('resume --switch')}")
        return 0
    answer = call.api.post("/stop", _request(scope, name, reason))
    words = f"Deletion is stopped in {call.stack.title}: {answer['stopId']}."
    call.output.result(answer, lambda: words)
    show_in_flight(call.output, answer, "These jobs were called before, and may still delete:")
    words = " ".join(["resume", *_scope_words(scope, name), "--reason REASON"])
    call.output.hint(f"Ask to allow it again with: {call.again(words)}")
    return 0


def resume(
    call: Invocation,
    *,
    scope: SCOPE = StopScope.ALL,
    name: NAME = None,
    reason: WHY = None,
    switch: SWITCH = False,
    yes: YES = False,
) -> int:
    """Ask to resume deletion: another person must approve, and then batches go on.

    With --switch, purging is on at once. Batches that the switch refused remain failed.
    """
    if switch:
        _parameter(call)
        if not yes:
            confirm(call.output, f"Allow deletion in {call.stack.title}?")
        _set(call, "on", f"Purging is on in {call.stack.title}.")
        return 0
    answer = call.api.post("/resume", _request(scope, name, reason))
    missing = answer["missing"]
    who = "another person approves" if missing == 1 else f"{missing} persons approve"
    words = (
        f"Deletion stays stopped in {call.stack.title} ({answer['stopId']}) until {who}: "
        f"{answer['approvalId']}."
    )
    call.output.result(answer, lambda: words)
    approve = call.for_another(f"approvals approve {answer['approvalId']}", "approver")
    call.output.hint(f"The other person uses: {approve}")
    return 0


@command(app, "list", "genesys-purge stops list")
def list_stops(call: Invocation) -> int:
    """List the stops in force."""
    answer = call.api.get("/stops")
    titles = ("stop", "since (UTC)", "by", "reason", "resume asked")
    rows = [_row(each) for each in answer["stops"]]
    call.output.result(answer, lambda: table(titles, rows, "Nothing is stopped."))
    return 0


def _row(found: Mapping[str, Any]) -> tuple[object, ...]:
    why = reasons_of(found)
    since = moment(found.get("stoppedAt"))
    return found["stopId"], since, found.get("stoppedBy"), why, found.get("resumeApproval")


@command(app, "audit", "genesys-purge stops audit organisation:emea")
def audit(call: Invocation, stop_id: STOP) -> int:
    """Show the audit records of a stop."""
    titles = ("#", "at (UTC)", "action", "person", "actor", "reason")
    path, empty = f"/stops/{stop_id}/audit", "The stop has no audit record."
    return show_audit(call, path, titles, _record, empty, f"stops audit {stop_id} --json")


def _record(record: Mapping[str, Any]) -> tuple[object, ...]:
    approval, stop = record.get("approval") or {}, record.get("stop") or {}
    # A decision has the reason of the stop, too.
    reason = record.get("detail") or (approval or {"comment": stop.get("reason")}).get("comment")
    at = moment(record["at"])
    person, actor = record.get("personId"), record.get("actor")
    return record["sequence"], at, record["action"], person, actor, reason


def _scope_words(scope: StopScope, name: str | None) -> list[str]:
    """The options that choose the same scope again."""
    return [] if name is None else ["--scope", scope.value, "--name", quote(name)]


def _request(scope: StopScope, name: str | None, reason: str | None) -> dict[str, str]:
    if reason is None:
        raise WrongInput("--reason is missing: say why, or use --switch for the purging switch")
    return {"scope": scope, "reason": reason} | ({"name": name} if name is not None else {})


def _parameter(call: Invocation) -> str:
    """The name of the stack's switch."""
    if call.stack.name is None:
        raise WrongInput("the switch belongs to a stack: use --stack NAME instead of --api-url")
    return f"/{call.stack.name}/purging"


def _set(call: Invocation, value: str, words: str) -> None:
    name = _parameter(call)
    try:
        call.stack.client("ssm").put_parameter(
            Name=name, Value=value, Type="String", Overwrite=True
        )
    except (ClientError, BotoCoreError) as error:
        resource = f"{call.stack.arn('ssm')}:*:parameter{name}"
        raise explained(error, "ssm:PutParameter", resource) from error
    content = {"stack": call.stack.name, "region": call.stack.region, "parameter": name}
    call.output.result({**content, "purging": value}, lambda: words)
