"""WithdrawJob: cancel a ready job that must not run, and submit its records in another way."""

from __future__ import annotations

from typing import Any

from genesys_purge.errors import OnLegalHold, PurgeError
from genesys_purge.model.audit import Action
from genesys_purge.model.batch import Batch, BatchState
from genesys_purge.model.messages import BatchStep, Next
from genesys_purge.model.slices import Slice
from genesys_purge.model.withdrawal import Withdrawal
from genesys_purge.purging.batches import Batches
from genesys_purge.purging.cancelled_job import cancelled, is_untouched, may_be_confirmed
from genesys_purge.purging.cases import Case

LONGEST_REASON = 1_000


class WithdrawJob:
    """The batch ends if its job may be confirmed, or may still wait."""

    def __init__(self, batches: Batches) -> None:
        self._batches = batches

    def without(self, case: Case, error: OnLegalHold, step: BatchStep) -> BatchStep:
        """Submit the batch again without the held records."""
        batch = case.batch
        return self._decided(case, error, batch.pending, batch.protected | error.entries, step)

    def reduced(
        self, case: Case, error: PurgeError, pending: tuple[Slice, ...], step: BatchStep
    ) -> BatchStep:
        """Submit the batch again with other pending parts."""
        return self._decided(case, error, pending, case.batch.protected, step)

    def _decided(
        self,
        case: Case,
        error: PurgeError,
        pending: tuple[Slice, ...],
        protected: frozenset[int],
        step: BatchStep,
    ) -> BatchStep:
        reason = str(error)[:LONGEST_REASON]
        withdrawal = Withdrawal(reason=reason, pending=pending, protected=protected)
        ready = self._batches.advance(case.batch.to(BatchState.READY, withdrawal=withdrawal))
        return self.finish(case._replace(batch=ready), withdrawal, step)

    def finish(self, case: Case, withdrawal: Withdrawal, step: BatchStep) -> BatchStep:
        """Do what was decided; the job may be cancelled already."""
        batch, ending = case.batch, cancelled(case)
        words = ending.words
        if not ending.is_certain or may_be_confirmed(batch):
            if not is_untouched(case):
                # The batch keeps its job, so that SettleRuns finds and cancels it if it still
                # waits.
                reason = f"{withdrawal.reason}, and its job may be confirmed or still wait{words}"
                self._batches.end(batch, BatchState.FAILED, Action.BATCH_FAILED, reason)
                return step.then(Next.DONE)
            words = f"; its job {batch.job_id} is cancelled"
        self._go_on(batch, withdrawal, withdrawal.reason + words)
        return step.then(Next.SUBMIT)

    def _go_on(self, batch: Batch, withdrawal: Withdrawal, detail: str) -> None:
        after = batch.to(
            BatchState.PLANNED,
            job_id=None,
            last_job_id=batch.job_id,
            attempt=batch.attempt.settled(),
            waiting_since=None,
            inspection=None,
            withdrawal=None,
            pending=withdrawal.pending,
            protected=withdrawal.protected,
        )
        facts: dict[str, Any] = {"job_id": batch.job_id, "detail": detail}
        if withdrawal.pending == batch.pending:
            skipped = {"protected": len(withdrawal.protected - batch.protected)}
            self._batches.advance(after, Action.BATCH_PROTECTED, skipped=skipped, **facts)
            return
        cut = after.model_copy(update={"detail": withdrawal.reason})
        self._batches.advance(cut, Action.BATCH_CUT, **facts)
