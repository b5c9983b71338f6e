"""notifications(): which audit record causes which event, with the documented bodies."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from genesys_purge.errors import NotFound
from genesys_purge.methods.documented.conversation_archive import LOOK_UP, STATUS, SUBMIT
from genesys_purge.model.approval import ApprovalState
from genesys_purge.model.audit import Action, AuditRecord
from genesys_purge.model.batch import Batch, BatchState
from genesys_purge.model.certainty import CheckMode
from genesys_purge.model.check import CheckFacts
from genesys_purge.model.compliance import Compliance
from genesys_purge.model.dates import zulu
from genesys_purge.model.hold_facts import HoldFacts
from genesys_purge.model.messages import BatchStep, RunRef
from genesys_purge.model.purge_policy import PolicyFacts
from genesys_purge.model.retention import Policy
from genesys_purge.model.run import Outcome, RunStatus, Totals
from genesys_purge.model.setting_facts import SettingFacts
from genesys_purge.model.stops import StopFacts, StopScope
from genesys_purge.webhooks.outbound.bodies import notifications
from genesys_purge.webhooks.outbound.notification import Event, Notification, notification_id

from tests import builders
from tests.clock import NOON
from tests.unit.workbench import Workbench
from tests.webhook_builders import approval_facts, fact, resume_facts

AT = "2026-11-21T12:00:00Z"
SETTING = SettingFacts(
    name="organisations",
    version=3,
    hash="h",
    reason="why",
    changed=2,
    weakens=("w",),
    weakened=1,
)
# The fields of a record that can cause every notification.
KNOWN: dict[str, Any] = {
    "batch": 0,
    "job_id": "job-1",
    "rule_id": "rule-1",
    "deleted": 10,
    "targeted": 10,
    "success_rate": 1.0,
    "latency_seconds": 60.5,
    "compliance_ok": False,
    "setting": SETTING,
    "hold": HoldFacts(
        hold_id="case-17", reason="evidence", owner="legal", review_by=NOON, conversations=2
    ),
    "approval": resume_facts(),
    "purge_policy": PolicyFacts(
        name="nightly-voice", version=2, scheduled_at=NOON, reason="a holiday"
    ),
    "stop": StopFacts(scope=StopScope.RUN, name="run-1", reason="an incident"),
}
EVENTS: dict[Action, list[Event]] = {
    Action.BATCH_COMPLETED: [Event.JOB_FINISHED],
    Action.BATCH_FAILED: [Event.JOB_FINISHED, Event.BATCH_FINISHED],
    Action.BATCH_CANCELLED: [Event.JOB_FINISHED, Event.BATCH_FINISHED],
    Action.BATCH_GAVE_UP: [Event.BATCH_FINISHED],
    Action.BATCH_IMPLAUSIBLE: [Event.BATCH_FINISHED],
    Action.BATCH_VERIFIED: [Event.BATCH_FINISHED],
    Action.BATCH_UNVERIFIED: [Event.BATCH_FINISHED],
    Action.BATCH_UNVERIFIABLE: [Event.BATCH_FINISHED],
    Action.RUN_COMPLETED: [Event.RUN_FINISHED],
    Action.RUN_CANCELLED: [Event.RUN_FINISHED],
    Action.RUN_FAILED: [Event.RUN_FINISHED],
    Action.RUN_REJECTED: [Event.RUN_FINISHED],
    Action.RUN_CORRECTED: [Event.RUN_FINISHED],
    Action.WEBHOOK_RECEIVED: [Event.RULE_EXECUTED, Event.RULE_NONCOMPLIANT],
    Action.DELETION_STOPPED: [Event.DELETION_STOPPED],
    Action.SETTING_CHANGED: [Event.SETTING_CHANGED],
    Action.HOLD_REVIEW_DUE: [Event.HOLD_REVIEW_DUE],
    Action.POLICY_RUN_SKIPPED: [Event.POLICY_RUN_SKIPPED],
    Action.RUN_PLANNED: [Event.APPROVAL_REQUESTED],
    Action.APPROVAL_REQUESTED: [Event.APPROVAL_REQUESTED],
    Action.HOLD_RELEASE_REQUESTED: [Event.APPROVAL_REQUESTED],
    Action.HOLD_NARROWING_REQUESTED: [Event.APPROVAL_REQUESTED],
    Action.HOLD_KEPT: [Event.APPROVAL_DECIDED],
    Action.APPROVAL_GIVEN: [
        Event.APPROVAL_DECIDED,
        Event.SETTING_CHANGED,
        Event.DELETION_RESUMED,
    ],
    Action.APPROVAL_REJECTED: [Event.APPROVAL_DECIDED],
    Action.APPROVAL_WITHDRAWN: [Event.APPROVAL_DECIDED],
    Action.APPROVAL_EXPIRED: [Event.APPROVAL_DECIDED],
    Action.APPROVAL_REMINDER: [Event.APPROVAL_REMINDER],
}


def caused(bench: Workbench, record: AuditRecord) -> list[Notification]:
    return list(notifications(record, bench.runs))


def body(bench: Workbench, record: AuditRecord, event: Event) -> dict[str, Any]:
    """The JSON body of the record's only notification of that event."""
    [found] = [each for each in caused(bench, record) if each.event is event]
    as_json: dict[str, Any] = found.to_json()["body"]
    return as_json


