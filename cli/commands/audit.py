"""`genesys-purge runs audit`: shows the audit records of a run, or exports them."""

from collections.abc import Iterator, Mapping
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
    found = entries(call.api, f"/purges/{run_id}/audit", "records")
    if out is not None:
        if out.is_dir() or not out.name or str(out) == "-":
            raise WrongInput(f"--out: {out} is not a file; --json prints the records instead")
        if out.exists() and not force:
            raise WrongInput(f"--out: {out} exists; --force replaces it")
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
    titles = ("#", "at (UTC)", "action", "batch", "actor", "targeted", "deleted", "detail")
    empty = "The run has no audit record yet."
    print_table(call.output.console, titles, map(_audit_row, found), empty)
    call.output.hint(f"Export all fields with: {call.again(f'runs audit {run_id} --out FILE')}")
    return 0


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
