"""The notifications about approvals, settings, holds, stops and policies; none decides anything."""

from __future__ import annotations

from collections.abc import Iterator

from genesys_purge.model.approval import ApprovalFacts, ApprovalState
from genesys_purge.model.audit import Action, AuditRecord
from genesys_purge.model.dates import zulu
from genesys_purge.model.hold_facts import HoldFacts
from genesys_purge.model.purge_policy import PolicyFacts
from genesys_purge.model.setting_facts import SettingFacts
from genesys_purge.model.stops import StopFacts
from genesys_purge.webhooks.outbound.notification import Event, Notification

OF_APPROVALS = {
    Action.RUN_PLANNED: Event.APPROVAL_REQUESTED,
    Action.APPROVAL_REQUESTED: Event.APPROVAL_REQUESTED,
    Action.HOLD_RELEASE_REQUESTED: Event.APPROVAL_REQUESTED,
    Action.HOLD_NARROWING_REQUESTED: Event.APPROVAL_REQUESTED,
    Action.APPROVAL_REMINDER: Event.APPROVAL_REMINDER,
    Action.APPROVAL_GIVEN: Event.APPROVAL_DECIDED,
    Action.APPROVAL_REJECTED: Event.APPROVAL_DECIDED,
    Action.APPROVAL_WITHDRAWN: Event.APPROVAL_DECIDED,
    Action.APPROVAL_EXPIRED: Event.APPROVAL_DECIDED,
    # Keeping a hold withdraws the request for its release or narrowing, if one is open.
    Action.HOLD_KEPT: Event.APPROVAL_DECIDED,
}


def of_governance(record: AuditRecord) -> Iterator[Notification]:
    """The notifications of a record about an approval, a setting, a hold, a stop or a policy."""
    if record.approval and record.action in OF_APPROVALS:
        yield _of_approval(OF_APPROVALS[record.action], record, record.approval)
    if record.setting and (record.action is Action.SETTING_CHANGED or _is_last_approval(record)):
        yield _of_setting(record, record.setting)
    if record.action is Action.HOLD_REVIEW_DUE and record.hold:
        yield _of_review(record, record.hold)
    if record.action is Action.POLICY_RUN_SKIPPED and record.purge_policy:
        yield _of_skipped(record, record.purge_policy)
    if record.stop and (event := _event_of_stop(record)):
        yield _of_stop(event, record, record.stop)


def _of_setting(record: AuditRecord, setting: SettingFacts) -> Notification:
    body = {
        "event": Event.SETTING_CHANGED,
        "setting": setting.name,
        "version": setting.version,
        "changedBy": record.actor,
        "personId": record.person_id,
        "reason": setting.reason,
        "changed": setting.changed,
        "weakens": list(setting.weakens),
        "timestamp": zulu(record.at),
    }
    return Notification.of(Event.SETTING_CHANGED, record, body)


def _of_skipped(record: AuditRecord, policy: PolicyFacts) -> Notification:
    body = {
        "event": Event.POLICY_RUN_SKIPPED,
        "policy": policy.name,
        "version": policy.version,
        "scheduledAt": policy.scheduled_at and zulu(policy.scheduled_at),
        "reason": policy.reason,
        "timestamp": zulu(record.at),
    }
    return Notification.of(Event.POLICY_RUN_SKIPPED, record, body)


def _of_review(record: AuditRecord, hold: HoldFacts) -> Notification:
    """What the owner of a hold needs for its review; the body names no conversation."""
    body = {
        "event": Event.HOLD_REVIEW_DUE,
        "holdId": hold.hold_id,
        "matter": hold.matter and hold.matter.to_json(),
        "owner": hold.owner,
        "reviewBy": hold.review_by and zulu(hold.review_by),
        "timestamp": zulu(record.at),
    }
    return Notification.of(Event.HOLD_REVIEW_DUE, record, body)


def _of_approval(event: Event, record: AuditRecord, approval: ApprovalFacts) -> Notification:
    facts = approval.to_json()
    facts.pop("comment", None)
    body = {"event": event, "subject": record.run_id, **facts, "timestamp": zulu(record.at)}
    return Notification.of(event, record, body)


def _event_of_stop(record: AuditRecord) -> Event | None:
    """A stop is over with the last approval; its other records are about requests."""
    if record.action is Action.DELETION_STOPPED:
        return Event.DELETION_STOPPED
    return Event.DELETION_RESUMED if _is_last_approval(record) else None


def _is_last_approval(record: AuditRecord) -> bool:
    """Whether the record is about the approval that changed what was asked."""
    is_consumed = record.approval is not None and record.approval.state is ApprovalState.CONSUMED
    return record.action is Action.APPROVAL_GIVEN and is_consumed


def _of_stop(event: Event, record: AuditRecord, stop: StopFacts) -> Notification:
    """What is stopped, or goes on."""
    body = {"event": event, **stop.to_json(), "timestamp": zulu(record.at)}
    return Notification.of(event, record, body)
