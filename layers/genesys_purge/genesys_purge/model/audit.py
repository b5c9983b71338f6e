"""The immutable audit record of a run, a purge rule or a deployment."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from genesys_purge.model.approval import ApprovalFacts
from genesys_purge.model.check import CheckFacts
from genesys_purge.model.dates import Instant, Window
from genesys_purge.model.erasable import ACTOR, ERASABLE, Erasable
from genesys_purge.model.hold_facts import HoldFacts, RefusalFacts
from genesys_purge.model.hold_mirror import MirrorFacts
from genesys_purge.model.platform_event import PlatformEvent
from genesys_purge.model.purge_policy import PolicyFacts
from genesys_purge.model.record_facts import (
    CertificateFacts,
    ChangeFacts,
    DeliveryFacts,
    DeploymentFacts,
    ErasureFacts,
    ExportFacts,
    PlanFacts,
)
from genesys_purge.model.request_facts import RequestFacts
from genesys_purge.model.retention import Policy
from genesys_purge.model.setting_facts import SettingFacts
from genesys_purge.model.stops import StopFacts
from genesys_purge.model.verification import Verification
from genesys_purge.model.wire import Wire


class Action(StrEnum):
    """Every action that the audit can record."""

    RUN_SUBMITTED = "run_submitted"
    RUN_PLANNED = "run_planned"
    RUN_REJECTED = "run_rejected"
    RUN_FAILED = "run_failed"
    RUN_COMPLETED = "run_completed"
    RUN_CANCEL_REQUESTED = "run_cancel_requested"
    RUN_CANCELLED = "run_cancelled"
    RUN_CORRECTED = "run_corrected"
    BATCH_SUBMITTED = "batch_submitted"
    BATCH_CONFIRMED = "batch_confirmed"
    BATCH_RECONCILED = "batch_reconciled"
    BATCH_PROTECTED = "batch_protected"
    BATCH_CUT = "batch_cut"
    BATCH_COMPLETED = "batch_completed"
    BATCH_FAILED = "batch_failed"
    BATCH_CANCELLED = "batch_cancelled"
    BATCH_GAVE_UP = "batch_gave_up"
    BATCH_IMPLAUSIBLE = "batch_implausible"
    BATCH_VERIFIED = "batch_verified"
    BATCH_UNVERIFIED = "batch_unverified"
    BATCH_UNVERIFIABLE = "batch_unverifiable"
    RULE_CREATED = "rule_created"
    RULE_FAILED = "rule_failed"
    RULE_WEBHOOK_REGISTERED = "rule_webhook_registered"
    RULE_WEBHOOK_FAILED = "rule_webhook_failed"
    WEBHOOK_RECEIVED = "webhook_received"
    PLATFORM_EVENT_RECEIVED = "platform_event_received"
    DEPLOYMENT_SUBMITTED = "deployment_submitted"
    DEPLOYMENT_PLANNED = "deployment_planned"
    DEPLOYMENT_COMPLETED = "deployment_completed"
    CAMPAIGN_RULE_CREATED = "campaign_rule_created"
    CAMPAIGN_RULE_UPDATED = "campaign_rule_updated"
    CAMPAIGN_RULE_FAILED = "campaign_rule_failed"
    CAMPAIGN_RULE_ROLLED_BACK = "campaign_rule_rolled_back"
    CAMPAIGN_CHANGES_EXPORTED = "campaign_changes_exported"
    NOTIFICATION_DELIVERED = "notification_delivered"
    NOTIFICATION_ABANDONED = "notification_abandoned"
    HOLD_PLACED = "hold_placed"
    HOLD_MIRRORED = "hold_mirrored"
    APPROVAL_REQUESTED = "approval_requested"
    APPROVAL_GIVEN = "approval_given"
    APPROVAL_REJECTED = "approval_rejected"
    APPROVAL_WITHDRAWN = "approval_withdrawn"
    APPROVAL_EXPIRED = "approval_expired"
    APPROVAL_REMINDER = "approval_reminder"
    POLICY_APPLIED = "policy_applied"
    POLICY_SCHEDULE_CORRECTED = "policy_schedule_corrected"
    POLICY_RUN_SKIPPED = "policy_run_skipped"
    DELETION_STOPPED = "deletion_stopped"
    SETTING_IMPORTED = "setting_imported"
    SETTING_CHANGED = "setting_changed"
    HOLD_REFUSED_DELETION = "hold_refused_deletion"
    HOLD_WIDENED = "hold_widened"
    HOLD_RELEASE_REQUESTED = "hold_release_requested"
    HOLD_NARROWING_REQUESTED = "hold_narrowing_requested"
    HOLD_KEPT = "hold_kept"
    HOLD_RELEASED = "hold_released"
    HOLD_NARROWED = "hold_narrowed"
    HOLD_REVIEW_DUE = "hold_review_due"
    HOLD_REVIEWED = "hold_reviewed"
    CERTIFICATE_ISSUED = "certificate_issued"
    CERTIFICATE_WITHDRAWN = "certificate_withdrawn"
    AUDIT_ALTERED = "audit_altered"
    NUMBER_UNUSED = "number_unused"
    PERSONAL_DATA_ERASED = "personal_data_erased"


class Alteration(Wire):
    """A stored audit record that was changed: its key, and the event of the table's stream."""

    run_id: str
    sequence: int
    event: Literal["MODIFY", "REMOVE"]