def ended(**changes: Any) -> Batch:
    """A batch that deleted nine records in a minute; changes in snake_case."""
    fields: dict[str, Any] = {
        "state": BatchState.COMPLETED,
        "job_id": "job-1",
        "began_at": NOON - timedelta(minutes=1),
        "ended_at": NOON,
        "deleted": 9,
        "storage_recovered_mb": 1.5,
    }
    return builders.batch(**fields | changes)


def finish(bench: Workbench, outcome: Outcome, **changes: Any) -> None:
    """Finish the stored run an hour after its submission; changes in snake_case."""
    fields: dict[str, Any] = {
        "status": RunStatus.FINISHED,
        "outcome": outcome,
        "finished_at": NOON + timedelta(hours=1),
    }
    bench.runs.finish(bench.run.model_copy(update=fields | changes), fact(Action.RUN_COMPLETED))


def test_each_action_causes_its_events_and_most_cause_none(bench: Workbench) -> None:
    bench.planned(ended())
    for action in Action:
        found = [each.event for each in caused(bench, fact(action, **KNOWN))]
        assert found == EVENTS.get(action, []), action


def test_every_body_has_the_name_of_its_event(bench: Workbench) -> None:
    bench.planned(ended())
    caused_by = [caused(bench, fact(action, **KNOWN)) for action in EVENTS]
    found = [each for notifications_ in caused_by for each in notifications_]
    assert {each.event for each in found} == set(Event)
    assert [each.body["event"] for each in found] == [each.event for each in found]


@pytest.mark.parametrize("event", [None, "purgerules:rule:disabled"])
def test_other_lifecycle_event_is_no_execution(bench: Workbench, event: str | None) -> None:
    record = fact(Action.WEBHOOK_RECEIVED, **KNOWN | {"event": event})
    assert [each.event for each in caused(bench, record)] == [Event.RULE_NONCOMPLIANT]


def test_delivery_records_cause_no_notification(bench: Workbench) -> None:
    for action in (Action.NOTIFICATION_DELIVERED, Action.NOTIFICATION_ABANDONED):
        assert caused(bench, fact(action, run_id="webhook-1", **KNOWN)) == []


@pytest.mark.parametrize(
    ("action", "state"),
    [
        (Action.BATCH_COMPLETED, "completed"),
        (Action.BATCH_FAILED, "failed"),
        (Action.BATCH_CANCELLED, "cancelled"),
    ],
)
def test_finished_job_has_the_body_of_its_document(
    bench: Workbench, action: Action, state: str
) -> None:
    bench.planned(ended())
    assert body(bench, fact(action, **KNOWN), Event.JOB_FINISHED) == {
        "event": "purge_job_completed",
        "jobId": "job-1",
        "state": state,
        "recordsProcessed": 10,
        "latencySeconds": 60.5,
        "timestamp": AT,
    }


