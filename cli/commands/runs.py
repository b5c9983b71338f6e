"""`genesys-purge runs`: lists runs, shows one, follows it, cancels it, reads its records."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any

import typer
from genesys_purge.model.run import Outcome, RunStatus

from cli.commands.arguments import (
    LIMIT,
    METHOD,
    ORGANISATION,
    REASON,
    RUN,
    SINCE,
    UNTIL,
    YES,
    moment_in,
)
from cli.commands.audit import audit
from cli.commands.reasons import Reasons, show_approval
from cli.commands.stopped import Stop, line_of, say_how_to_go_on, stops_of
from cli.commands.watching import watch
from cli.confirming import can_ask, confirm
from cli.errors import WrongInput
from cli.following import Follower
from cli.in_flight import show_in_flight
from cli.invocation import Invocation
from cli.reports.observation import Observation
from cli.reports.summary import summary
from cli.reports.tables import moment, print_table, table
from cli.shared_options import command, group
from cli.stack.lists import entries, listed

app = group("List runs, show one, follow it, cancel it, read its records and audit.")
STATUS = Annotated[
    str | None,
    typer.Option(
        help=f"The status: {', '.join(RunStatus)}.", autocompletion=lambda: list(RunStatus)
    ),
]
OUTCOME = Annotated[
    str | None,
    typer.Option(
        help=f"An outcome of finished runs: {', '.join(Outcome)}.",
        autocompletion=lambda: list(Outcome),
    ),
]
BATCH = Annotated[int | None, typer.Option(min=0, metavar="N", help="The number of one batch.")]
MANY = Annotated[
    int | None,
    typer.Option(
        min=1,
        max=1_000_000_000,
        metavar="N",
        help="Lists at most N records. The default is 50, and with --json all.",
        show_default=False,
    ),
]
EVERY = Annotated[bool, typer.Option("--all", help="Lists all records.")]
FEW = 50


@command(app, "list", "genesys-purge runs list --status running --method recording_job")
def list_runs(
    call: Invocation,
    *,
    status: STATUS = None,
    outcome: OUTCOME = None,
    method: METHOD = None,
    organisation: ORGANISATION = None,
    conversation_id: Annotated[
        str | None, typer.Option(help="Runs whose plan names this conversation.")
    ] = None,
    since: SINCE = None,
    until: UNTIL = None,
    limit: LIMIT = 20,
) -> int:
    """List runs, newest first."""
    query = {
        "status": status,
        "outcome": outcome,
        "method": method,
        "organisation": organisation,
        "conversationId": conversation_id,
        "from": moment_in(since, "--from"),
        "to": moment_in(until, "--to"),
    }
    found = listed(call.api, "/purges", "runs", limit, **query)
    titles = ("run", "method", "state", "submitted (UTC)", "by", "targeted", "deleted", "verified")
    call.output.result(
        found.to_json("runs"), lambda: table(titles, map(_row, found.entries), "No run matches.")
    )
    if found.has_more:
        call.output.hint(f"These are the {limit} newest; --limit N shows more.")
    return 0


def _row(run: Mapping[str, Any]) -> tuple[object, ...]:
    counts = {**run.get("plan", {}), **run.get("totals", {})}
    return (
        run["runId"],
        run.get("method"),
        _state(run),
        moment(run.get("submittedAt")),
        run.get("submittedBy"),
        *(counts.get(name) for name in ("targeted", "deleted", "verified")),
    )


def _state(run: Mapping[str, Any]) -> str:
    state = str(run.get("outcome") or run["status"])
    return f"{state} (dry run)" if run.get("dryRun") and state != "dry_run" else state


@command(app, "show", "genesys-purge runs show quarter-2024-2")
def show(call: Invocation, run_id: RUN) -> int:
    """Show a run, and the batches that did not end well."""
    observed = Follower(call.api, run_id).observed_whole()
    stops = stops_of(call, observed.answer)
    content = {**observed.answer, **({"stops": stops} if stops else {})}
    call.output.labelled(content, lambda: _described(observed, stops))
    say_how_to_go_on(call, stops)
    if observed.status == RunStatus.AWAITING_APPROVAL:
        show_approval(call, observed.answer)
    return 0


def _described(run: Observation, stops: Sequence[Stop]) -> Iterator[tuple[str, object]]:
    answer = run.answer
    yield "method", run.method
    yield "status", f"{run.status}, stopped" if stops else run.status
    yield "approval", answer.get("approvalId")
    for each in stops:
        yield "stopped", line_of(each)
    yield "dry run", "yes" if run.is_dry else None
    yield "submitted", f"{moment(answer.get('submittedAt'))} UTC by {answer.get('submittedBy')}"
    if started_by := answer.get("purgePolicy"):
        yield "policy", f"{started_by['name']}, version {started_by['version']}"
    policy = (answer.get("plan") or {}).get("policy") or {}
    if policy:
        yield "retention", f"{policy.get('minimumDays')} days: {policy.get('basis')}"
    if cancellation := answer.get("cancellation"):
        by = f"{moment(cancellation['requestedAt'])} UTC by {cancellation['requestedBy']}"
        yield "cancelled", f"{by}: {cancellation['reason']}"
    yield "plan root", (answer.get("plan") or {}).get("hash")
    yield from summary(run)
    if run.is_finished and answer.get("isSettled") is False:
        yield "settled", "no: batches and totals may still change"


@command(app, "watch", "genesys-purge runs watch quarter-2024-2")
def watch_run(call: Invocation, run_id: RUN) -> int:
    """Follow a run to its end. Ctrl-C leaves the run alone."""
    return watch(call, run_id)


@command(app, "cancel", 'genesys-purge runs cancel quarter-2024-2 --reason "Wrong queue"')
def cancel(call: Invocation, run_id: RUN, *, reason: REASON, yes: YES = False) -> int:
    """Cancel a run: no new deleting call is made, and jobs that wait are cancelled.

    Jobs that Genesys executes are awaited and counted. The run ends as `cancelled`. The command
    asks only at a terminal.
    """
    _require_unfinished(call, run_id)
    if not yes and can_ask(call.output):
        confirm(call.output, f"Cancel the run {run_id} in {call.stack.title}?")
    answer = call.api.post(f"/purges/{run_id}/cancel", {"reason": reason})
    words = f"The run {run_id} in {call.stack.title} is being cancelled."
    call.output.result(answer, lambda: words)
    show_in_flight(call.output, answer, "These jobs were called before, and are awaited:")
    call.output.hint(f"See how it ends with: {call.again(f'runs watch {run_id}')}")
    return 0


def _require_unfinished(call: Invocation, run_id: str) -> None:
    if call.api.get(f"/purges/{run_id}", limit=1)["status"] == "finished":
        raise WrongInput(f"{run_id}: the run has finished already")


@command(app, "records", "genesys-purge runs records quarter-2024-2 --outcome skipped --all")
def records(
    call: Invocation,
    run_id: RUN,
    *,
    outcome: Annotated[
        str | None, typer.Option(help="One outcome, such as `deleted`, `skipped` or `unknown`.")
    ] = None,
    batch: BATCH = None,
    limit: MANY = None,
    every: EVERY = False,
) -> int:
    """List the outcome of each record of a run."""
    path, filters = f"/purges/{run_id}/records", {"outcome": outcome, "batch": batch}
    most = None if every else limit or (None if call.output.as_json else FEW)
    found = entries(call.api, path, "records", most, **filters)
    if call.output.as_json:
        for each in found:
            call.output.json_line(each)
        return 0
    titles = ("batch", "record", "outcome", "reason")
    reasons = Reasons(call, run_id)
    rows = map(_record, reasons.noted(found))
    shown = print_table(call.output.console, titles, rows, "No record matches.")
    if shown == most:
        call.output.hint(f"These are the first {most:,}; --all shows every record.")
    reasons.show()
    return 0


def _record(record: Mapping[str, Any]) -> tuple[object, ...]:
    window = record.get("window")
    name = record.get("recordId") or record.get("conversationId")
    if window:
        name = f"{record.get('targeted', 0):,} from {window['start']} to {window['end']}"
    elif name is None:
        name = f"{record.get('records', 0):,} without an id"
    return record.get("batch"), name, record["outcome"], record.get("reason")


command(app, "audit", "genesys-purge runs audit quarter-2024-2 --out audit.jsonl")(audit)