# Of a purge rule, what says how long records are kept.
KEPT_OF_RULE = frozenset({"enabled", "retentionPeriod"})


class DroppedFields(Wire):
    """The fields of a webhook that were not stored: their number, and the names of the first."""

    count: int
    names: Annotated[tuple[str, ...], ERASABLE] = ()


class AuditRecord(Wire):
    """One immutable record. The log assigns `sequence`, which counts from 1 within a run.

    A `number_unused` has a number that no other record of the run took.

    Each of these has a `runId` of its own: the creation of a purge rule, an execution of that
    rule, a deployment, an event of the live platform and an alteration of the audit. `ruleId` is
    the id of the purge rule, `ruleName` the name of a campaign rule. `rule` is a purge rule in the
    form that Genesys received. `event` and `executedAt` are the lifecycle event of a purge rule and
    its time, as Genesys reports them. `supersedes` is the sequence of the record of the same run
    whose totals this one corrects. `errorReason` are Genesys's own words about jobs that failed or
    were cancelled. `verification` is `not_possible` in the records about the end of a batch, or of
    a run with batches, that no check can verify.

    `unit` is what `targeted`, `skipped`, `unreported`, `verified` and `sampled` count.
    `deletedUnit` is what `deleted`, `archived`, `exported` and `covered` count. `covered` is the
    size of a two-step job, `window` the date range of a job. `outcome` is that of a run or
    deployment. `request` is in each record about a whole run, `plan` in the one about its plan.
    `check` says which records a verification looked at one by one.

    `hold` is in the records about a legal hold, `stop` in those about a stop, `approval` in those
    about an approval, and `personId` is the person that acted on it. `person` is the pseudonym of
    that human, which the log assigns. `purgePolicy` is in those
    about a purge policy and its runs; `policy` is the retention.
    `setting` is in the records about a stored setting. `refusal` is a deletion that a legal hold
    refused, and `mirror` how far Genesys protects its conversations. `erasure` is what a person
    erased.

    `organisation` is None for the default organisation. Records about a whole purge run, the
    creation of a purge rule or a campaign set it; records about one batch do not.
    """

    run_id: str
    sequence: int = 0
    at: Instant
    actor: Annotated[str, ACTOR]
    action: Action
    person_id: Annotated[str | None, ERASABLE] = None
    person: str | None = None
    hold: HoldFacts | None = None
    refusal: RefusalFacts | None = None
    mirror: MirrorFacts | None = None
    approval: ApprovalFacts | None = None
    purge_policy: PolicyFacts | None = None
    stop: StopFacts | None = None
    setting: SettingFacts | None = None
    method: str | None = None
    organisation: str | None = None
    batch: int | None = None
    job_id: str | None = None
    rule_id: str | None = None
    rule_name: Annotated[str | None, ERASABLE] = None
    rule: Annotated[Mapping[str, Any] | None, Erasable(kept=KEPT_OF_RULE)] = None
    event: str | None = None
    executed_at: Instant | None = None
    webhook_id: str | None = None
    request: RequestFacts | None = None
    plan: PlanFacts | None = None
    deployment: DeploymentFacts | None = None
    change: ChangeFacts | None = None
    export: ExportFacts | None = None
    delivery: DeliveryFacts | None = None
    outcome: str | None = None
    window: Window | None = None
    unit: str | None = None
    deleted_unit: str | None = None
    targeted: int | None = None
    deleted: int | None = None
    archived: int | None = None
    exported: int | None = None
    unreported: int | None = None
    verified: int | None = None
    sampled: int | None = None
    check: CheckFacts | None = None
    covered: int | None = None
    skipped: Mapping[str, int] | None = None
    verification: Verification | None = None
    latency_seconds: float | None = None
    success_rate: float | None = None
    compliance_ok: bool | None = None
    compliance_tags: tuple[str, ...] | None = None
    jurisdiction: str | None = None
    retention_policy_override: bool | None = None
    compliance_note: str | None = None
    policy: Policy | None = None
    dropped_fields: DroppedFields | None = None
    platform_event: PlatformEvent | None = None
    alteration: Alteration | None = None
    certificate: CertificateFacts | None = None
    erasure: ErasureFacts | None = None
    supersedes: int | None = None
    correlation_id: str | None = None
    error_reason: Annotated[str | None, ERASABLE] = None
    detail: Annotated[str | None, ERASABLE] = None


def success_rate(deleted: int | None, targeted: int | None) -> float | None:
    """`deleted` divided by `targeted`; None if one of them is unknown or `targeted` is 0."""
    if deleted is None or not targeted:
        return None
    return round(deleted / targeted, 6)


class AuditPosition(Wire):
    """Where a page of a purge rule's records ends: after this record."""

    at: Instant
    run_id: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._:-]{1,255}$")]
    sequence: Annotated[int, Field(ge=1, lt=10**16)]
