"""Writes the result files of a run."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from cli.reports.observation import Batch, Observation

RESULT = "result.json"
AUDIT = "audit.jsonl"


def clear(out: Path) -> None:
    """Creates the folder and removes the files of an earlier run."""
    out.mkdir(parents=True, exist_ok=True)
    for name in (RESULT, AUDIT):
        (out / name).unlink(missing_ok=True)


def write(out: Path, run: Observation, audit: Iterable[Mapping[str, Any]]) -> None:
    """Writes the audit records, then the result."""
    write_records(out, audit)
    write_json(out / RESULT, result(run))


def write_records(out: Path, audit: Iterable[Mapping[str, Any]]) -> None:
    """Writes the audit records, one on each line."""
    (out / AUDIT).write_text("".join(json.dumps(record) + "\n" for record in audit))


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    """Writes the file atomically, because other programs wait for it to appear."""
    draft = path.with_suffix(".draft")
    draft.write_text(json.dumps(content, indent=2) + "\n")
    draft.replace(path)


def result(run: Observation) -> dict[str, Any]:
    """The result of a run; null is an unreported value.

    `deletedUnit` is what `deleted`, `archived` and `exported` count, `unit` what all others count.
    """
    return {
        "runId": run.run_id,
        "outcome": run.outcome,
        "executionStatus": run.execution_status,
        "detail": run.detail,
        "unit": run.unit,
        "deletedUnit": run.deleted_unit,
        "totals": {
            "targeted": run.targeted,
            "skipped": run.skipped or {},
            "deleted": run.deleted,
            "archived": run.instead_of_deleted.get("archived"),
            "exported": run.instead_of_deleted.get("exported"),
            "verified": run.verified,
            "sampled": run.sampled,
        },
        "batches": [_batch(each) for each in run.batches],
    }


def _batch(batch: Batch) -> dict[str, Any]:
    return {
        "batch": batch.number,
        "jobId": batch.job_id,
        "status": batch.status,
        "attempts": batch.attempts,
        "deleted": batch.deleted,
        "archived": batch.archived,
        "exported": batch.exported,
        "verified": batch.verified,
        "check": batch.check,
        "errorReason": batch.error_reason,
        "detail": batch.detail,
    }
