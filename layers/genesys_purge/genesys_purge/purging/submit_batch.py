"""SubmitBatch: submit one part of a batch to Genesys, once."""

from __future__ import annotations

from datetime import timedelta

from genesys_purge.calling.guard import Guard
from genesys_purge.errors import (
    LostRace,
    OnLegalHold,
    OutcomeUnknown,
    PurgeError,
    RefusedByGenesys,
    TryLater,
)
from genesys_purge.methods.contract import Conflict
from genesys_purge.model.audit import Action
from genesys_purge.model.batch import Batch, BatchState
from genesys_purge.model.messages import BatchStep, Next
from genesys_purge.ports import Permit
from genesys_purge.purging.batches import PHASES, Batches
from genesys_purge.purging.cases import Case, Cases
from genesys_purge.purging.confirm_job import ConfirmJob
from genesys_purge.purging.job_slots import JobSlots
from genesys_purge.purging.reconcile import Reconcile
from genesys_purge.purging.waiting import RECONCILE_FIRST, first_wait, submit_wait
from genesys_purge.settings import Settings

CONFLICT = 409
# After these, a conflict without a known cause is lasting; the waits between add up to minutes.
MOST_CONFLICTS = 8
# Well within the function's time, however long the last call takes.
AT_ONCE = timedelta(seconds=15)