LATER = builders.recording_job(verifyAfterHours=48)


@pytest.mark.parametrize(
    ("request_", "changes", "verification"),
    [
        (LATER, {}, "pending"),
        (LATER, {"verified": 9}, None),
        (LATER, {"state": BatchState.PLANNED}, None),
        (builders.recording_job(verifyAfterHours=0), {}, None),
        (builders.recording_job(), {}, None),
    ],
)
def test_finished_job_says_that_verification_is_pending(
    bench: Workbench,
    request_: dict[str, Any],
    changes: dict[str, Any],
    verification: str | None,
) -> None:
    bench.planned(ended(**changes), request=request_)
    job = body(bench, fact(Action.BATCH_COMPLETED, **KNOWN), Event.JOB_FINISHED)
    assert job.get("verification") == verification


def test_failed_job_has_no_pending_verification(bench: Workbench) -> None:
    bench.planned(ended(), request=LATER)
    assert "verification" not in body(bench, fact(Action.BATCH_FAILED, **KNOWN), Event.JOB_FINISHED)


def test_job_without_a_count_has_no_records_processed(bench: Workbench) -> None:
    bench.planned(ended())
    record = fact(Action.BATCH_COMPLETED, **KNOWN | {"deleted": None})
    assert "recordsProcessed" not in body(bench, record, Event.JOB_FINISHED)


def test_job_that_deleted_nothing_reports_0(bench: Workbench) -> None:
    bench.planned(ended())
    record = fact(Action.BATCH_COMPLETED, **KNOWN | {"deleted": 0, "latency_seconds": 0.0})
    found = body(bench, record, Event.JOB_FINISHED)
    assert (found["recordsProcessed"], found["latencySeconds"]) == (0, 0.0)


@pytest.mark.parametrize("missing", ["job_id", "latency_seconds"])
def test_batch_that_failed_without_a_job_causes_no_job_event(
    bench: Workbench, missing: str
) -> None:
    bench.planned(ended(state=BatchState.FAILED))
    record = fact(Action.BATCH_FAILED, **KNOWN | {missing: None})
    assert [each.event for each in caused(bench, record)] == [Event.BATCH_FINISHED]


def test_finished_batch_has_the_body_of_its_document(bench: Workbench) -> None:
    bench.planned(ended())
    assert body(bench, fact(Action.BATCH_VERIFIED, **KNOWN), Event.BATCH_FINISHED) == {
        "event": "data.purge.chunk.completed",
        "requestId": "job-1",
        "status": "completed",
        "recordsProcessed": 9,
        "deletedUnit": "records",
        "timestamp": AT,
        "metrics": {
            "throughputRecordsPerSecond": 0.15,
            "storageRecoveredMB": 1.5,
            "durationSeconds": 60.0,
        },
    }


def test_sampled_batch_and_run_say_what_was_looked_at(bench: Workbench) -> None:
    check = CheckFacts(mode=CheckMode.SAMPLE, records=10, size=4, looked_at=4, seed="5" * 64)
    bench.planned(ended())
    batch = body(bench, fact(Action.BATCH_VERIFIED, batch=0, check=check), Event.BATCH_FINISHED)
    assert batch["check"] == check.to_json()
    run = body(bench, fact(Action.RUN_COMPLETED, verified=4, sampled=10), Event.RUN_FINISHED)
    assert (run["metrics"]["verified"], run["metrics"]["sampled"]) == (4, 10)


@pytest.mark.parametrize(
    ("action", "state", "status"),
    [
        (Action.BATCH_VERIFIED, BatchState.COMPLETED, "completed"),
        (Action.BATCH_UNVERIFIED, BatchState.COMPLETED, "unverified"),
        (Action.BATCH_FAILED, BatchState.FAILED, "failed"),
        (Action.BATCH_GAVE_UP, BatchState.GAVE_UP, "gave_up"),
        (Action.BATCH_IMPLAUSIBLE, BatchState.IMPLAUSIBLE, "implausible"),
    ],
)
def test_only_a_verified_batch_is_reported_as_completed(
    bench: Workbench, action: Action, state: BatchState, status: str
) -> None:
    bench.planned(ended(state=state))
    assert body(bench, fact(action, **KNOWN), Event.BATCH_FINISHED)["status"] == status


