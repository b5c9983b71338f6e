"""ConfirmJob: check everything once more about a two-step job, and only then have it run."""

from __future__ import annotations

from typing import Any

from genesys_purge.calling.cancellations import RunCancelled
from genesys_purge.calling.deleting import Deleting
from genesys_purge.calling.guard import Guard
from genesys_purge.calling.reconcile import Adopt, Found, Missing, Patience, Repeat, Wait, decide
from genesys_purge.error_codec import reported
from genesys_purge.errors import (
    CallerError,
    DeletionStopped,
    LimitExceeded,
    LostRace,
    OnLegalHold,
    OperatorError,
    OutcomeUnknown,
    PurgeError,
    RefusedByGenesys,
    TryLater,
)
from genesys_purge.methods.readiness import Present, Waiting
from genesys_purge.model.audit import Action
from genesys_purge.model.batch import Batch, BatchState
from genesys_purge.model.messages import BatchStep, Next
from genesys_purge.model.reach import Reach
from genesys_purge.model.run import stoppable
from genesys_purge.purging.batches import Batches
from genesys_purge.purging.cancel_batch import CancelBatch
from genesys_purge.purging.cancelled_job import cancelled
from genesys_purge.purging.cases import Case
from genesys_purge.purging.inspect_job import InspectJob
from genesys_purge.purging.reconcile import MOST_UNANSWERED
from genesys_purge.purging.surplus_jobs import cancel_surplus_jobs
from genesys_purge.purging.waiting import (
    MOST_QUESTIONS,
    RECONCILE_FIRST,
    first_wait,
    submit_wait,
)
from genesys_purge.purging.withdraw_job import WithdrawJob
from genesys_purge.settings import Settings

RUN_ENDED = "the run ended before its job was confirmed"
# A job that still waits was certainly not confirmed: there is nothing to be patient about.
AT_ONCE = Patience(waited=0, wait=0, limit=-1)


