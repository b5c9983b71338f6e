"""The notifications of an audit record, with the bodies that the documents define."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from genesys_purge.model.audit import Action, AuditRecord
from genesys_purge.model.batch import Batch
from genesys_purge.model.dates import zulu
from genesys_purge.model.rule_events import EXECUTED
from genesys_purge.model.run import SUCCESSES, Run
from genesys_purge.model.verification import Verification, verification_of
from genesys_purge.ports import Runs
from genesys_purge.webhooks.outbound.governance import of_governance
from genesys_purge.webhooks.outbound.notification import Event, Notification, notification_id

BATCH_ENDS = frozenset(
    {
        Action.BATCH_VERIFIED,
        Action.BATCH_UNVERIFIED,
        Action.BATCH_UNVERIFIABLE,
        Action.BATCH_FAILED,
        Action.BATCH_CANCELLED,
        Action.BATCH_GAVE_UP,
        Action.BATCH_IMPLAUSIBLE,
    }
)
JOB_ENDS = {
    Action.BATCH_COMPLETED: "completed",
    Action.BATCH_FAILED: "failed",
    Action.BATCH_CANCELLED: "cancelled",
}
RUN_ENDS = frozenset(
    {
        Action.RUN_COMPLETED,
        Action.RUN_CANCELLED,
        Action.RUN_FAILED,
        Action.RUN_REJECTED,
        Action.RUN_CORRECTED,
    }
)


def notifications(record: AuditRecord, runs: Runs) -> Iterator[Notification]:
    """Every notification of an audit record; most records have none."""
    if record.action in JOB_ENDS and record.job_id and record.latency_seconds is not None:
        yield _of_job(record, record.latency_seconds, _verification(record, runs))
    if record.action in BATCH_ENDS and record.batch is not None:
        yield _of_batch(record, runs.batch(record.run_id, record.batch))
    if record.action in RUN_ENDS:
        run = runs.get(record.run_id)
        yield _of_run(record, run, runs.batches(run))
    if record.action is Action.WEBHOOK_RECEIVED:
        if record.event == EXECUTED:
            yield _of_rule(Event.RULE_EXECUTED, record)
        if record.compliance_ok is False:
            yield _of_rule(Event.RULE_NONCOMPLIANT, record)
    yield from of_governance(record)


def _verification(record: AuditRecord, runs: Runs) -> Verification | None:
    """`not_possible`, or `pending` while the batch waits for the time that its request sets."""
    if record.action is not Action.BATCH_COMPLETED or record.batch is None:
        return None
    found = verification_of(runs.batch(record.run_id, record.batch))
    is_said = found is Verification.NOT_POSSIBLE or runs.get(record.run_id).verifies_later
    return found if is_said else None


def _of_job(record: AuditRecord, latency: float, verification: Verification | None) -> Notification:
    """The body of D4, the unit of its count, and why it is not verified, if it is not."""
    body = {
        "event": Event.JOB_FINISHED,
        "jobId": record.job_id,
        "state": JOB_ENDS[record.action],
        "recordsProcessed": record.deleted,
        "deletedUnit": record.deleted_unit,
        "latencySeconds": latency,
        "verification": verification,
        "errorReason": record.error_reason,
        "timestamp": zulu(record.at),
    }
    return Notification.of(Event.JOB_FINISHED, record, body)


def _of_batch(record: AuditRecord, batch: Batch) -> Notification:
    """The body of D2 with the facts of compliance; a batch without a job is named by its run id."""
    metrics = {
        "throughputRecordsPerSecond": batch.records_per_second,
        "storageRecoveredMB": batch.storage_recovered_mb,
        "durationSeconds": batch.duration_seconds,
    }
    is_unverified = record.action is Action.BATCH_UNVERIFIED
    body = {
        "event": Event.BATCH_FINISHED,
        "requestId": batch.job_id or batch.last_job_id or batch.run_id,
        "status": "unverified" if is_unverified else batch.state,
        "recordsProcessed": batch.deleted,
        "deletedUnit": batch.deleted_unit,
        "jurisdiction": record.jurisdiction,
        "retentionPolicyOverride": record.retention_policy_override,
        "complianceNote": record.compliance_note,
        "errorReason": record.error_reason,
        "verification": record.verification,
        "verificationReason": batch.unverifiable if record.verification else None,
        "check": record.check and record.check.to_json(),
        "timestamp": zulu(record.at),
        "metrics": _known(metrics),
    }
    return Notification.of(Event.BATCH_FINISHED, record, body)


def _of_run(record: AuditRecord, run: Run, batches: Sequence[Batch]) -> Notification:
    """The audit entry of D3; it is signed at delivery, under the subscriber's key.

    Its numbers are those of the record, because the totals of the run may be corrected later.
    """
    jobs = [batch.job_id or batch.last_job_id for batch in batches]
    ended = run.finished_at or record.at
    metrics = {
        "jobId": jobs[0] if len(jobs) == 1 else None,
        "status": run.outcome,
        "startTime": zulu(run.submitted_at),
        "endTime": zulu(ended),
        "durationMs": round((ended - run.submitted_at).total_seconds() * 1000),
        "totalInteractionsPurged": record.deleted,
        "deletedUnit": record.deleted_unit,
        "unreported": record.unreported,
        "verified": record.verified if record.sampled else None,
        "sampled": record.sampled,
        "unit": record.unit,
        "errorReason": record.error_reason,
        "detail": None if run.outcome in SUCCESSES else run.detail,
    }
    body = {
        "event": Event.RUN_FINISHED,
        "auditId": notification_id(Event.RUN_FINISHED, record.run_id, record.sequence),
        "supersedes": _superseded(record),
        "timestamp": zulu(record.at),
        "purgeId": run.run_id,
        "purgePolicy": run.purge_policy and run.purge_policy.to_json(),
        "policyApplied": run.facts.policy | (record.policy.to_json() if record.policy else {}),
        "metrics": _known(metrics),
        "verification": record.verification,
        "verificationReason": run.plan.unverifiable if run.plan and record.verification else None,
        "complianceTags": list(record.compliance_tags or ()),
    }
    return Notification.of(Event.RUN_FINISHED, record, body)


def _superseded(record: AuditRecord) -> str | None:
    """The id of the notification that this one corrects."""
    if record.supersedes is None:
        return None
    return notification_id(Event.RUN_FINISHED, record.run_id, record.supersedes)


def _of_rule(event: Event, record: AuditRecord) -> Notification:
    body = {
        "event": event,
        "ruleId": record.rule_id,
        "deletedCount": record.deleted,
        "deletedUnit": record.deleted_unit,
        "successRate": record.success_rate,
        "timestamp": zulu(record.executed_at or record.at),
        "complianceOk": record.compliance_ok,
    }
    return Notification.of(event, record, body)


def _known(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}