@pytest.mark.parametrize(
    ("ids", "named"),
    [
        ({"job_id": "job-2", "last_job_id": "job-1"}, "job-2"),
        ({"job_id": None, "last_job_id": "job-1"}, "job-1"),
        ({"job_id": None}, "run-1"),
    ],
)
def test_batch_is_named_by_its_last_job_or_by_its_run(
    bench: Workbench, ids: dict[str, Any], named: str
) -> None:
    bench.planned(ended(**ids))
    found = body(bench, fact(Action.BATCH_VERIFIED, batch=0), Event.BATCH_FINISHED)
    assert found["requestId"] == named


def test_unknown_values_of_a_batch_are_left_out(bench: Workbench) -> None:
    bench.planned(builders.batch(state=BatchState.FAILED))
    assert body(bench, fact(Action.BATCH_FAILED, batch=0), Event.BATCH_FINISHED) == {
        "event": "data.purge.chunk.completed",
        "requestId": "run-1",
        "status": "failed",
        "deletedUnit": "records",
        "timestamp": AT,
        "metrics": {},
    }


def test_batch_of_a_data_deletion_has_the_facts_of_compliance(bench: Workbench) -> None:
    compliance = Compliance(jurisdiction="us-east-1", retention_policy_override=True)
    bench.planned(ended())
    record = fact(Action.BATCH_VERIFIED, **KNOWN | compliance.checked_facts)
    found = body(bench, record, Event.BATCH_FINISHED)
    names = ("jurisdiction", "retentionPolicyOverride", "complianceNote")
    assert [found[name] for name in names] == ["us-east-1", True, compliance.note]


def test_counts_of_notifications_name_their_unit(bench: Workbench) -> None:
    bench.planned(ended(deleted_unit="recordings"))
    record = fact(Action.BATCH_FAILED, **KNOWN | {"deleted_unit": "recordings"})
    assert {each.body["deletedUnit"] for each in caused(bench, record)} == {"recordings"}
    executed = fact(Action.WEBHOOK_RECEIVED, **KNOWN | {"deleted_unit": "records"})
    assert {each.body["deletedUnit"] for each in caused(bench, executed)} == {"records"}


def test_record_of_an_unknown_batch_or_run_is_an_error(
    bench: Workbench,
) -> None:
    with pytest.raises(NotFound):
        caused(bench, fact(Action.BATCH_VERIFIED, batch=0))
    with pytest.raises(NotFound):
        caused(bench, fact(Action.RUN_COMPLETED))


def test_finished_run_has_the_body_of_its_document(bench: Workbench) -> None:
    filters = {"attributes": {"compliance_class": "archived", "region": "eu-west"}}
    bench.planned(ended(), request=builders.interaction_purge(filters=filters))
    finish(bench, Outcome.COMPLETED_WITH_FAILURES, detail="one record is still there")
    record = fact(
        Action.RUN_COMPLETED,
        compliance_tags=("pii", "permanent", "automated_retention"),
        policy=Policy(minimum_days=365, basis="law"),
        deleted=9,
        deleted_unit="interactions",
        unreported=1,
        error_reason="index locked",
        unit="records",
    )
    assert body(bench, record, Event.RUN_FINISHED) == {
        "event": "purge_run_finished",
        "auditId": notification_id(Event.RUN_FINISHED, record.run_id, record.sequence),
        "timestamp": AT,
        "purgeId": "run-1",
        "policyApplied": {
            "interactionType": "voice",
            "dateRange": {"start": "2025-10-21T12:00:00Z", "end": "2025-11-20T12:00:00Z"},
            "retentionDays": 365,
            "classification": "internal",
            "purgeType": "permanent",
            "filters": filters,
            "reason": "retention of one year is over",
            "minimumDays": 365,
            "basis": "law",
        },
        "metrics": {
            "jobId": "job-1",
            "status": "completed_with_failures",
            "startTime": AT,
            "endTime": "2026-11-21T13:00:00Z",
            "durationMs": 3_600_000,
            "totalInteractionsPurged": 9,
            "deletedUnit": "interactions",
            "unreported": 1,
            "unit": "records",
            "errorReason": "index locked",
            "detail": "one record is still there",
        },
        "complianceTags": ["pii", "permanent", "automated_retention"],
    }


