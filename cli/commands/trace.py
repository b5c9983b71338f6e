"""`genesys-purge trace`: everything that is known about one conversation."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any

import typer

from cli.commands.arguments import SINCE, UNTIL, id_in, moment_in
from cli.commands.reasons import is_kept, show_holds
from cli.invocation import Invocation
from cli.reports.tables import moment, table
from cli.stack.lists import entries

ID = Annotated[
    str,
    typer.Argument(metavar="CONVERSATION_ID", help="The id of the conversation.", callback=id_in),
]
NONE = (
    "No run has planned or skipped this conversation. Runs by date range (`data_deletion`, "
    "`interaction_purge`) and `gdpr_request` do not know the ids of what they delete."
)


def trace(
    call: Invocation, conversation_id: ID, *, since: SINCE = None, until: UNTIL = None
) -> int:
    """Find out what happened to one conversation: in which runs, with which outcome and why."""
    query: dict[str, Any] = {"from": moment_in(since, "--from"), "to": moment_in(until, "--to")}
    runs = list(entries(call.api, "/purges", "runs", conversationId=conversation_id, **query))
    found = [each for run in runs for each in _in_run(call, run, conversation_id)]
    titles = ("run", "submitted (UTC)", "method", "batch", "outcome", "reason")
    call.output.result(
        {"conversationId": conversation_id, "records": found},
        lambda: table(titles, map(_row, found), NONE),
    )
    if any(map(is_kept, found)):
        show_holds(call, conversation_id)
    return 0


def _in_run(
    call: Invocation, run: Mapping[str, Any], conversation_id: str
) -> Iterator[dict[str, Any]]:
    """The records of the conversation in a run, with what its batch says about them."""
    known = {name: run.get(name) for name in ("runId", "method", "submittedAt", "submittedBy")}
    path = f"/purges/{run['runId']}/records"
    for record in entries(call.api, path, "records", conversationId=conversation_id):
        yield known | {"dryRun": run.get("dryRun", False)} | record


def _row(found: Mapping[str, Any]) -> tuple[object, ...]:
    outcome = f"{found['outcome']} (dry run)" if found["dryRun"] else found["outcome"]
    return (
        found["runId"],
        moment(found["submittedAt"]),
        found["method"],
        found.get("batch"),
        outcome,
        (found.get("reason") or "").replace("_", " "),
    )
