"""The audit record: one immutable fact about a run."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from genesys_purge.model.dates import Instant
from genesys_purge.model.retention import Policy
from genesys_purge.model.wire import Wire


class Action(StrEnum):
    """What happened; a closed list."""

    RUN_SUBMITTED = "run_submitted"
    RUN_PLANNED = "run_planned"
    RUN_REJECTED = "run_rejected"
    RUN_FAILED = "run_failed"
    RUN_COMPLETED = "run_completed"
    BATCH_SUBMITTED = "batch_submitted"
    BATCH_RECONCILED = "batch_reconciled"
    BATCH_PROTECTED = "batch_protected"
    BATCH_COMPLETED = "batch_completed"
    BATCH_FAILED = "batch_failed"
    BATCH_GAVE_UP = "batch_gave_up"
    BATCH_VERIFIED = "batch_verified"
    BATCH_UNVERIFIED = "batch_unverified"


class AuditRecord(Wire):
    """One fact; `sequence` counts from 1 without gaps within a run and is given by the log."""

    run_id: str
    sequence: int = 0
    at: Instant
    actor: str
    action: Action
    method: str | None = None
    batch: int | None = None
    job_id: str | None = None
    targeted: int | None = None
    deleted: int | None = None
    skipped: Mapping[str, int] | None = None
    latency_seconds: float | None = None
    success_rate: float | None = None
    compliance_tags: tuple[str, ...] | None = None
    policy: Policy | None = None
    correlation_id: str | None = None
    detail: str | None = None


def success_rate(deleted: int | None, targeted: int | None) -> float | None:
    """Deleted per targeted, or None where either is not known or nothing was targeted."""
    if deleted is None or not targeted:
        return None
    return round(deleted / targeted, 6)