def test_unknown_values_of_a_run_are_left_out(bench: Workbench) -> None:
    bench.stored()
    finish(bench, Outcome.REJECTED)
    record = fact(Action.RUN_REJECTED)
    assert body(bench, record, Event.RUN_FINISHED) == {
        "event": "purge_run_finished",
        "auditId": notification_id(Event.RUN_FINISHED, record.run_id, record.sequence),
        "timestamp": AT,
        "purgeId": "run-1",
        "policyApplied": {
            "permanentDelete": True,
            "idsGiven": 10,
            "classification": "internal",
            "reason": "retention of one year is over",
        },
        "metrics": {
            "status": "rejected",
            "startTime": AT,
            "endTime": "2026-11-21T13:00:00Z",
            "durationMs": 3_600_000,
        },
        "complianceTags": [],
    }


def test_job_and_batch_that_failed_have_the_reason_of_genesys(bench: Workbench) -> None:
    bench.planned(ended(state=BatchState.CANCELLED))
    record = fact(Action.BATCH_CANCELLED, **KNOWN, error_reason="by an admin")
    for event in (Event.JOB_FINISHED, Event.BATCH_FINISHED):
        assert body(bench, record, event)["errorReason"] == "by an admin"
    assert body(bench, record, Event.BATCH_FINISHED)["status"] == "cancelled"


def test_run_without_a_count_has_no_total(bench: Workbench) -> None:
    bench.planned(ended())
    finish(bench, Outcome.COMPLETED)
    found = body(bench, fact(Action.RUN_COMPLETED), Event.RUN_FINISHED)
    assert not {"totalInteractionsPurged", "unreported"} & set(found["metrics"])


def test_total_is_the_one_of_the_record_after_a_correction_of_the_run(bench: Workbench) -> None:
    bench.planned(ended())
    finish(bench, Outcome.FAILED, totals=Totals(targeted=10, skipped={}, deleted=9, verified=9))
    found = body(bench, fact(Action.RUN_FAILED, deleted=3), Event.RUN_FINISHED)
    assert found["metrics"]["totalInteractionsPurged"] == 3


def test_correction_names_the_notification_that_it_supersedes(bench: Workbench) -> None:
    bench.planned(ended())
    finish(bench, Outcome.FAILED)
    [first] = caused(bench, fact(Action.RUN_FAILED, sequence=4))
    [correction] = caused(bench, fact(Action.RUN_CORRECTED, sequence=9, supersedes=4))
    assert correction.body["supersedes"] == first.notification_id
    assert correction.notification_id != first.notification_id
    assert "supersedes" not in first.body


def test_reported_zeros_are_not_left_out(bench: Workbench) -> None:
    bench.planned(ended(deleted=0, storage_recovered_mb=0.0))
    batch = body(bench, fact(Action.BATCH_VERIFIED, batch=0), Event.BATCH_FINISHED)
    assert (batch["recordsProcessed"], batch["metrics"]["storageRecoveredMB"]) == (0, 0.0)
    assert batch["metrics"]["throughputRecordsPerSecond"] == 0.0
    finish(bench, Outcome.FAILED)
    run = body(bench, fact(Action.RUN_COMPLETED, deleted=0), Event.RUN_FINISHED)
    assert run["metrics"]["totalInteractionsPurged"] == 0


@pytest.mark.parametrize(
    ("batches", "named"),
    [
        ([ended()], "job-1"),
        ([ended(job_id=None, last_job_id="job-0")], "job-0"),
        ([ended(job_id=None)], None),
        ([ended(), ended(number=1, job_id="job-2")], None),
    ],
)
def test_run_names_its_job_if_it_had_only_one(
    bench: Workbench, batches: list[Batch], named: str | None
) -> None:
    bench.planned(*batches)
    finish(bench, Outcome.COMPLETED)
    found = body(bench, fact(Action.RUN_COMPLETED), Event.RUN_FINISHED)
    assert found["metrics"].get("jobId") == named


