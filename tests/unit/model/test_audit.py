"""The JSON of an audit record."""

from __future__ import annotations

from datetime import timedelta, timezone

import pytest
from genesys_purge.model.audit import Action, AuditRecord, success_rate
from genesys_purge.model.retention import Policy

from tests.clock import NOON


def test_audit_record_json_has_the_fields_of_the_contract() -> None:
    record = AuditRecord(
        run_id="run-1",
        sequence=7,
        at=NOON,
        actor="poll_batch",
        action=Action.BATCH_COMPLETED,
        method="conversation_archive",
        batch=3,
        job_id="job-1",
        targeted=10,
        deleted=9,
        skipped={"protected": 1},
        latency_seconds=12.5,
        success_rate=0.9,
        compliance_tags=("pii", "permanent"),
        policy=Policy(minimum_days=365, basis="law"),
        correlation_id="c-1",
        detail="done",
    )
    assert record.to_json() == {
        "runId": "run-1",
        "sequence": 7,
        "at": "2026-11-21T12:00:00Z",
        "actor": "poll_batch",
        "action": "batch_completed",
        "method": "conversation_archive",
        "batch": 3,
        "jobId": "job-1",
        "targeted": 10,
        "deleted": 9,
        "skipped": {"protected": 1},
        "latencySeconds": 12.5,
        "successRate": 0.9,
        "complianceTags": ["pii", "permanent"],
        "policy": {"minimumDays": 365, "basis": "law"},
        "correlationId": "c-1",
        "detail": "done",
    }


def test_audit_record_json_omits_unknown_fields() -> None:
    record = AuditRecord(run_id="r", at=NOON, actor="tests", action=Action.RUN_SUBMITTED)
    assert record.to_json() == {
        "runId": "r",
        "sequence": 0,
        "at": "2026-11-21T12:00:00Z",
        "actor": "tests",
        "action": "run_submitted",
    }


def test_audit_record_json_contains_a_count_of_zero() -> None:
    record = AuditRecord(run_id="r", at=NOON, actor="t", action=Action.BATCH_FAILED, deleted=0)
    assert record.to_json()["deleted"] == 0


def test_audit_record_json_has_its_time_in_utc() -> None:
    at = NOON.astimezone(timezone(timedelta(hours=5)))
    record = AuditRecord(run_id="r", at=at, actor="t", action=Action.BATCH_FAILED)
    assert record.to_json()["at"] == "2026-11-21T12:00:00Z"


@pytest.mark.parametrize(
    ("deleted", "targeted", "rate"),
    [
        (10, 10, 1.0),
        (1, 3, 0.333333),
        (0, 3, 0.0),
        (None, 3, None),
        (3, None, None),
        (3, 0, None),
        (0, 0, None),
    ],
)
def test_success_rate_is_none_unless_both_counts_are_known(
    deleted: int | None, targeted: int | None, rate: float | None
) -> None:
    assert success_rate(deleted, targeted) == rate
