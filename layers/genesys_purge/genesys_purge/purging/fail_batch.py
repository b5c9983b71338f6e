"""FailBatch: record why a batch failed; the other batches go on."""

from __future__ import annotations

from genesys_purge.error_codec import Reported, decoded
from genesys_purge.model.audit import Action
from genesys_purge.model.batch import BatchState
from genesys_purge.model.messages import BatchStep, Failure, Next
from genesys_purge.model.verification import awaits_verification
from genesys_purge.purging.batches import Batches


class FailBatch:
    """Ends a batch after an error.

    It has no access to Genesys: a job that a batch of an ended run left there is cancelled by
    SettleRuns.
    """

    def __init__(self, batches: Batches) -> None:
        self._batches = batches

    def __call__(self, failure: Failure) -> BatchStep:
        step = BatchStep(run_id=failure.run_id, batch=failure.batch or 0, next=Next.DONE)
        self.record(step, decoded(failure.error, failure.cause))
        return step

    def record(self, step: BatchStep, error: Reported) -> None:
        """End the batch of the step after an error."""
        batch = self._batches.stored(step)
        reason, facts = error.reason, error.facts
        check = batch.check and batch.check.concluded()
        if awaits_verification(batch) and batch.unverifiable:
            self._batches.conclude_unverifiable(batch, batch.unverifiable)
        elif awaits_verification(batch):
            self._batches.advance(
                batch.to(BatchState.COMPLETED, is_unchecked=True, check=check, detail=reason),
                Action.BATCH_UNVERIFIED,
                check=check and check.facts,
                detail=reason,
                **facts,
            )
        elif not batch.has_ended:
            if batch.state in (BatchState.SUBMITTED, BatchState.CONFIRMING):
                reason += "; its job may still be running"
            if batch.state is BatchState.READY:
                reason += f"; its job {batch.job_id} was not confirmed, but may still wait"
            if batch.state is BatchState.SUBMITTING:
                reason += (
                    f"; its submit may have been executed: {batch.attempt.reason or 'no answer'}"
                )
            self._batches.end(batch, BatchState.FAILED, Action.BATCH_FAILED, reason, **facts)
