"""A notification to governance and compliance systems."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from genesys_purge.model.audit import AuditRecord
from genesys_purge.model.dates import Instant
from genesys_purge.model.wire import Wire


class Event(StrEnum):
    """The subject of a notification; the documents define the first two names."""

    BATCH_FINISHED = "data.purge.chunk.completed"
    JOB_FINISHED = "purge_job_completed"
    RUN_FINISHED = "purge_run_finished"
    RULE_EXECUTED = "purge_rule_executed"
    RULE_NONCOMPLIANT = "purge_rule_noncompliant"
    DELETION_STOPPED = "deletion_stopped"
    DELETION_RESUMED = "deletion_resumed"
    SETTING_CHANGED = "setting_changed"
    HOLD_REVIEW_DUE = "legal_hold_review_due"
    POLICY_RUN_SKIPPED = "policy_run_skipped"
    APPROVAL_REQUESTED = "approval_requested"
    APPROVAL_REMINDER = "approval_reminder"
    APPROVAL_DECIDED = "approval_decided"


class Notification(Wire):
    """One event with its documented body; the same audit record always gives the same id."""

    notification_id: str
    event: Event
    run_id: str
    rule_id: str | None = None
    at: Instant
    body: Mapping[str, Any]

    @classmethod
    def of(cls, event: Event, record: AuditRecord, body: Mapping[str, Any]) -> Notification:
        """The notification of an audit record; unknown values are left out of its body."""
        return cls(
            notification_id=notification_id(event, record.run_id, record.sequence),
            event=event,
            run_id=record.run_id,
            rule_id=record.rule_id,
            at=record.at,
            body={name: value for name, value in body.items() if value is not None},
        )


def notification_id(event: Event, run_id: str, sequence: int) -> str:
    """The id of the notification of that event about the audit record of that run and sequence."""
    source = f"{run_id}\n{sequence}\n{event}".encode()
    return f"msg_{hashlib.sha256(source).hexdigest()[:32]}"


class Delivery(Wire):
    """The message that one notification goes to one subscriber."""

    subscriber: str
    notification: Notification

    @property
    def run_id(self) -> str:
        return self.notification.run_id

    @property
    def rule_id(self) -> str | None:
        return self.notification.rule_id
