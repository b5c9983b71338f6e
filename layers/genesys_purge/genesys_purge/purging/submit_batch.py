"""SubmitBatch: submit one part of a batch to Genesys, once."""

from __future__ import annotations

from datetime import timedelta

from genesys_purge.calling.cancellations import RunCancelled
from genesys_purge.calling.deleting import Deleting
from genesys_purge.calling.guard import Guard
from genesys_purge.calling.slots import NoFreeSlot
from genesys_purge.errors import (
    DeletionStopped,
    FieldError,
    InvalidRequest,
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
from genesys_purge.model.cancellation import RunCancellation
from genesys_purge.model.messages import BatchStep, Next
from genesys_purge.model.run import stoppable
from genesys_purge.purging.batches import PHASES, Batches
from genesys_purge.purging.cancel_batch import CancelBatch
from genesys_purge.purging.cases import Case, Cases, obstacle_of
from genesys_purge.purging.confirm_job import ConfirmJob
from genesys_purge.purging.job_slots import JobSlots
from genesys_purge.purging.late_job import LateJob
from genesys_purge.purging.reconcile import Reconcile
from genesys_purge.purging.reduce_part import ReducePart
from genesys_purge.purging.surplus_jobs import cancel_surplus_jobs
from genesys_purge.purging.waiting import (
    MOST_QUESTIONS,
    RECONCILE_FIRST,
    first_wait,
    submit_patience,
    submit_wait,
)
from genesys_purge.settings import Settings

CONFLICT = 409
# After these, a conflict without a known cause is lasting; the waits between add up to minutes.
MOST_CONFLICTS = 8
# Well within the function's time, however long the last call takes.
AT_ONCE = timedelta(seconds=15)
RUN_ENDED = "the run ended before this batch was submitted"


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
        self._cases, self._batches = cases, batches
        self._guard, self._slots = guard, slots
        self._reconcile, self._confirm_job = reconcile, confirm_job
        self._settings, self._cancel_batch = settings, CancelBatch(batches)
        self._reduce, self._late_job = ReducePart(batches), LateJob(batches)

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
            case BatchState.PLANNED:
                return self._planned(case, step)
            case BatchState.SUBMITTING:
                return self._reconcile(case, step)
            case BatchState.READY | BatchState.CONFIRMING:
                return self._confirm_job(case, step)
            case state:
                return step.then(PHASES[state])

    def _planned(self, case: Case, step: BatchStep) -> BatchStep:
        if obstacle := obstacle_of(case.run):
            return self._obstructed(case, obstacle, step)
        if self._is_out_of_patience(case):
            limit = f"could not be submitted within {self._patience(case)} seconds"
            return self._give_up(case, limit, step)
        if why := case.cancellation_now():
            return self._cancel(case, why, step)
        if case.batch.pending[0].is_refused:
            # Every part that can be submitted is done.
            return self._end(case, BatchState.FAILED, case.batch.detail or "", step)
        if case.is_empty:
            return self._reduce.drop_empty_part(case.batch, step)
        return self._submit(case, step)

    def _obstructed(self, case: Case, obstacle: str, step: BatchStep) -> BatchStep:
        """End the batch of a run that has ended; no other run may have come this far."""
        if case.run.is_dry or not case.run.has_ended:
            raise InvalidRequest([FieldError("runId", obstacle)])
        return self._end(case, BatchState.FAILED, RUN_ENDED, step)

    def _submit(self, case: Case, step: BatchStep) -> BatchStep:
        """Prepare the call, which may take long, and then send it under a fresh permit."""
        try:
            if adopted := self._late_job.adopted(case, step):
                return adopted
            self._guard.check_stops(stoppable(case.run))
            self._slots.take(case)
            before = self._count(case)
            call = case.method.submission(case.request, case.part, case.ref, case.genesys)
            deletion = self._guard.cleared(case.deletion(before), case.may_touch)
        except OnLegalHold as error:
            return self._reduce.around(case, error, step)
        except (DeletionStopped, NoFreeSlot) as error:
            return self._queue(case, error, step)
        except TryLater as error:
            self._wait(case.batch)
            return step.again(submit_wait(step, error.retry_after))
        deleting = Deleting(
            lambda: self._intend(case, before), lambda _: self._guard.permit(deletion)
        )
        try:
            job_id = deleting.send(call, case.genesys)
        except PurgeError as error:
            return self._not_accepted(case, deleting.intent, error, step)
        return self._accepted(case._replace(batch=deleting.intent or case.batch), job_id, step)

    def _cancel(self, case: Case, why: RunCancellation, step: BatchStep) -> BatchStep:
        """End the batch, unless an earlier call has a job."""
        try:
            adopted = self._late_job.adopted(case, step)
        except TryLater as error:
            self._wait(case.batch)
            return step.again(submit_wait(step, error.retry_after))
        return adopted or self._cancel_batch.planned(case, why, step)

    def _count(self, case: Case) -> int:
        """The records that exist right before the submit."""
        if case.batch.window is None:
            return len(case.part.ids)
        return case.method.remaining(case.request, case.part, case.genesys)

    def _intend(self, case: Case, before: int) -> Batch:
        """Store the intent before the call, so that every call leaves a trace."""
        batch, now = case.batch, self._batches.now()
        intent = batch.to(
            BatchState.SUBMITTING,
            attempt=batch.attempt.settled().intended(now),
            first_intent_at=batch.first_intent_at or now,
            submitted_at=None,
            before=before,
        )
        return self._batches.intend(intent, case.consuming())

    def _accepted(self, case: Case, job_id: str, step: BatchStep) -> BatchStep:
        batch, size = case.batch, case.size
        window = case.interval or batch.window
        self._batches.accepted(batch, job_id, Action.BATCH_SUBMITTED, targeted=size, window=window)
        return step.then(Next.POLL, self._first_wait(case))

    def _first_wait(self, case: Case) -> float:
        policy, size, forecast = case.method.poll_policy, case.size, None
        if policy.by_earlier_jobs:
            forecast = self._batches.forecast(case.batch, size, self._slots.limit(case))
        return first_wait(policy, size, forecast)

    def _not_accepted(
        self, case: Case, intent: Batch | None, error: PurgeError, step: BatchStep
    ) -> BatchStep:
        """What to do without an accepted job; without an intent nothing was sent."""
        if isinstance(error, LostRace):
            return step.again(self._settings.intent_lease_seconds)
        if isinstance(error, OutcomeUnknown) and intent:
            self._batches.advance(intent.unsure(str(error)))
            return step.then(Next.SUBMIT, RECONCILE_FIRST)
        batch = self._withdraw(intent, error) if intent else case.batch
        match error:
            case TryLater():
                self._wait(batch)
                return step.again(submit_wait(step, error.retry_after))
            case DeletionStopped() | RunCancelled():
                return self._queue(case._replace(batch=batch), error, step)
            case OnLegalHold():
                return self._reduce.around(case._replace(batch=batch), error, step)
            case RefusedByGenesys():
                return self._refused(case._replace(batch=batch), error, step)
        raise error

    def _refused(self, case: Case, error: RefusedByGenesys, step: BatchStep) -> BatchStep:
        """Wait for a slot or the end of a conflict, isolate a protected record, or raise."""
        if self._slots.are_full(case):
            self._wait(case.batch)
            return step.again(submit_wait(step, None))
        if error.status == CONFLICT:
            match case.method.lifecycle.conflict:
                case Conflict.PROTECTED if case.batch.window is None:
                    return self._reduce.bisect(case.batch, error, step)
                case Conflict.PASSING if case.batch.conflicts < MOST_CONFLICTS:
                    self._batches.advance(case.batch.in_conflict())
                    return step.again(submit_wait(step, None))
        raise error

    def _withdraw(self, intent: Batch, error: PurgeError) -> Batch:
        """Take back the intent of a call that was certainly not executed."""
        attempt = intent.attempt.refused(str(error))
        return self._batches.advance(intent.to(BatchState.PLANNED, attempt=attempt))

    def _wait(self, batch: Batch) -> None:
        """Store since when the batch waits, because its patience ends."""
        if batch.waiting_since is None:
            now = self._batches.now()
            self._batches.advance(batch.to(BatchState.PLANNED, waiting_since=now))

    def _queue(self, case: Case, why: PurgeError, step: BatchStep) -> BatchStep:
        """Wait for a slot or the end of a stop, however long it takes; patience starts then."""
        if step.attempt >= MOST_QUESTIONS:
            return self._give_up(case, f"could not begin in {step.attempt} questions: {why}", step)
        if case.batch.waiting_since:
            self._batches.advance(case.batch.to(BatchState.PLANNED, waiting_since=None))
        return step.again(submit_wait(step, None))

    def _patience(self, case: Case) -> int:
        """How many seconds a batch may wait for its submit; longer if others compete for jobs."""
        limit = self._settings.job_time_limit_seconds
        return submit_patience(limit, self._slots.turns_before(case))

    def _is_out_of_patience(self, case: Case) -> bool:
        return case.batch.seconds_waited(self._batches.now()) > self._patience(case)

    def _give_up(self, case: Case, reason: str, step: BatchStep) -> BatchStep:
        cancel_surplus_jobs(case)
        return self._end(case, BatchState.GAVE_UP, reason, step)

    def _end(self, case: Case, state: BatchState, reason: str, step: BatchStep) -> BatchStep:
        action = Action.BATCH_FAILED if state is BatchState.FAILED else Action.BATCH_GAVE_UP
        self._batches.end(case.batch, state, action, reason)
        return step.then(Next.DONE)