def test_execution_of_a_rule_is_reported_with_every_known_value(bench: Workbench) -> None:
    executed = NOON - timedelta(hours=9)
    record = fact(**KNOWN | {"compliance_ok": True, "executed_at": executed})
    [found] = caused(bench, record)
    assert found.rule_id == "rule-1"
    assert found.to_json()["body"] == {
        "event": "purge_rule_executed",
        "ruleId": "rule-1",
        "deletedCount": 10,
        "successRate": 1.0,
        "timestamp": "2026-11-21T03:00:00Z",
        "complianceOk": True,
    }


def test_execution_without_a_target_has_no_success_rate(
    bench: Workbench,
) -> None:
    [found] = caused(bench, fact(rule_id="rule-1", deleted=10, compliance_ok=True))
    assert "successRate" not in found.body


def test_execution_without_a_verdict_is_not_noncompliant(bench: Workbench) -> None:
    [found] = caused(bench, fact(rule_id="rule-1", deleted=10))
    assert found.event is Event.RULE_EXECUTED
    assert "complianceOk" not in found.body


def test_noncompliant_execution_causes_two_events(bench: Workbench) -> None:
    plain, alarming = caused(bench, fact(rule_id="rule-1", deleted=10, compliance_ok=False))
    assert alarming.body["event"] == "purge_rule_noncompliant"
    assert plain.body["complianceOk"] is alarming.body["complianceOk"] is False
    assert dict(plain.body) | {"event": None} == dict(alarming.body) | {"event": None}


def test_changed_setting_is_reported_with_what_it_weakens(bench: Workbench) -> None:
    record = fact(Action.SETTING_CHANGED, setting=SETTING, person_id="user:A")
    [found] = caused(bench, record)
    assert dict(found.body) == {
        "event": "setting_changed",
        "setting": "organisations",
        "version": 3,
        "changedBy": record.actor,
        "personId": "user:A",
        "reason": "why",
        "changed": 2,
        "weakens": ["w"],
        "timestamp": zulu(record.at),
    }


@pytest.mark.parametrize(
    ("action", "state", "events"),
    [
        (Action.APPROVAL_REQUESTED, "pending", [Event.APPROVAL_REQUESTED]),
        (Action.APPROVAL_GIVEN, "consumed", [Event.APPROVAL_DECIDED, Event.SETTING_CHANGED]),
    ],
)
def test_setting_is_reported_as_changed_by_its_last_approval(
    bench: Workbench, action: Action, state: str, events: list[Event]
) -> None:
    approval = approval_facts().model_copy(update={"state": ApprovalState(state)})
    found = caused(bench, fact(action, setting=SETTING, approval=approval))
    assert [each.body["event"] for each in found] == events


def test_notice_of_a_review_names_the_hold_and_no_conversation(bench: Workbench) -> None:
    found = body(bench, fact(Action.HOLD_REVIEW_DUE, **KNOWN), Event.HOLD_REVIEW_DUE)
    assert found == {
        "event": "legal_hold_review_due",
        "holdId": "case-17",
        "owner": "legal",
        "reviewBy": "2026-11-21T12:00:00Z",
        "timestamp": "2026-11-21T12:00:00Z",
    }


def test_skipped_time_of_a_policy_is_reported_with_its_reason(bench: Workbench) -> None:
    found = body(bench, fact(Action.POLICY_RUN_SKIPPED, **KNOWN), Event.POLICY_RUN_SKIPPED)
    assert found == {
        "event": "policy_run_skipped",
        "policy": "nightly-voice",
        "version": 2,
        "scheduledAt": "2026-11-21T12:00:00Z",
        "reason": "a holiday",
        "timestamp": "2026-11-21T12:00:00Z",
    }


def test_same_record_causes_the_same_notifications(bench: Workbench) -> None:
    bench.planned(ended())
    record = fact(Action.BATCH_FAILED, **KNOWN)
    again = AuditRecord.model_validate_json(record.model_dump_json(by_alias=True))
    assert caused(bench, record) == caused(bench, again)


