"""Shows audit records; those of a run are also exported."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Annotated, Any

import orjson
import typer

from cli.commands.arguments import RUN
from cli.errors import WrongInput
from cli.invocation import Invocation
from cli.reports.tables import moment, print_table
from cli.stack.lists import entries


def show_audit(
    call: Invocation,
    path: str,
    titles: Sequence[str],
    row: Callable[[Mapping[str, Any]], Sequence[object]],
    empty: str,
    export: str,
    *,
    further: Callable[[Mapping[str, Any]], Iterable[Sequence[object]]] = lambda _: (),
) -> int:
    """Show the audit records of a path as a table, or each of them as JSON.

    A record has the rows `further` below its own. `export` is the command that shows all fields.
    """
    found = entries(call.api, path, "records")
    if call.output.as_json:
        for each in found:
            call.output.json_line(each)
        return 0
    rows = (line for each in found for line in (row(each), *further(each)))
    if print_table(call.output.console, titles, rows, empty):
        call.output.hint(f"Export all fields with: {call.again(export)}")
    return 0


def audit(
    call: Invocation,
    run_id: RUN,
    *,
    out: Annotated[
        Path | None, typer.Option(help="Writes JSON Lines into this file instead.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replaces an existing file.")] = False,
) -> int:
    """Show the audit records of a run, or export them."""
    path = f"/purges/{run_id}/audit"
    if out is not None:
        if out.is_dir() or not out.name or str(out) == "-":
            raise WrongInput(f"--out: {out} is not a file; --json prints the records instead")
        if out.exists() and not force:
            raise WrongInput(f"--out: {out} exists; --force replaces it")
        count = _export(entries(call.api, path, "records"), out)
        call.output.result(
            {"runId": run_id, "records": count, "file": str(out)},
            lambda: f"{count:,} audit records of {run_id} are in {out}.",
        )
        return 0
    titles = ("#", "at (UTC)", "action", "batch", "actor", "targeted", "deleted", "detail")
    export = f"runs audit {run_id} --out FILE"
    return show_audit(call, path, titles, _audit_row, "The run has no audit record yet.", export)


def _export(found: Iterator[Mapping[str, Any]], out: Path) -> int:
    """Write the records; the file appears only when it is complete."""
    count = 0
    try:
        with NamedTemporaryFile(dir=out.parent, prefix=f".{out.name}.", delete=False) as file:
            draft = Path(file.name)
            try:
                for count, each in enumerate(found, start=1):  # noqa: B007  also of an empty audit
                    file.write(orjson.dumps(each) + b"\n")
                file.flush()
                draft.replace(out)
            finally:
                draft.unlink(missing_ok=True)
    except OSError as error:
        raise WrongInput(f"--out: {out} cannot be written: {error.strerror}") from error
    return count


def _audit_row(record: Mapping[str, Any]) -> tuple[object, ...]:
    approval = record.get("approval") or {}
    is_opened = approval and record["action"] == "run_planned"
    waits = f"waits for approval {approval['approvalId']}" if is_opened else None
    return (
        record["sequence"],
        moment(record["at"]),
        record["action"],
        record.get("batch"),
        record.get("actor"),
        record.get("targeted"),
        record.get("deleted"),
        record.get("detail") or approval.get("comment") or waits,
    )
