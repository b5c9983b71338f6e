"""The tables of approvals and runs, which the notebook watches."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import cast

from genesys_purge.model.approval import Approval, ApprovalState, Vote
from genesys_purge.model.audit import AuditRecord
from genesys_purge.model.run import Run
from genesys_purge.ports import AuditLog, Prepared

from tests.approval_fakes import MemoryApprovals
from tests.clock import NOON
from tests.fakes import MemoryAuditLog
from tests.interleavings.notebook import AskedRun, Voted
from tests.interleavings.simulated.stores import PlainRuns, PlainStores
from tests.interleavings.stage import Stage


class ApprovalTable(MemoryApprovals):
    """Approvals that are not copied; the notebook records votes, withdrawals and uses."""

    def __init__(self, stage: Stage, audit: AuditLog) -> None:
        super().__init__(audit)
        self._stage = stage

    def load(self, approval: Approval, asked: AskedRun) -> None:
        """Put in the approval that a run waits for."""
        asked.expires = (approval.expires_at - NOON).total_seconds()
        self.stored[approval.approval_id] = approval
        self._stage.notebook.asked[approval.approval_id] = asked

    def put(self, approval: Approval, record: AuditRecord, also: Sequence[Prepared] = ()) -> None:
        super().put(approval, record, also)
        asked, now = self._stage.notebook.asked[approval.approval_id], self._stage.now
        known = {each.person for each in asked.votes}
        for each in approval.decisions:
            if each.person_id not in known:
                asked.votes.append(Voted(each.person_id, each.decision is Vote.APPROVE, now))
                self._stage.counts[f"votes to {each.decision}"] += 1
        if approval.state is ApprovalState.WITHDRAWN:
            asked.withdrawn = now
            self._stage.counts["withdrawn after use" if asked.used else "withdrawn"] += 1
        if approval.state is ApprovalState.EXPIRED:
            self._stage.counts["expired"] += 1

    def consuming(self, approval: Approval) -> Prepared:
        prepared = super().consuming(approval)
        allowed, write = cast("tuple[Callable[[], bool], Callable[[], None]]", prepared)

        def use() -> None:
            if self.stored[approval.approval_id].state is not ApprovalState.CONSUMED:
                self._used(approval)
            write()

        return Prepared((allowed, use))

    def _used(self, approval: Approval) -> None:
        """Note a use; the worker must have read the approval of this plan before its expiry."""
        stage, notebook, approval_id = self._stage, self._stage.notebook, approval.approval_id
        asked, read = notebook.asked[approval_id], notebook.approval_last_read(stage.worker)
        asked.used.append(stage.now)
        stage.counts["approvals used"] += 1
        skew = stage.worker.skew if stage.worker else 0.0
        if read is None or read.approval_id != approval_id or read.seen + skew >= asked.expires:
            expired = f"expired at {asked.expires:.3f} s, and was used after {read}"
            notebook.problems.append(("consumed", f"{approval_id} {expired}"))
        if approval.summary["planHash"] != asked.plan_hash:
            notebook.problems.append(("consumed", f"{approval_id} is about another plan"))

    def _prepared(self, approval: Approval, allowed: Callable[[], bool]) -> Prepared:
        def write() -> None:
            self.stored[approval.approval_id] = approval

        return Prepared((allowed, write))


class ApprovedRuns(PlainRuns):
    """The runs; the notebook records when one begins, and what its worker had read."""

    def __init__(self, stage: Stage, audit: MemoryAuditLog) -> None:
        super().__init__(audit)
        self._stage = stage

    def begin(self, run: Run) -> None:
        super().begin(run)
        notebook = self._stage.notebook
        read = notebook.approval_last_read(self._stage.worker)
        asked = notebook.asked[str(run.approval_id)]
        asked.began, asked.began_after = self._stage.now, read.seen if read else -1.0
        self._stage.counts["runs begun"] += 1


class ApprovingStores(PlainStores):
    """The stores that all workers share."""

    def __init__(self, stage: Stage) -> None:
        super().__init__(stage)
        self.runs: ApprovedRuns = ApprovedRuns(stage, self.audit)
        self.approvals: ApprovalTable = ApprovalTable(stage, self.audit)
