"""Builds runs as `GET /purges/{runId}` shows them."""

from datetime import timedelta
from typing import Any

from cli.reports.observation import Observation

SUBMITTED = {
    "runId": "r1",
    "method": "recording_job",
    "status": "submitted",
    "submittedAt": "2026-11-21T03:00:00Z",
    "totals": {"skipped": {}},
    "batches": [],
}
UNITS = {"unit": "conversations", "deletedUnit": "recordings"}
PLANNED_BATCH = UNITS | {"batch": 0, "status": "planned", "attempts": 0, "targeted": 3}
COMPLETED_BATCH = UNITS | {
    "batch": 0,
    "status": "completed",
    "jobId": "j1",
    "attempts": 1,
    "targeted": 3,
    "deleted": 3,
    "verified": 3,
}


SAMPLED_BATCH = COMPLETED_BATCH | {"check": {"mode": "sample", "records": 3}, "verified": 2}
EXPORTED_BATCH = COMPLETED_BATCH | {
    "deleted": 0,
    "exported": 7,
}
PENDING_BATCH = {name: value for name, value in COMPLETED_BATCH.items() if name != "verified"} | {
    "verification": "pending",
    "endTime": "2026-11-21T03:00:01Z",
}


def running(*batches: dict[str, Any]) -> dict[str, Any]:
    totals = {"targeted": 3, "skipped": {"too_young": 2, "legal_hold": 1}, "verified": 0}
    plan = UNITS | {"batches": len(batches), "targeted": 3, "skipped": {}, "hash": "h"}
    shown = {"status": "running", "plan": plan, "totals": totals, "batches": list(batches)}
    return SUBMITTED | shown


def finished(outcome: str = "completed", **changes: Any) -> dict[str, Any]:
    shown = running(COMPLETED_BATCH)
    return {
        **shown,
        "status": "finished",
        "outcome": outcome,
        "finishedAt": "2026-11-21T03:00:02Z",
        "totals": {**shown["totals"], "deleted": 3, "verified": 3},
        **changes,
    }


def seen(
    shown: dict[str, Any], execution_status: str | None = "RUNNING", hours: int = 0
) -> Observation:
    return Observation.read(shown, execution_status, timedelta(hours=hours))
