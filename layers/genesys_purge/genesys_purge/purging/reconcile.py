"""Reconcile: find out what became of a submit that nobody saw answered."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial

from genesys_purge.errors import OutcomeUnknown, TryLater
from genesys_purge.methods.finder import Finder
from genesys_purge.methods.gate import Gate
from genesys_purge.model.audit import Action
from genesys_purge.model.batch import Batch, BatchRef, BatchState
from genesys_purge.model.messages import BatchStep, Next
from genesys_purge.purging.batches import PHASES, Batches
from genesys_purge.purging.cases import Case
from genesys_purge.purging.waiting import RECONCILE_FIRST, reconcile_wait
from genesys_purge.settings import Settings

MOST_UNKNOWNS = 5
# A list is not late for long, and a job too many deletes nothing before it is executed.
LISTED_WITHIN = 300


class Reconcile:
    """Looks whether the records are still there, patiently, and only then submits again."""

    def __init__(self, batches: Batches, settings: Settings) -> None:
        self._batches = batches
        self._lease = timedelta(seconds=settings.intent_lease_seconds)
        self._patience = settings.reconcile_seconds

    def __call__(self, case: Case, step: BatchStep) -> BatchStep:
        if not case.batch.outcome_unknown:
            return self._await_other_worker(case, step)
        if case.method.gate:
            return self._look_for_job(case, case.method.gate, step)
        if case.method.finder:
            return self._look_for_request(case, case.method.finder, step)
        return self._look_for_records(case, step)

    def _look_for_request(self, case: Case, finder: Finder, step: BatchStep) -> BatchStep:
        """A job that is listed tells more than records that are gone, which is asked next."""
        ref = BatchRef(case.batch.run_id, case.batch.number)
        find = partial(finder.find, case.request, ref, case.genesys)
        if following := self._look_in_list(find, self._patience, case, step):
            return following
        if finder.deletes(case.request):
            return self._look_for_records(case, step)
        # Where the subject is gone by now, another submit is refused for that.
        return self._submit_again(case, "Genesys lists no request for it", step)

    def _look_for_records(self, case: Case, step: BatchStep) -> BatchStep:
        wait = reconcile_wait(step)
        looks_left = step.waited_seconds + wait <= self._patience
        try:
            remaining = case.method.remaining(case.request, case.part, case.genesys)
        except TryLater:
            if not looks_left:
                raise
            return step.again(wait)
        if remaining and looks_left:
            return step.again(wait)
        # Where nothing is left, another submit has nothing to delete, carried out or not.
        if not remaining:
            return self._adopt(case, step)
        if remaining < case.before:
            raise OutcomeUnknown(
                f"{case.before - remaining} of {case.before} records are gone since a submit that "
                "nobody saw answered"
            )
        return self._submit_again(case, f"{case.before} records are still there", step)

    def _look_for_job(self, case: Case, gate: Gate, step: BatchStep) -> BatchStep:
        """A job that was created is listed, and has deleted nothing yet."""
        find = partial(gate.find, case.request, case.part, case.genesys)
        patience = min(self._patience, LISTED_WITHIN)
        if following := self._look_in_list(find, patience, case, step):
            return following
        return self._submit_again(case, "Genesys lists no job for it", step)

    def _look_in_list(
        self, find: Callable[[], str | None], patience: int, case: Case, step: BatchStep
    ) -> BatchStep | None:
        """The step after the look; None where there is no job, and the list is not late any more.

        While it may be late, neither is anything claimed nor is anything sent again.
        """
        wait = reconcile_wait(step)
        looks_left = step.waited_seconds + wait <= patience
        try:
            job_id = find()
        except TryLater:
            if not looks_left:
                raise
            return step.again(wait)
        if job_id:
            return self._adopt_job(case.batch, job_id, step)
        return step.again(wait) if looks_left else None

    def _adopt_job(self, batch: Batch, job_id: str, step: BatchStep) -> BatchStep:
        now = self._batches.now()
        self._batches.advance(
            batch.to(
                BatchState.SUBMITTED,
                job_id=job_id,
                began_at=batch.began_at or now,
                submitted_at=now,
                outcome_unknown=False,
            ),
            Action.BATCH_RECONCILED,
            job_id=job_id,
            detail=f"the job of the submit was found; {batch.detail}",
        )
        return step.then(Next.POLL)

    def _await_other_worker(self, case: Case, step: BatchStep) -> BatchStep:
        """An intent without an outcome: another worker is in the call, or died there."""
        batch, now = case.batch, self._batches.now()
        lease = (batch.intent_at or now) + self._lease - now
        if lease > timedelta(0):
            return step.again(lease.total_seconds())
        self._batches.advance(batch.unsure("the worker that submitted it died"))
        return step.then(Next.SUBMIT, RECONCILE_FIRST)

    def _adopt(self, case: Case, step: BatchStep) -> BatchStep:
        """It counts as carried out; how many it deleted nobody reported."""
        after = self._batches.finish_part(
            case.batch,
            Action.BATCH_RECONCILED,
            f"nothing is left of {case.before} records; {case.batch.detail}",
        )
        return step.then(PHASES[after.state])

    def _submit_again(self, case: Case, seen: str, step: BatchStep) -> BatchStep:
        if case.batch.unknowns >= MOST_UNKNOWNS:
            raise OutcomeUnknown(
                f"{case.batch.unknowns} submits went unanswered and no record is gone"
            )
        self._batches.advance(
            case.batch.to(BatchState.PLANNED, intent_at=None, outcome_unknown=False),
            Action.BATCH_RECONCILED,
            detail=f"no effect seen in {step.waited_seconds} seconds: {seen}; submitting again",
        )
        return step.then(Next.SUBMIT)
