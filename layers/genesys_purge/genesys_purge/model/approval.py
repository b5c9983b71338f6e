"""An approval: what a second person is asked to allow, and what was decided about it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

import orjson
from pydantic import Field, StringConstraints

from genesys_purge.model.dates import Instant
from genesys_purge.model.erasable import ERASABLE
from genesys_purge.model.listing import Position
from genesys_purge.model.person import is_same_human
from genesys_purge.model.wire import Wire

ApprovalId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._-]{1,100}$")]
Comment = Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)]
MOST_APPROVALS = 5
# One more approves what a machine requests.
MOST_NEEDED = MOST_APPROVALS + 1
# How much of its time has passed, in percent, when a pending approval is brought to mind.
REMINDERS = (50, 90)


class ApprovalKind(StrEnum):
    """What is approved."""

    RUN = "run"
    HOLD_RELEASE = "hold_release"
    HOLD_NARROWING = "hold_narrowing"
    RESUME = "resume"
    APPROVAL_RULES_CHANGE = "approval_rules_change"


class ApprovalState(StrEnum):
    """The state of an approval; only `pending` and `approved` may still change by a decision."""

    PENDING = "pending"
    APPROVED = "approved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    CONSUMED = "consumed"


class Vote(StrEnum):
    """What a person decides."""

    APPROVE = "approve"
    REJECT = "reject"


class Decision(Wire):
    """One person's decision; `actor` is the ARN that IAM authenticated."""

    decision: Vote
    person_id: str
    actor: str
    at: Instant
    comment: str | None = None


class Approval(Wire):
    """What a person is asked to allow: `summary` is what the person is shown.

    `subject` is the id of the audit sequence that it belongs to: of a run, a hold, a stop or a
    setting.
    `subjectHash` is a SHA-256 over the summary; a decision names it. `needed` counts the persons
    that must approve, none of them the requester; with `approvers`, only these persons may. They
    are those of `rule` in the version `ruleVersion` of the approval rules, 0 for the shipped ones;
    later versions change nothing. An approval that is not consumed at `expiresAt` is a no.
    `reminded` is the last reminder, in percent of the time until then.
    """

    approval_id: ApprovalId
    kind: ApprovalKind
    subject: str
    subject_hash: str
    summary: Mapping[str, Any]
    requested_by: str
    requested_by_person: str | None = None
    requested_at: Instant
    expires_at: Instant
    needed: Annotated[int, Field(ge=1, le=MOST_NEEDED)] = 1
    approvers: tuple[str, ...] | None = None
    rule: str | None = None
    rule_version: int | None = None
    state: ApprovalState = ApprovalState.PENDING
    decisions: tuple[Decision, ...] = ()
    closed_by: str | None = None
    closed_at: Instant | None = None
    reminded: int | None = None
    version: int = 1

    def state_at(self, now: datetime) -> ApprovalState:
        """The state; one that nobody consumed in time is expired, whether or not that is stored."""
        is_open = self.state in (ApprovalState.PENDING, ApprovalState.APPROVED)
        return ApprovalState.EXPIRED if is_open and self.expires_at <= now else self.state

    def last_reminder(self, now: datetime) -> int | None:
        """The last reminder whose time has come, given or not; None before the first one."""
        passed, whole = now - self.requested_at, self.expires_at - self.requested_at
        return max((each for each in REMINDERS if whole * each <= passed * 100), default=None)

    def due_reminder(self, now: datetime) -> int | None:
        """The reminder that must be given now; None if it was given, or if nobody must decide."""
        last = self.last_reminder(now)
        is_given = last is None or last <= (self.reminded or 0)
        return None if is_given or self.state_at(now) is not ApprovalState.PENDING else last

    @property
    def position(self) -> Position:
        """Its place in the list of approvals."""
        return Position(at=self.requested_at, key=self.approval_id)

    def decision_of(self, person_id: str) -> Decision | None:
        """What the person decided, under this id or another one."""
        return next(
            (each for each in self.decisions if is_same_human(each.person_id, person_id)), None
        )

    def followed(self, **changes: Any) -> Approval:
        """The approval after a change, as the next version."""
        return self.model_copy(update={"version": self.version + 1, **changes})

    def decided(self, decision: Decision) -> Approval:
        """The approval with a decision of another person than the requester; one no ends it."""
        decisions = (*self.decisions, decision)
        if decision.decision is Vote.REJECT:
            return self.closed(ApprovalState.REJECTED, decision, decisions=decisions)
        if len(decisions) < self.needed:
            return self.followed(decisions=decisions)
        return self.followed(decisions=decisions, state=ApprovalState.APPROVED)

    def closed(self, state: ApprovalState, by: Decision, **changes: Any) -> Approval:
        """The approval after its end in this state, by this person."""
        return self.followed(state=state, closed_by=by.actor, closed_at=by.at, **changes)


class ApprovalFacts(Wire):
    """What the audit keeps of an approval: its state after the action, and the decision."""

    approval_id: str
    kind: ApprovalKind
    state: ApprovalState
    subject_hash: str
    needed: int
    given: int
    rule: str | None = None
    rule_version: int | None = None
    expires_at: Instant | None = None
    reminded: int | None = None
    comment: Annotated[str | None, ERASABLE] = None

    @classmethod
    def of(cls, approval: Approval, comment: str | None = None) -> ApprovalFacts:
        """The facts of an approval, with the comment of the action."""
        return cls(
            approval_id=approval.approval_id,
            kind=approval.kind,
            state=approval.state,
            subject_hash=approval.subject_hash,
            needed=approval.needed,
            given=sum(each.decision is Vote.APPROVE for each in approval.decisions),
            rule=approval.rule,
            rule_version=approval.rule_version,
            expires_at=approval.expires_at,
            reminded=approval.reminded,
            comment=comment,
        )


def hash_of(kind: ApprovalKind, subject: str, summary: Mapping[str, Any]) -> str:
    """A SHA-256 in hex over what the approver is shown."""
    shown = {"kind": kind, "subject": subject, "summary": summary}
    return hashlib.sha256(orjson.dumps(shown, option=orjson.OPT_SORT_KEYS)).hexdigest()
