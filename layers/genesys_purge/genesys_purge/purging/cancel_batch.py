"""CancelBatch: end a batch of a cancelled run before its next deleting call."""

from __future__ import annotations

from genesys_purge.model.audit import Action
from genesys_purge.model.batch import BatchState
from genesys_purge.model.cancellation import RunCancellation
from genesys_purge.model.messages import BatchStep, Next
from genesys_purge.purging.batches import Batches
from genesys_purge.purging.cancelled_job import cancelled, is_untouched, may_be_confirmed
from genesys_purge.purging.cases import Case


class CancelBatch:
    """What the batch's earlier jobs have deleted stays in its counts."""

    def __init__(self, batches: Batches) -> None:
        self._batches = batches

    def planned(self, case: Case, why: RunCancellation, step: BatchStep) -> BatchStep:
        """End a batch without a job; an unanswered call may still arrive, so its batch fails."""
        state = BatchState.FAILED if case.batch.attempt.unanswered else BatchState.CANCELLED
        return self._end(case, state, why.why, step)

    def ready(self, case: Case, why: RunCancellation, step: BatchStep) -> BatchStep:
        """Cancel the job that waits for its confirmation, and end the batch.

        If the job may go on to wait or run, the batch fails and keeps it, so that SettleRuns looks
        for it.
        """
        ending = cancelled(case)
        is_certain = ending.is_certain and not may_be_confirmed(case.batch)
        if is_certain or is_untouched(case):
            words = f"; its job {case.job_id} is cancelled"
            return self._end(case, BatchState.CANCELLED, why.why + words, step)
        return self._end(case, BatchState.FAILED, why.why + ending.words, step)

    def _end(self, case: Case, state: BatchState, reason: str, step: BatchStep) -> BatchStep:
        action = Action.BATCH_FAILED if state is BatchState.FAILED else Action.BATCH_CANCELLED
        self._batches.end(case.batch, state, action, reason)
        return step.then(Next.DONE)
