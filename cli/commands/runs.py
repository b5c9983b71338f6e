"""`genesys-purge runs`: lists runs, shows one, follows it, cancels it, reads its records."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer
from botocore.exceptions import BotoCoreError, ClientError

from cli.commands.arguments import LIMIT, ORGANISATION, RUN, SINCE, UNTIL, moment_in
from cli.commands.watching import watch
from cli.errors import WrongInput
from cli.following import Follower
from cli.invocation import Invocation
from cli.reports.observation import Observation
from cli.reports.summary import summary
from cli.reports.tables import moment, table
from cli.shared_options import command, group
from cli.stack.aws_errors import explained
from cli.stack.lists import entries

app = group("List runs, show one, follow it, cancel it, read its records and audit.")
MACHINE = "PurgeRunStateMachineArn"
YES = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
ALL = Annotated[bool, typer.Option("--all", help="All entries, whatever --limit says.")]


@command(app, "list", "genesys-purge runs list --status running --method recording_job")
def list_runs(
    call: Invocation,
    *,
    status: Annotated[
        str | None, typer.Option(help="`submitted`, `running` or `finished`.")
    ] = None,
    outcome: Annotated[
        str | None, typer.Option(help="An outcome of finished runs, such as `failed`.")
    ] = None,
    method: Annotated[str | None, typer.Option(help="One method.")] = None,
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
    runs = list(entries(call.api, "/purges", "runs", limit, **query))
    titles = ("run", "method", "state", "submitted (UTC)", "by", "targeted", "deleted", "verified")
    call.output.result({"runs": runs}, lambda: table(titles, map(_row, runs), "No run matches."))
    if len(runs) == limit:
        call.output.hint(f"The {limit} newest; --limit shows more.")
    return 0


def _row(run: Mapping[str, Any]) -> tuple[object, ...]:
    counts = {**run.get("plan", {}), **run.get("totals", {})}
    return (
        run["runId"],
        run.get("method"),
        run.get("outcome") or run["status"],
        moment(run.get("submittedAt")),
        run.get("submittedBy"),
        *(counts.get(name) for name in ("targeted", "deleted", "verified")),
    )


@command(app, "show", "genesys-purge runs show quarter-2024-2")
def show(call: Invocation, run_id: RUN) -> int:
    """Show a run, and the batches that did not end well."""
    observed = Follower(call.api, run_id).observed_whole()
    if call.output.as_json:
        call.output.json_line(observed.answer)
        return 0
    call.output.lines(_described(observed))
    return 0


def _described(run: Observation) -> Iterator[tuple[str, object]]:
    answer = run.answer
    yield "method", run.method
    yield "status", run.status
    yield "dry run", "yes" if run.is_dry else None
    yield "submitted", f"{moment(answer.get('submittedAt'))} UTC by {answer.get('submittedBy')}"
    policy = (answer.get("plan") or {}).get("policy") or {}
    if policy:
        yield "retention", f"{policy.get('minimumDays')} days: {policy.get('basis')}"
    yield "plan hash", (answer.get("plan") or {}).get("hash")
    yield from summary(run)
    if run.is_finished and answer.get("isSettled") is False:
        yield "settled", "no: batches and totals may still change"


@command(app, "watch", "genesys-purge runs watch quarter-2024-2")
def watch_run(call: Invocation, run_id: RUN) -> int:
    """Follow a run to its end. Ctrl-C leaves the run alone."""
    return watch(call, run_id)


@command(app, "cancel", "genesys-purge runs cancel quarter-2024-2")
def cancel(call: Invocation, run_id: RUN, *, yes: YES = False) -> int:
    """Stop a run: no new deleting call is made.

    A call that is being made, and jobs that Genesys has accepted, go on. The run ends as `failed`,
    and what its jobs delete is recorded within minutes.
    """
    status = call.api.get(f"/purges/{run_id}", limit=1)["status"]
    if status == "finished":
        raise WrongInput(f"{run_id}: the run has finished already")
    if not yes:
        typer.confirm(f"Stop the run {run_id}?", abort=True, err=True)
    execution = f"{call.stack.output(MACHINE).replace(':stateMachine:', ':execution:')}:{run_id}"
    try:
        call.stack.client("stepfunctions").stop_execution(executionArn=execution)
    except (ClientError, BotoCoreError) as error:
        raise explained(error, "states:StopExecution", execution) from error
    call.output.result(
        {"runId": run_id, "status": "stopping"}, lambda: f"The run {run_id} is being stopped."
    )
    call.output.hint(f"See how it ends with: {call.again(f'runs watch {run_id}')}")
    return 0


@command(app, "records", "genesys-purge runs records quarter-2024-2 --outcome skipped --all")
def records(
    call: Invocation,
    run_id: RUN,
    *,
    outcome: Annotated[
        str | None, typer.Option(help="One outcome, such as `deleted`, `skipped` or `unknown`.")
    ] = None,
    batch: Annotated[int | None, typer.Option(min=0, help="The number of one batch.")] = None,
    limit: LIMIT = 50,
    every: ALL = False,
) -> int:
    """List what became of each record of a run."""
    path, most = f"/purges/{run_id}/records", None if every else limit
    found = entries(call.api, path, "records", most, outcome=outcome, batch=batch)
    shown = 0
    if call.output.as_json:
        for each in found:
            call.output.json_line(each)
        return 0
    rows = [_record(each) for each in found]
    shown = len(rows)
    titles = ("batch", "record", "outcome", "reason")
    call.output.result({}, lambda: table(titles, rows, "No record matches."))
    if shown == most:
        call.output.hint(f"The first {limit}; --all shows every one.")
    return 0


def _record(record: Mapping[str, Any]) -> tuple[object, ...]:
    window = record.get("window")
    name = record.get("recordId") or record.get("conversationId")
    if window:
        name = f"{record.get('targeted', 0):,} from {window['start']} to {window['end']}"
    elif name is None:
        name = f"{record.get('records', 0):,} without an id"
    return record.get("batch"), name, record["outcome"], record.get("reason")


@command(app, "audit", "genesys-purge runs audit quarter-2024-2 --out audit.jsonl")
def audit(
    call: Invocation,
    run_id: RUN,
    *,
    out: Annotated[
        Path | None, typer.Option(help="Write JSON Lines into this file instead.")
    ] = None,
) -> int:
    """Show the audit records of a run, or export them."""
    found = entries(call.api, f"/purges/{run_id}/audit", "records")
    if out is not None:
        count = _export(found, out)
        call.output.result(
            {"runId": run_id, "records": count, "file": str(out)},
            lambda: f"{count:,} audit records of {run_id} are in {out}.",
        )
        return 0
    if call.output.as_json:
        for each in found:
            call.output.json_line(each)
        return 0
    rows = [_audit_row(each) for each in found]
    titles = ("#", "at (UTC)", "action", "batch", "actor", "targeted", "deleted", "detail")
    call.output.result({}, lambda: table(titles, rows, "The run has no audit record yet."))
    call.output.hint(f"Export all fields with: {call.again(f'runs audit {run_id} --out FILE')}")
    return 0


def _export(found: Iterator[Mapping[str, Any]], out: Path) -> int:
    """Write the records; the file appears only when it is complete."""
    draft, count = out.with_name(f"{out.name}.draft"), 0
    try:
        with draft.open("wb") as file:
            for count, each in enumerate(found, start=1):  # noqa: B007  counts also no record
                file.write(orjson.dumps(each) + b"\n")
        draft.replace(out)
    except OSError as error:
        raise WrongInput(f"--out: {out} cannot be written: {error.strerror}") from error
    finally:
        draft.unlink(missing_ok=True)
    return count


def _audit_row(record: Mapping[str, Any]) -> tuple[object, ...]:
    return (
        record["sequence"],
        moment(record["at"]),
        record["action"],
        record.get("batch"),
        record.get("actor"),
        record.get("targeted"),
        record.get("deleted"),
        record.get("detail"),
    )
