"""Runs and batches as the API shows them."""

from __future__ import annotations

from typing import Any

UNITS = {"unit": "conversations", "deletedUnit": "conversations"}


def batch(number: int, status: str = "planned", **fields: Any) -> dict[str, Any]:
    """A batch of a thousand conversations."""
    known = {"batch": number, "status": status, "attempts": int(status != "planned")}
    return UNITS | known | {"targeted": 1_000} | fields


def done(number: int) -> dict[str, Any]:
    """A batch that is completed and verified."""
    counts = {"deleted": 1_000, "verified": 1_000, "jobId": f"job-{number}"}
    return batch(number, "completed", **counts)


def running(*batches: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """A page of a running run with these batches."""
    plan = {"batches": len(batches), "targeted": 1_000 * len(batches), "hash": "5e3f"}
    totals = {"targeted": 1_000 * len(batches), "skipped": {"legal_hold": 3, "too_young": 20}}
    known = {"runId": "q-2", "method": "conversation_archive", "status": "running"}
    asked = {"submittedAt": "2026-11-21T03:00:00Z", "submittedBy": "schedule:nightly"}
    return known | asked | {"plan": UNITS | plan, "totals": totals, "batches": [*batches]} | fields


def finished(*batches: dict[str, Any], outcome: str = "completed", **fields: Any) -> dict[str, Any]:
    """A page of a finished run with these batches."""
    shown = running(*batches)
    deleted = sum(each.get("deleted", 0) for each in batches)
    totals = shown["totals"] | {"deleted": deleted, "verified": deleted}
    ended = {"status": "finished", "outcome": outcome, "finishedAt": "2026-11-21T03:02:30Z"}
    return shown | ended | {"totals": totals, "isSettled": True} | fields