class ConfirmJob:
    """One turn of a batch whose job is ready; a job that must not run is cancelled."""

    def __init__(self, batches: Batches, guard: Guard, settings: Settings) -> None:
        self._batches = batches
        self._guard = guard
        self._cancel_batch = CancelBatch(batches)
        self._inspect, self._withdraw_job = InspectJob(batches), WithdrawJob(batches)
        self._lease, self._limit = settings.intent_lease_seconds, settings.job_time_limit_seconds

    def __call__(self, case: Case, step: BatchStep) -> BatchStep:
        if case.batch.state is BatchState.CONFIRMING:
            return self._reconcile(case, step)
        if case.batch.withdrawal:
            return self._withdraw_job.finish(case, case.batch.withdrawal, step)
        if case.run.has_ended:
            return self._end(case, BatchState.FAILED, RUN_ENDED, step)
        if why := case.cancellation_now():
            return self._cancel_batch.ready(case, why, step)
        if self._is_out_of_patience(case):
            return self._give_up(case, "could not be confirmed", step)
        return self._confirm(case, step)

    def _confirm(self, case: Case, step: BatchStep) -> BatchStep:
        """Check the job, which may take long, and then confirm it under a fresh permit."""
        try:
            self._guard.check_stops(stoppable(case.run))
            cancel_surplus_jobs(case)
            waiting = case.method.lifecycle.waiting(case.job_id, case.genesys)
            if waiting is None:
                return self._poll(case, step)
            present = self._inspect(case, waiting)
            if not isinstance(present, Present):
                return step.then(Next.SUBMIT, present)
            deletion = self._guard.cleared(case.deletion(waiting.conversations), case.may_touch)
        except TryLater as error:
            return step.again(submit_wait(step, error.retry_after))
        except DeletionStopped as error:
            return self._stopped(case, error, step)
        except (CallerError, OperatorError) as error:
            return self._refused(case, error, step)
        deleting = Deleting(
            lambda: self._intend(case, waiting, present.kept),
            lambda _: self._guard.permit(deletion),
        )
        try:
            deleting.send(case.method.lifecycle.confirmation(case.job_id), case.genesys)
        except PurgeError as error:
            return self._not_confirmed(case, deleting.intent, error, step)
        return self._confirmed(case._replace(batch=deleting.intent or case.batch), waiting, step)

    def _refused(self, case: Case, error: PurgeError, step: BatchStep) -> BatchStep:
        """The job must not run: submit its records in another way, or end the batch."""
        if isinstance(error, LimitExceeded | OnLegalHold):
            held = error.entries if isinstance(error, OnLegalHold) else frozenset[int]()
            if pending := case.reduced(held):
                return self._withdraw_job.reduced(case, error, pending, step)
        is_by_name = case.batch.next_reach is Reach.NAMED
        if isinstance(error, OnLegalHold) and error.entries and is_by_name:
            return self._withdraw_job.without(case, error, step)
        return self._fail(case, error, step)

    def _intend(self, case: Case, waiting: Waiting, kept: int | None) -> Batch:
        batch = case.batch
        attempt = batch.attempt.settled().intended(self._batches.now())
        counts = {"covered": waiting.records, "kept": kept}
        intent = batch.to(BatchState.CONFIRMING, attempt=attempt, **counts)
        return self._batches.intend(intent, case.consuming())

    def _confirmed(self, case: Case, waiting: Waiting, step: BatchStep) -> BatchStep:
        batch = case.batch
        self._batches.confirmed(
            batch.to(
                BatchState.SUBMITTED,
                attempt=batch.attempt.settled(),
                submitted_at=self._batches.now(),
                waiting_since=None,
                inspection=None,
            ),
            targeted=case.size,
            covered=waiting.records,
        )
        return step.then(Next.POLL, first_wait(case.method.poll_policy, waiting.records))

    def _not_confirmed(
        self, case: Case, intent: Batch | None, error: PurgeError, step: BatchStep
    ) -> BatchStep:
        """What to do after a call that did not confirm; without an intent it was not sent."""
        if isinstance(error, LostRace):
            return step.again(self._lease)
        if isinstance(error, OutcomeUnknown) and intent:
            self._batches.advance(intent.unsure(str(error)))
            return step.then(Next.SUBMIT, RECONCILE_FIRST)
        case = case._replace(batch=self._withdraw(intent, error) if intent else case.batch)
        match error:
            case DeletionStopped() | RunCancelled():
                return self._stopped(case, error, step)
            case OnLegalHold():
                return self._refused(case, error, step)
            case TryLater():
                return step.again(submit_wait(step, error.retry_after))
            case RefusedByGenesys():
                if case.method.lifecycle.waiting(case.job_id, case.genesys) is None:
                    return self._poll(case, step)
        return self._fail(case, error, step)

    def _stopped(self, case: Case, error: PurgeError, step: BatchStep) -> BatchStep:
        """The job waits unconfirmed, however long the stop lasts; patience starts after it."""
        if step.attempt >= MOST_QUESTIONS:
            reason = f"was not confirmed in {step.attempt} questions: {error}"
            return self._end(case, BatchState.GAVE_UP, reason, step)
        now = self._batches.now()
        self._batches.advance(case.batch.to(BatchState.READY, waiting_since=now))
        return step.again(submit_wait(step, None))

    def _withdraw(self, intent: Batch, error: PurgeError) -> Batch:
        """Take back the intent of a call that was certainly not executed."""
        attempt = intent.attempt.refused(str(error))
        return self._batches.advance(intent.to(BatchState.READY, attempt=attempt))

    def _reconcile(self, case: Case, step: BatchStep) -> BatchStep:
        """A job that still waits was not confirmed, and may safely be confirmed again."""
        batch = case.batch
        if left := batch.attempt.lease_left(self._batches.now(), self._lease):
            return step.again(left)
        if not batch.attempt.is_uncertain:
            self._batches.advance(batch.unsure("the worker that confirmed it died"))
            return step.then(Next.SUBMIT, RECONCILE_FIRST)
        try:
            decision = decide(
                lambda: _is_confirmed(case),
                AT_ONCE,
                unanswered=batch.attempt.unanswered,
                most_unanswered=MOST_UNANSWERED,
            )
        except TryLater as error:
            return self._unread(case, error, step)
        except OutcomeUnknown as error:
            return self._fail(case, error, step)
        match decision:
            case Adopt():
                return self._poll(case, step, Action.BATCH_RECONCILED)
            case Repeat(evidence):
                self._batches.advance(
                    batch.to(BatchState.READY, attempt=batch.attempt.settled()),
                    Action.BATCH_RECONCILED,
                    detail=f"{evidence}; {batch.attempt.reason}",
                )
                return step.then(Next.SUBMIT)
            case Wait(seconds):
                return step.again(seconds)

    def _unread(self, case: Case, error: TryLater, step: BatchStep) -> BatchStep:
        if self._is_out_of_patience(case):
            return self._give_up(case, "may be confirmed: its state could not be read", step)
        return step.again(submit_wait(step, error.retry_after))

    def _poll(self, case: Case, step: BatchStep, action: Action | None = None) -> BatchStep:
        """The job no longer waits: its status says what became of it."""
        attempt, batch = case.batch.attempt, case.batch
        after = batch.to(
            BatchState.SUBMITTED,
            attempt=attempt.settled(),
            submitted_at=attempt.at if action else batch.submitted_at,
            # Without a confirmation, Genesys may report that it waits again.
            waiting_since=None if action else batch.waiting_since,
        )
        facts = {"detail": f"the job was confirmed; {attempt.reason}"} if action else {}
        self._batches.advance(after, action, **facts)
        return step.then(Next.POLL, 0 if action else case.method.poll_policy.first)

    def _is_out_of_patience(self, case: Case) -> bool:
        return case.batch.seconds_waited(self._batches.now()) > self._limit

    def _give_up(self, case: Case, what: str, step: BatchStep) -> BatchStep:
        return self._end(case, BatchState.GAVE_UP, f"{what} within {self._limit} seconds", step)

    def _fail(self, case: Case, error: PurgeError, step: BatchStep) -> BatchStep:
        report = reported(error)
        return self._end(case, BatchState.FAILED, report.reason, step, **report.facts)

    def _end(
        self, case: Case, state: BatchState, reason: str, step: BatchStep, **facts: Any
    ) -> BatchStep:
        """End the batch and cancel its job."""
        action = Action.BATCH_FAILED if state is BatchState.FAILED else Action.BATCH_GAVE_UP
        self._batches.end(case.batch, state, action, reason + cancelled(case).words, **facts)
        return step.then(Next.DONE)


def _is_confirmed(case: Case) -> Found[None] | Missing:
    is_waiting = case.method.lifecycle.waiting(case.job_id, case.genesys) is not None
    return Missing("the job still waits for confirmation") if is_waiting else Found(None)
