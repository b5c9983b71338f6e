"""Reconcile: find out what became of a submit that nobody saw answered."""

from __future__ import annotations

from datetime import timedelta

from genesys_purge.errors import OutcomeUnknown, TryLater
from genesys_purge.model.audit import Action
from genesys_purge.model.batch import BatchState
from genesys_purge.model.messages import BatchStep, Next
from genesys_purge.ports import Genesys
from genesys_purge.purging.batches import PHASES, Batches, Case
from genesys_purge.purging.waiting import RECONCILE_WAITS
from genesys_purge.settings import Settings

MOST_UNKNOWNS = 3


class Reconcile:
    """Looks whether the records are still there, patiently, and only then submits again."""

    def __init__(self, batches: Batches, genesys: Genesys, settings: Settings) -> None:
        self._batches = batches
        self._genesys = genesys
        self._lease = timedelta(seconds=settings.intent_lease_seconds)

    def __call__(self, case: Case, step: BatchStep) -> BatchStep:
        if not case.batch.outcome_unknown:
            return self._await_other_worker(case, step)
        looks_left = step.attempt + 1 < len(RECONCILE_WAITS)
        try:
            remaining = case.method.remaining(case.request, case.part, self._genesys)
        except TryLater:
            remaining = case.before
            if not looks_left:
                raise
        if remaining and looks_left:
            return step.again(RECONCILE_WAITS[step.attempt + 1])
        # Where nothing is left, another submit has nothing to delete, carried out or not.
        if remaining < case.before or not remaining:
            return self._adopt(case, remaining, step)
        return self._submit_again(case, step)

    def _await_other_worker(self, case: Case, step: BatchStep) -> BatchStep:
        """An intent without an outcome: another worker is in the call, or died there."""
        batch, now = case.batch, self._batches.now()
        lease = (batch.intent_at or now) + self._lease - now
        if lease > timedelta(0):
            return step.again(lease.total_seconds())
        self._batches.advance(batch.unsure("the worker that submitted it died"))
        return step.then(Next.SUBMIT, RECONCILE_WAITS[0])

    def _adopt(self, case: Case, remaining: int, step: BatchStep) -> BatchStep:
        """It was carried out; how many were deleted nobody reported, verification will judge."""
        gone = case.before - remaining
        after = self._batches.finish_part(
            case.batch,
            None,
            Action.BATCH_RECONCILED,
            f"carried out: {gone} of {case.before} records are gone; {case.batch.detail}",
        )
        return step.then(PHASES[after.state])

    def _submit_again(self, case: Case, step: BatchStep) -> BatchStep:
        if case.batch.unknowns >= MOST_UNKNOWNS:
            raise OutcomeUnknown(
                f"{case.batch.unknowns} submits went unanswered and no record was deleted: "
                f"{case.batch.detail}"
            )
        self._batches.advance(
            case.batch.to(BatchState.PLANNED, intent_at=None, outcome_unknown=False),
            Action.BATCH_RECONCILED,
            detail=f"not carried out: all {case.before} records are still there; submitting again",
        )
        return step.then(Next.SUBMIT)
