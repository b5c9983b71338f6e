"""WithdrawJob: cancel a ready job that must not run, and submit its records in another way."""

from __future__ import annotations

from typing import Any

from genesys_purge.errors import OnLegalHold, PurgeError
from genesys_purge.model.audit import Action
from genesys_purge.model.batch import BatchState
from genesys_purge.model.messages import BatchStep, Next
from genesys_purge.model.slices import Slice
from genesys_purge.purging.batches import Batches
from genesys_purge.purging.cancelled_job import cancelled, is_untouched
from genesys_purge.purging.cases import Case


class WithdrawJob:
    """The batch ends if its job may be confirmed, or may still wait."""

    def __init__(self, batches: Batches) -> None:
        self._batches = batches

    def without(self, case: Case, error: OnLegalHold, step: BatchStep) -> BatchStep:
        """Submit the batch again without the held records."""
        protected = case.batch.protected
        return self._again(
            case,
            error,
            step,
            Action.BATCH_PROTECTED,
            {"protected": protected | error.entries},
            skipped={"protected": len(error.entries - protected)},
        )

    def reduced(
        self, case: Case, error: PurgeError, pending: tuple[Slice, ...], step: BatchStep
    ) -> BatchStep:
        """Submit the batch again with other pending parts."""
        changes = {"pending": pending, "detail": str(error)}
        return self._again(case, error, step, Action.BATCH_CUT, changes)

    def _again(
        self,
        case: Case,
        error: PurgeError,
        step: BatchStep,
        action: Action,
        changes: dict[str, Any],
        **facts: Any,
    ) -> BatchStep:
        batch = case.batch
        ending = cancelled(case)
        is_safe = ending.is_certain and not batch.attempt.unanswered
        if not is_safe and not is_untouched(case):
            # The batch keeps its job, so that SettleRuns finds and cancels it if it still waits.
            reason = f"{error}, and its job may be confirmed or still wait{ending.words}"
            self._batches.end(batch, BatchState.FAILED, Action.BATCH_FAILED, reason)
            return step.then(Next.DONE)
        after = batch.to(
            BatchState.PLANNED,
            job_id=None,
            last_job_id=batch.job_id,
            attempt=batch.attempt.settled(),
            waiting_since=None,
            inspection=None,
            **changes,
        )
        detail = f"{error}{ending.words}"
        self._batches.advance(after, action, job_id=batch.job_id, detail=detail, **facts)
        return step.then(Next.SUBMIT)
