"""RunApprovals: whether a run has the approval that it needs, at each call.

The approval keeps what the rules asked for when the run was planned, so no rule is read here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from genesys_purge.approvals.closing import close
from genesys_purge.approvals.ports import ApprovalStore
from genesys_purge.errors import NotApproved
from genesys_purge.model.approval import Approval, ApprovalState
from genesys_purge.model.dates import zulu
from genesys_purge.model.run import Run, stoppable
from genesys_purge.model.stops import LONG_STOP, Stoppable
from genesys_purge.ports import Clock, Prepared

ACTOR = "check_approval"
# The latest end of a stop that covered the call and lasted longer than a day.
LastLongStop = Callable[[Stoppable], datetime | None]


class RunApprovals:
    """Implements the port `RunApprovals` of runs over the stored approvals."""

    def __init__(self, approvals: ApprovalStore, last_long_stop: LastLongStop, now: Clock) -> None:
        self._approvals = approvals
        self._last_long_stop = last_long_stop
        self._now = now

    def of(self, run: Run) -> Approval | None:
        """The approval of the run as it is stored; None if it needs none."""
        return None if run.approval_id is None else self._approvals.get(run.approval_id)

    def consuming(self, run: Run) -> Sequence[Prepared]:
        """The write that uses the approval, for the transaction of an intent of the run.

        Empty if none is needed, or if the run has used it before. NotApproved if it is not
        given, or not given any more, or if deletion was stopped for more than a day since then.
        """
        approval = self.of(run)
        if approval is None or approval.state is ApprovalState.CONSUMED:
            return ()
        state = approval.state_at(self._now())
        if state is not ApprovalState.APPROVED:
            raise NotApproved(_refusal(approval, state))
        self._require_no_long_stop(run, approval)
        return [self._approvals.consuming(approval)]

    def _require_no_long_stop(self, run: Run, approval: Approval) -> None:
        """What was approved may be wrong after a stop that lasted; a run that has begun goes on."""
        end, given = self._last_long_stop(stoppable(run)), approval.decisions[-1].at
        if end and end - given > LONG_STOP:
            raise NotApproved(
                f"deletion was stopped for more than a day, until {zulu(end)}, after the approval "
                f"{approval.approval_id} was given; submit the purge again for a new approval"
            )

    def obstacle(self, run: Run) -> str | None:
        """Why the run must not delete now; None if its approval is in use, or none is needed."""
        approval = self.of(run)
        if approval is None or approval.state is ApprovalState.CONSUMED:
            return None
        return _refusal(approval, approval.state_at(self._now()))

    def is_given(self, run: Run) -> bool:
        """Whether the run may begin. NotApproved if it never may, which is recorded at expiry."""
        approval = self.of(run)
        if approval is None:
            return True
        state = approval.state_at(self._now())
        if state is ApprovalState.EXPIRED and approval.state is not state:
            close(self._approvals, approval, state, ACTOR, self._now())
        if state not in (ApprovalState.PENDING, ApprovalState.APPROVED, ApprovalState.CONSUMED):
            raise NotApproved(_refusal(approval, state))
        if state is ApprovalState.APPROVED:
            self._require_no_long_stop(run, approval)
        return state is not ApprovalState.PENDING


def _refusal(approval: Approval, state: ApprovalState) -> str:
    # Who ended it is in the audit: a cause reaches the log and the history of the execution.
    return f"the approval {approval.approval_id} is {state}, so nothing may be deleted"