def test_every_record_and_event_has_its_own_id() -> None:
    ids = {
        notification_id(event, run_id, sequence)
        for event in Event
        for run_id in ("run-1", "run-11", "run-2")
        for sequence in (1, 11, 12)
    }
    assert len(ids) == len(Event) * 9
    assert all(re.fullmatch("msg_[0-9a-f]{32}", each) for each in ids)


def test_notification_is_the_same_after_the_queue(bench: Workbench) -> None:
    bench.planned(ended())
    [found] = caused(bench, fact(Action.BATCH_VERIFIED, **KNOWN))
    assert (found.run_id, found.rule_id, found.at) == ("run-1", "rule-1", NOON)
    text = found.model_dump_json(by_alias=True, exclude_none=True)
    assert Notification.model_validate_json(text, by_name=False) == found


def test_events_of_a_run_follow_from_its_job_to_its_end(bench: Workbench) -> None:
    ids = builders.conversation_ids(10)
    old = builders.days_ago(400).isoformat()
    found = [{"conversationId": each, "conversationEnd": old} for each in ids]
    bench.stored()
    bench.genesys.on(LOOK_UP, {"data": found}, {"data": []})
    bench.genesys.on(SUBMIT, {"jobId": "job-1"})
    bench.genesys.on(STATUS, {"state": "completed", "recordsProcessed": 10})
    bench.plan_purge(RunRef(run_id="run-1"))
    step = bench.submit_batch(BatchStep(run_id="run-1", batch=0))
    bench.clock.wait(5)
    bench.verify_batch(bench.poll_batch(step))
    bench.complete_purge(RunRef(run_id="run-1"))
    events = [n for record in bench.audit.of("run-1") for n in caused(bench, record)]
    assert [each.event for each in events] == [
        Event.JOB_FINISHED,
        Event.BATCH_FINISHED,
        Event.RUN_FINISHED,
    ]
    job, batch, run = (each.body for each in events)
    assert (job["recordsProcessed"], job["latencySeconds"]) == (10, 5.0)
    assert (batch["recordsProcessed"], batch["metrics"]["durationSeconds"]) == (10, 5.0)
    assert run["metrics"]["totalInteractionsPurged"] == 10


def test_plan_without_an_approval_causes_no_notification(bench: Workbench) -> None:
    assert caused(bench, fact(Action.RUN_PLANNED)) == []


def test_approval_is_told_without_its_comment(bench: Workbench) -> None:
    record = fact(Action.APPROVAL_GIVEN, approval=approval_facts())
    assert body(bench, record, Event.APPROVAL_DECIDED) == {
        "event": "approval_decided",
        "subject": "run-1",
        "approvalId": "run-run-1",
        "kind": "run",
        "state": "pending",
        "subjectHash": "0" * 64,
        "needed": 1,
        "given": 0,
        "timestamp": AT,
    }


STOP = StopFacts(scope=StopScope.ORGANISATION, name="emea", reason="an incident")


def test_stop_is_told_with_its_scope_and_reason(bench: Workbench) -> None:
    record = fact(Action.DELETION_STOPPED, stop=STOP)
    assert body(bench, record, Event.DELETION_STOPPED) == {
        "event": "deletion_stopped",
        "scope": "organisation",
        "name": "emea",
        "reason": "an incident",
        "timestamp": AT,
    }


def test_last_approval_of_a_stop_is_told_as_its_end(bench: Workbench) -> None:
    facts = resume_facts()
    record = fact(Action.APPROVAL_GIVEN, stop=STOP, approval=facts)
    assert body(bench, record, Event.DELETION_RESUMED)["event"] == "deletion_resumed"


def test_approval_that_needs_others_resumes_nothing(bench: Workbench) -> None:
    facts = resume_facts(ApprovalState.PENDING)
    found = caused(bench, fact(Action.APPROVAL_GIVEN, stop=STOP, approval=facts))
    assert Event.DELETION_RESUMED not in [each.event for each in found]
