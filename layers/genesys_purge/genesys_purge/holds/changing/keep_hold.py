"""KeepHold: keep a legal hold that is being released or narrowed, by one person."""

from __future__ import annotations

from datetime import datetime

from genesys_purge.approvals.ports import ApprovalStore
from genesys_purge.errors import LostRace
from genesys_purge.holds.changing.requests import KeepRequest
from genesys_purge.holds.editing import ATTEMPTS, audited, has_request, read, too_busy
from genesys_purge.holds.errors import WrongState
from genesys_purge.holds.ports import HoldStore
from genesys_purge.holds.requests import parsed
from genesys_purge.model.approval import Approval, ApprovalFacts, ApprovalState
from genesys_purge.model.audit import Action
from genesys_purge.model.submission import Submission
from genesys_purge.model.wire import Wire
from genesys_purge.ports import Clock


class KeptHold(Wire):
    """A hold that covers what it covers until further notice."""

    hold_id: str
    state: str


class KeepHold:
    """Ends a release or a narrowing at any time before it is in force; repeated, it does nothing.

    A request that waits for its decision is withdrawn in the same transaction.
    """

    def __init__(self, holds: HoldStore, approvals: ApprovalStore, now: Clock) -> None:
        self._holds = holds
        self._approvals = approvals
        self._now = now

    def __call__(self, hold_id: str, submitted: Submission) -> KeptHold:
        """Keep the hold; WrongState if it is released."""
        request = parsed(KeepRequest, submitted.payload)
        for _ in range(ATTEMPTS):
            try:
                return self._keep(hold_id, request, submitted, self._now())
            except LostRace:
                continue
        raise too_busy(hold_id)

    def _keep(
        self, hold_id: str, request: KeepRequest, submitted: Submission, now: datetime
    ) -> KeptHold:
        stored = read(self._holds, hold_id)
        hold = stored.hold.at(now)
        if not hold.is_active(now):
            raise WrongState(f"the hold {hold_id} is released; place a new one")
        kept = hold.model_copy(update={"change": None, "released_at": None})
        answer = KeptHold(hold_id=hold_id, state=kept.state(now))
        if kept == hold:
            return answer
        record = audited(Action.HOLD_KEPT, kept, submitted, now, request.reason)
        if hold.change and has_request(hold, self._approvals, now):
            approval = _withdrawn(self._approvals.get(hold.change.approval_id), submitted, now)
            facts = {"approval": ApprovalFacts.of(approval, request.reason)}
            record = record.model_copy(update=facts)
            self._approvals.put(approval, record, [self._holds.replacing(stored, kept)])
        else:
            self._holds.replace(stored, kept, record)
        return answer


def _withdrawn(approval: Approval, submitted: Submission, now: datetime) -> Approval:
    return approval.followed(
        state=ApprovalState.WITHDRAWN, closed_by=submitted.actor, closed_at=now
    )
