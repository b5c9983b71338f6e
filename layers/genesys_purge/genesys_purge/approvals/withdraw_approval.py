"""WithdrawApproval: take a request for approval back, or an approval that was given."""

from __future__ import annotations

from datetime import datetime

from genesys_purge.approvals.errors import NotPending
from genesys_purge.approvals.ports import ApprovalStore
from genesys_purge.approvals.requests import withdrawal_in
from genesys_purge.errors import FieldError, InvalidRequest, LostRace, NotEntitled
from genesys_purge.model.approval import (
    Approval,
    ApprovalFacts,
    ApprovalKind,
    ApprovalState,
    Vote,
)
from genesys_purge.model.audit import Action, AuditRecord
from genesys_purge.model.person import is_same_human
from genesys_purge.model.submission import Submission
from genesys_purge.model.wire import Wire
from genesys_purge.ports import Clock

MOST_RACES = 10


class WithdrawnApproval(Wire):
    """An approval that was withdrawn."""

    approval_id: str
    state: ApprovalState


class WithdrawApproval:
    """The requester and everyone who approved may withdraw; a run stops at its next permit."""

    def __init__(self, approvals: ApprovalStore, now: Clock) -> None:
        self._approvals = approvals
        self._now = now

    def __call__(self, submitted: Submission) -> WithdrawnApproval:
        """Withdraw the approval, once; NotEntitled for others, NotPending if it has ended."""
        approval_id = submitted.path.get("approvalId")
        if approval_id is None:
            raise InvalidRequest([FieldError("approvalId", "withdraw through the API")])
        comment = withdrawal_in(submitted.payload).comment
        for _ in range(MOST_RACES):
            approval, now = self._approvals.get(approval_id), self._now()
            _require_concerned(approval, submitted.person_id)
            if approval.state is not ApprovalState.WITHDRAWN:
                _require_open(approval, now)
                try:
                    self._withdraw(approval, submitted, now, comment)
                except LostRace:
                    continue
            return WithdrawnApproval(approval_id=approval_id, state=ApprovalState.WITHDRAWN)
        raise LostRace(f"the approval changed {MOST_RACES} times; withdraw it again")

    def _withdraw(
        self, approval: Approval, submitted: Submission, now: datetime, comment: str | None
    ) -> None:
        withdrawn = approval.followed(
            state=ApprovalState.WITHDRAWN, closed_by=submitted.actor, closed_at=now
        )
        record = AuditRecord(
            run_id=approval.subject,
            at=now,
            actor=submitted.actor,
            person_id=submitted.person_id,
            action=Action.APPROVAL_WITHDRAWN,
            approval=ApprovalFacts.of(withdrawn, comment),
        )
        self._approvals.put(withdrawn, record)


def _require_concerned(approval: Approval, person_id: str | None) -> None:
    approved = [each.person_id for each in approval.decisions if each.decision is Vote.APPROVE]
    concerned = (approval.requested_by_person, *approved)
    if not any(is_same_human(person_id, each) for each in concerned):
        raise NotEntitled("only the requester and those who approved may withdraw it")


def _require_open(approval: Approval, now: datetime) -> None:
    """A run goes on after its approval is consumed, so that approval can still be withdrawn."""
    state = approval.state_at(now)
    is_running = state is ApprovalState.CONSUMED and approval.kind is ApprovalKind.RUN
    if state not in (ApprovalState.PENDING, ApprovalState.APPROVED) and not is_running:
        raise NotPending(f"it is {state}, so nothing is left to withdraw")
