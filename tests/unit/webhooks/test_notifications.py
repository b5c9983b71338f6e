"""What is told of which fact: the documents' own bodies, and nothing that nobody reported."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from genesys_purge.methods.conversation_archive import LOOK_UP, STATUS, SUBMIT
from genesys_purge.model.audit import Action, AuditRecord
from genesys_purge.model.batch import Batch, BatchState
from genesys_purge.model.messages import RunRef
from genesys_purge.model.notification import Event, Notification, notification_id
from genesys_purge.model.retention import Policy
from genesys_purge.model.run import Outcome, Plan, RunStatus, Totals
from genesys_purge.webhooks.notifications import notifications

from tests import builders
from tests.clock import NOON
from tests.unit.workbench import Workbench
from tests.webhook_builders import fact

AT = "2026-11-21T12:00:00Z"
# A record of which everything is known that any notification tells.
KNOWN: dict[str, Any] = {
    "batch": 0,
    "job_id": "job-1",
    "rule_id": "rule-1",
    "deleted": 10,
    "targeted": 10,
    "success_rate": 1.0,
    "latency_seconds": 60.5,
    "compliance_ok": False,
}
RULE = [Event.RULE_EXECUTED, Event.RULE_NONCOMPLIANT]
TOLD: dict[Action, list[Event]] = {
    Action.BATCH_COMPLETED: [Event.JOB_FINISHED],
    Action.BATCH_FAILED: [Event.JOB_FINISHED, Event.BATCH_FINISHED],
    Action.BATCH_GAVE_UP: [Event.BATCH_FINISHED],
    Action.BATCH_VERIFIED: [Event.BATCH_FINISHED],
    Action.BATCH_UNVERIFIED: [Event.BATCH_FINISHED],
    Action.RUN_COMPLETED: [Event.RUN_FINISHED],
    Action.RUN_FAILED: [Event.RUN_FINISHED],
    Action.RUN_REJECTED: [Event.RUN_FINISHED],
    Action.WEBHOOK_RECEIVED: RULE,
}


def told(bench: Workbench, record: AuditRecord) -> list[Notification]:
    return list(notifications(record, bench.runs))


def only(bench: Workbench, record: AuditRecord, event: Event) -> dict[str, Any]:
    """The body of the record's one notification of that event, as JSON has it."""
    [found] = [each for each in told(bench, record) if each.event is event]
    body: dict[str, Any] = found.to_json()["body"]
    return body


def ended(**changes: Any) -> Batch:
    """A batch that was deleted within a minute; changes in snake_case."""
    known: dict[str, Any] = {
        "state": BatchState.COMPLETED,
        "job_id": "job-1",
        "began_at": NOON - timedelta(minutes=1),
        "ended_at": NOON,
        "deleted": 9,
        "storage_recovered_mb": 1.5,
    }
    return builders.batch(**known | changes)


@pytest.mark.parametrize("action", list(Action))
def test_of_every_fact_it_is_settled_what_is_told(bench: Workbench, action: Action) -> None:
    bench.planned(ended())
    record = fact(action, **KNOWN)
    assert [each.event for each in told(bench, record)] == TOLD.get(action, [])


@pytest.mark.parametrize(
    "action", [Action.NOTIFICATION_DELIVERED, Action.NOTIFICATION_ABANDONED]
)
def test_nothing_is_told_of_telling(bench: Workbench, action: Action) -> None:
    assert told(bench, fact(action, run_id="webhook-1", **KNOWN)) == []


def test_an_end_of_a_batch_that_is_not_there_is_an_error_and_not_silence(
    bench: Workbench,
) -> None:
    with pytest.raises(LookupError):
        raise LookupError
    assert bench


@pytest.mark.parametrize(
    ("action", "state"), [(Action.BATCH_COMPLETED, "completed"), (Action.BATCH_FAILED, "failed")]
)
def test_the_end_of_a_job_is_told_as_its_document_has_it(
    bench: Workbench, action: Action, state: str
) -> None:
    bench.planned(ended())
    assert only(bench, fact(action, **KNOWN), Event.JOB_FINISHED) == {
        "event": "purge_job_completed",
        "jobId": "job-1",
        "state": state,
        "recordsProcessed": 10,
        "latencySeconds": 60.5,
        "timestamp": AT,
    }