class SubmitBatch:
    """One turn of the submit phase; every turn may be repeated or raced without harm."""

    def __init__(
        self,
        cases: Cases,
        batches: Batches,
        guard: Guard,
        reconcile: Reconcile,
        slots: JobSlots,
        confirm_job: ConfirmJob,
        settings: Settings,
    ) -> None:
        self._cases = cases
        self._batches = batches
        self._guard = guard
        self._reconcile = reconcile
        self._slots = slots
        self._confirm_job = confirm_job
        self._settings = settings

    def __call__(self, step: BatchStep) -> BatchStep:
        """Take turns that need no wait at once, so that halving does not fill the history."""
        until = self._batches.now() + AT_ONCE
        step = self._turn(step)
        while step.next is Next.SUBMIT and not step.wait_seconds and self._batches.now() < until:
            step = self._turn(step)
        return step

    def _turn(self, step: BatchStep) -> BatchStep:
        case = self._cases.read(step)
        match case.batch.state:
            case BatchState.PLANNED if step.waited_seconds > self._patience(case):
                return self._give_up(case, step)
            case BatchState.PLANNED if case.is_empty:
                return self._drop_empty_part(case.batch, step)
            case BatchState.PLANNED:
                return self._submit(case, step)
            case BatchState.SUBMITTING:
                return self._reconcile(case, step)
            case BatchState.READY | BatchState.CONFIRMING:
                return self._confirm_job(case, step)
            case state:
                return step.then(PHASES[state])

    def _submit(self, case: Case, step: BatchStep) -> BatchStep:
        try:
            self._slots.take(case)
            before = self._count(case)
            permit = self._guard.permit(case.deletion(before))
            intent = self._intend(case.batch, before)
        except OnLegalHold as error:
            return self._protect(case.batch, error, step)
        except TryLater as error:
            return step.again(submit_wait(step, error.retry_after))
        except LostRace:
            return step.again(self._settings.intent_lease_seconds)
        return self._call(case._replace(batch=intent), permit, step)

    def _count(self, case: Case) -> int:
        """The records that exist right before the submit."""
        if case.batch.window is None:
            return len(case.part.ids)
        return case.method.remaining(case.request, case.part, case.genesys)

    def _intend(self, batch: Batch, before: int) -> Batch:
        """Store the intent before the call, so that every call leaves a trace."""
        now = self._batches.now()
        return self._batches.intend(
            batch.to(
                BatchState.SUBMITTING,
                attempt=batch.attempt.settled().intended(now),
                first_intent_at=batch.first_intent_at or now,
                submitted_at=None,
                before=before,
            )
        )

    def _call(self, case: Case, permit: Permit, step: BatchStep) -> BatchStep:
        batch = case.batch
        try:
            job_id = case.method.submit(case.request, case.part, permit, case.genesys)
        except OutcomeUnknown as error:
            self._batches.advance(batch.unsure(str(error)))
            return step.then(Next.SUBMIT, RECONCILE_FIRST)
        except TryLater as error:
            self._withdraw(batch, error)
            return step.again(submit_wait(step, error.retry_after))
        except RefusedByGenesys as error:
            return self._refused(case, error, step)
        except PurgeError as error:
            self._withdraw(batch, error)
            raise
        self._batches.accepted(
            batch, job_id, Action.BATCH_SUBMITTED, targeted=case.size, detail=_interval_of(batch)
        )
        return step.then(Next.POLL, first_wait(case.method.poll_policy, case.size))

    def _refused(self, case: Case, error: RefusedByGenesys, step: BatchStep) -> BatchStep:
        """Wait for a slot or the end of a conflict, isolate a protected record, or raise."""
        withdrawn = self._withdraw(case.batch, error)
        if self._slots.are_full(case):
            return step.again(submit_wait(step, None))
        if error.status == CONFLICT:
            match case.method.lifecycle.conflict:
                case Conflict.PROTECTED if withdrawn.window is None:
                    return self._bisect(withdrawn, error, step)
                case Conflict.PASSING if withdrawn.conflicts < MOST_CONFLICTS:
                    self._batches.advance(withdrawn.in_conflict())
                    return step.again(submit_wait(step, None))
        raise error

    def _withdraw(self, batch: Batch, error: PurgeError) -> Batch:
        """Take back the intent of a call that was certainly not executed."""
        attempt = batch.attempt.refused(str(error))
        return self._batches.advance(batch.to(BatchState.PLANNED, attempt=attempt))

    def _bisect(self, batch: Batch, error: RefusedByGenesys, step: BatchStep) -> BatchStep:
        """Halve a part that Genesys refused for one record, until that record stands alone."""
        candidates = batch.candidates
        if len(candidates) == 1:
            return self._protect(batch, OnLegalHold(str(error), entries=candidates), step)
        first, second = batch.pending[0].halves()
        halved = batch.to(BatchState.PLANNED, pending=(first, second, *batch.pending[1:]))
        self._batches.advance(halved)
        return step.then(Next.SUBMIT)

    def _protect(self, batch: Batch, error: OnLegalHold, step: BatchStep) -> BatchStep:
        """Skip the held records and go on with the others; if none are named, raise the error."""
        if not error.entries:
            raise error
        kept = batch.to(BatchState.PLANNED, protected=batch.protected | error.entries)
        self._batches.advance(
            kept,
            Action.BATCH_PROTECTED,
            skipped={"protected": len(error.entries - batch.protected)},
            detail=str(error),
        )
        return step.then(Next.SUBMIT)

    def _drop_empty_part(self, batch: Batch, step: BatchStep) -> BatchStep:
        rest = batch.pending[1:]
        state = BatchState.PLANNED if rest else BatchState.COMPLETED
        after = self._batches.advance(batch.to(state, pending=rest))
        return step.then(PHASES[after.state])

    def _patience(self, case: Case) -> int:
        """How many seconds a batch may wait for its submit; longer if it must wait for slots."""
        return self._settings.job_time_limit_seconds * self._slots.turns_before(case)

    def _give_up(self, case: Case, step: BatchStep) -> BatchStep:
        self._batches.end(
            case.batch,
            BatchState.GAVE_UP,
            Action.BATCH_GAVE_UP,
            f"could not be submitted within {self._patience(case)} seconds",
        )
        return step.then(Next.DONE)


def _interval_of(batch: Batch) -> str | None:
    return f"by the interval {batch.interval}" if batch.interval else None
