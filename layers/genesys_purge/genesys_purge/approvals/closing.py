"""The end of an approval that no person causes, with its audit record."""

from __future__ import annotations

from datetime import datetime

from genesys_purge.approvals.ports import ApprovalStore
from genesys_purge.model.approval import Approval, ApprovalFacts, ApprovalState
from genesys_purge.model.audit import Action, AuditRecord

ACTIONS = {
    ApprovalState.EXPIRED: Action.APPROVAL_EXPIRED,
    ApprovalState.WITHDRAWN: Action.APPROVAL_WITHDRAWN,
}


def close(
    approvals: ApprovalStore,
    approval: Approval,
    state: ApprovalState,
    actor: str,
    now: datetime,
    comment: str | None = None,
) -> None:
    """Store that an approval is `expired` or `withdrawn`; LostRace if it has changed."""
    closed = approval.followed(state=state, closed_by=actor, closed_at=now)
    record = AuditRecord(
        run_id=approval.subject,
        at=now,
        actor=actor,
        action=ACTIONS[state],
        approval=ApprovalFacts.of(closed, comment),
    )
    approvals.put(closed, record)
