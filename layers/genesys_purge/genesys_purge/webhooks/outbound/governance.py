"""The notifications about approvals, settings and holds; nothing in them can decide anything."""

from __future__ import annotations

from collections.abc import Iterator

from genesys_purge.model.approval import ApprovalFacts
from genesys_purge.model.audit import Action, AuditRecord
from genesys_purge.model.dates import zulu
from genesys_purge.model.hold_facts import HoldFacts
from genesys_purge.model.setting_facts import SettingFacts
from genesys_purge.webhooks.outbound.notification import Event, Notification

OF_APPROVALS = {
    Action.RUN_PLANNED: Event.APPROVAL_REQUESTED,
    Action.APPROVAL_REQUESTED: Event.APPROVAL_REQUESTED,
    Action.APPROVAL_GIVEN: Event.APPROVAL_DECIDED,
    Action.APPROVAL_REJECTED: Event.APPROVAL_DECIDED,
    Action.APPROVAL_WITHDRAWN: Event.APPROVAL_DECIDED,
    Action.APPROVAL_EXPIRED: Event.APPROVAL_DECIDED,
}


def of_governance(record: AuditRecord) -> Iterator[Notification]:
    """The notifications of a record about an approval, a setting or a hold."""
    if record.approval and record.action in OF_APPROVALS:
        yield _of_approval(OF_APPROVALS[record.action], record, record.approval)
    if record.action is Action.SETTING_CHANGED and record.setting:
        yield _of_setting(record, record.setting)
    if record.action is Action.HOLD_REVIEW_DUE and record.hold:
        yield _of_review(record, record.hold)


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
