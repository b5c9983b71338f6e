"""`genesys-purge stop`, `resume` and `stops`: stops of deletion, and the purging switch."""

from collections.abc import Mapping
from typing import Annotated, Any

import typer
from botocore.exceptions import BotoCoreError, ClientError
from genesys_purge.model.stops import StopScope

from cli.commands.arguments import YES, id_in
from cli.commands.stopped import reasons_of
from cli.confirming import confirm
from cli.errors import WrongInput
from cli.in_flight import show_in_flight
from cli.invocation import Invocation
from cli.reports.tables import moment, print_table, table
from cli.shared_options import command, group
from cli.stack.aws_errors import explained
from cli.stack.lists import entries

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
    call.output.hint(f"Ask to allow it again with: {call.again('resume')}")
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
    approve = f"approvals approve {answer['approvalId']}"
    call.output.hint(f"The other person uses: {call.again(approve)}")
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
    found = entries(call.api, f"/stops/{stop_id}/audit", "records")
    if call.output.as_json:
        for each in found:
            call.output.json_line(each)
        return 0
    titles = ("#", "at (UTC)", "action", "person", "actor", "reason")
    print_table(call.output.console, titles, map(_record, found), "The stop has no audit record.")
    return 0


def _record(record: Mapping[str, Any]) -> tuple[object, ...]:
    reason = record.get("detail") or (record.get("stop") or {}).get("reason")
    at = moment(record["at"])
    person, actor = record.get("personId"), record.get("actor")
    return record["sequence"], at, record["action"], person, actor, reason


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
