"""ExecuteJob: ask everything once more of a job that waits, and only then have it carried out."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from genesys_purge.errors import (
    CallerError,
    LimitExceeded,
    LostRace,
    OnLegalHold,
    OperatorError,
    OutcomeUnknown,
    PurgeError,
    RefusedByGenesys,
    TryLater,
)
from genesys_purge.methods.gate import Found, Gate
from genesys_purge.methods.method import JobStatus
from genesys_purge.model.audit import Action
from genesys_purge.model.batch import Batch, BatchState
from genesys_purge.model.messages import BatchStep, Next
from genesys_purge.ports import Permit
from genesys_purge.purging.batches import Batches
from genesys_purge.purging.cases import Case
from genesys_purge.purging.guard import Guard
from genesys_purge.purging.reconcile import MOST_UNKNOWNS
from genesys_purge.purging.waiting import RECONCILE_FIRST, first_wait, submit_wait
from genesys_purge.settings import Settings

CANCELS = 3


class ExecuteJob:
    """One turn of a batch whose job is ready; a job that may not be carried out is cancelled."""

    def __init__(self, batches: Batches, guard: Guard, settings: Settings) -> None:
        self._batches = batches
        self._guard = guard
        self._settings = settings

    def __call__(self, case: Case, step: BatchStep) -> BatchStep:
        gate, job_id = case.method.gate, case.batch.job_id
        if gate is None or job_id is None:
            raise ValueError("a batch that is ready has a job, and its method a gate")
        if step.waited_seconds > self._settings.job_time_limit_seconds:
            late = f"could not be executed within {self._settings.job_time_limit_seconds} seconds"
            return self._end(case, BatchState.GAVE_UP, late, step)
        if case.batch.state is BatchState.EXECUTING:
            return self._reconcile(case, gate, job_id, step)
        return self._execute(case, gate, job_id, step)

    def _execute(self, case: Case, gate: Gate, job_id: str, step: BatchStep) -> BatchStep:
        try:
            found = gate.found(job_id, case.genesys)
            if found is None:
                return self._poll(case, step)
            permit, kept = self._permit(case, gate, found)
            intent = self._intend(case.batch, permit, kept)
        except OnLegalHold as error:
            return self._without(case, error, gate, step)
        except TryLater as error:
            return step.again(submit_wait(step, error.retry_after))
        except LostRace:
            return step.again(self._settings.intent_lease_seconds)
        except (CallerError, OperatorError) as error:
            return self._fail(case, error, step)
        return self._call(case._replace(batch=intent), gate, permit, found, step)

    def _permit(self, case: Case, gate: Gate, found: Found) -> tuple[Permit, int | None]:
        """The guard's leave, once the job and the platform's own holds are as the plan has them.

        With it, how many records there are, where that was counted for the verification.
        """
        if found.differs_from(case.part):
            raise LimitExceeded("the job names other conversations than the plan has for it")
        present = gate.present(case.request, case.part, case.genesys)
        if excess := found.excess_over(present):
            raise LimitExceeded(f"the job is about {excess} for it")
        if present.unprepared:
            raise TryLater(f"{present.unprepared} {gate.unit} are not exported yet", retry_after=60)
        held = gate.protected(case.part.ids, case.genesys)
        entries = frozenset(
            index
            for index in case.batch.candidates
            if case.entries[index].conversation_id.casefold() in held
        )
        if entries:
            spared = case.batch.separable(entries)
            raise OnLegalHold("Genesys protects these records by now", entries=spared)
        return self._guard.permit(case, found.conversations), present.kept

    def _intend(self, batch: Batch, permit: Permit, kept: int | None) -> Batch:
        return self._batches.intend(
            batch.to(
                BatchState.EXECUTING,
                attempts=permit.attempt,
                kept=kept,
                intent_at=self._batches.now(),
                outcome_unknown=False,
            )
        )

    def _call(
        self, case: Case, gate: Gate, permit: Permit, found: Found, step: BatchStep
    ) -> BatchStep:
        batch = case.batch
        job_id = str(batch.job_id)
        try:
            gate.execute(job_id, permit, case.genesys)
        except OutcomeUnknown as error:
            self._batches.advance(batch.unsure(str(error)))
            return step.then(Next.SUBMIT, RECONCILE_FIRST)
        except TryLater as error:
            self._batches.advance(batch.to(BatchState.READY))
            return step.again(submit_wait(step, error.retry_after))
        except RefusedByGenesys as error:
            if gate.found(job_id, case.genesys) is None:
                return self._poll(case, step)
            return self._fail(case, error, step)
        except PurgeError as error:
            return self._fail(case, error, step)
        self._batches.advance(
            batch.to(BatchState.SUBMITTED, submitted_at=self._batches.now()),
            Action.BATCH_EXECUTED,
            targeted=case.size,
            detail=f"the job is about {found.records} recordings of {found.conversations} "
            f"{gate.unit}; targeted counts {gate.unit}",
        )
        return step.then(Next.POLL, first_wait(case.method.poll_policy, found.records))

    def _reconcile(self, case: Case, gate: Gate, job_id: str, step: BatchStep) -> BatchStep:
        """A job that still waits was not executed, and may safely be asked again."""
        batch, now = case.batch, self._batches.now()
        if not batch.outcome_unknown:
            lease = (batch.intent_at or now) - now
            lease += timedelta(seconds=self._settings.intent_lease_seconds)
            if lease > timedelta(0):
                return step.again(lease.total_seconds())
            self._batches.advance(batch.unsure("the worker that executed it died"))
            return step.then(Next.SUBMIT, RECONCILE_FIRST)
        try:
            found = gate.found(job_id, case.genesys)
        except TryLater as error:
            return step.again(submit_wait(step, error.retry_after))
        if found is None:
            return self._poll(case, step, Action.BATCH_RECONCILED)
        if batch.unknowns >= MOST_UNKNOWNS:
            unknown = OutcomeUnknown(f"{batch.unknowns} calls to execute it went unanswered")
            return self._fail(case, unknown, step)
        self._batches.advance(
            batch.to(BatchState.READY, outcome_unknown=False),
            Action.BATCH_RECONCILED,
            detail=f"the job still waits to be executed; {batch.detail}",
        )
        return step.then(Next.SUBMIT)

    def _poll(self, case: Case, step: BatchStep, action: Action | None = None) -> BatchStep:
        """The job does not wait any more: its status says what became of it."""
        after = case.batch.to(BatchState.SUBMITTED, outcome_unknown=False)
        facts = {"detail": f"the job was executed; {case.batch.detail}"} if action else {}
        self._batches.advance(after, action, **facts)
        return step.then(Next.POLL)

    def _without(self, case: Case, error: OnLegalHold, gate: Gate, step: BatchStep) -> BatchStep:
        """The job is about records that are held by now: cancelled, and made anew without them."""
        if not error.entries:
            return self._fail(case, error, step)
        batch = case.batch
        cancelled = self._cancelled(case, gate, str(batch.job_id))
        if batch.unknowns and not self._is_untouched(case, str(batch.job_id)):
            reason = f"{error}, and a call that was not answered may have executed its job before"
            return self._end_as(case, BatchState.FAILED, reason + cancelled, step)
        kept = batch.to(
            BatchState.PLANNED,
            protected=batch.protected | error.entries,
            job_id=None,
            last_job_id=batch.job_id,
            intent_at=None,
            outcome_unknown=False,
        )
        self._batches.advance(
            kept,
            Action.BATCH_PROTECTED,
            job_id=batch.job_id,
            skipped={"protected": len(error.entries - batch.protected)},
            detail=f"{error}{cancelled}",
        )
        return step.then(Next.SUBMIT)

    def _fail(self, case: Case, error: PurgeError, step: BatchStep) -> BatchStep:
        told = "; ".join(map(str, error.fields)) or str(error)
        reason = f"{type(error).__name__}: {told}"
        facts = {"correlation_id": error.correlation_id}
        return self._end(case, BatchState.FAILED, reason, step, **facts)

    def _end(
        self, case: Case, state: BatchState, reason: str, step: BatchStep, **facts: Any
    ) -> BatchStep:
        """The batch ends, and its job with it."""
        gate, batch = case.method.gate, case.batch
        cancelled = self._cancelled(case, gate, batch.job_id) if gate and batch.job_id else ""
        return self._end_as(case, state, reason + cancelled, step, **facts)

    def _end_as(
        self, case: Case, state: BatchState, reason: str, step: BatchStep, **facts: Any
    ) -> BatchStep:
        action = Action.BATCH_FAILED if state is BatchState.FAILED else Action.BATCH_GAVE_UP
        self._batches.end(case.batch, state, action, reason, **facts)
        return step.then(Next.DONE)

    def _is_untouched(self, case: Case, job_id: str) -> bool:
        """Whether the job surely ended before it did anything."""
        try:
            report = case.method.status(case.request, job_id, case.genesys)
        except PurgeError:
            return False
        return report.status is JobStatus.CANCELLED and report.processed == 0

    def _cancelled(self, case: Case, gate: Gate, job_id: str) -> str:
        """Cancel the job, as far as Genesys lets us: what became of it, to end a sentence with."""
        problem: PurgeError | None = None
        for _ in range(CANCELS):
            try:
                gate.cancel(job_id, case.genesys)
            except (OutcomeUnknown, TryLater) as error:
                problem = error
            except PurgeError as error:
                return f"; its job {job_id} could not be cancelled: {error}"
            else:
                return f"; its job {job_id} is cancelled"
        return f"; its job {job_id} may not be cancelled: {problem}"
