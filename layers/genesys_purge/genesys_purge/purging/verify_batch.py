"""VerifyBatch: check whether the records of a completed batch are gone."""

from __future__ import annotations

from functools import partial

from genesys_purge.errors import RateLimited, TryLater
from genesys_purge.methods.contract import JobReport, JobStatus, Verdict
from genesys_purge.model.audit import Action, success_rate
from genesys_purge.model.batch import Batch, BatchState
from genesys_purge.model.messages import BatchStep, Next
from genesys_purge.model.run import Run
from genesys_purge.model.verification import is_concluded
from genesys_purge.ports import Meter
from genesys_purge.purging.batches import PHASES, Batches
from genesys_purge.purging.cases import Case, Cases
from genesys_purge.purging.look_at_records import LookAtRecords
from genesys_purge.purging.plausibility import Plausibility
from genesys_purge.purging.waiting import (
    SECONDS_A_LOOK,
    UNREAD,
    VERIFIED_WITHIN,
    VERIFY_WAITS,
)


class VerifyBatch:
    """One turn of the verify phase; a batch that stays unproven after a few turns is unverified."""

    def __init__(self, cases: Cases, batches: Batches, meter: Meter) -> None:
        self._cases = cases
        self._batches = batches
        self._meter = meter
        self._plausibility = Plausibility(batches, meter)
        self._look_at_records = LookAtRecords(batches)

    def __call__(self, step: BatchStep) -> BatchStep:
        case = self._cases.read(step)
        if case.batch.state is not BatchState.COMPLETED:
            return step.then(PHASES[case.batch.state])
        if is_concluded(case.batch):
            return step.then(Next.DONE)
        if reason := case.batch.unverifiable:
            self._measure(self._batches.conclude_unverifiable(case.batch, reason), case.run)
            return step.then(Next.DONE)
        return self._check(case, step)

    def _check(self, case: Case, step: BatchStep) -> BatchStep:
        if wait := self._verification_wait(case, step):
            return step.then(Next.VERIFY, wait)
        case, is_over, has_progress, error = self._look_at_records(case)
        if error and has_progress:
            return _onward(case, step, _wait_after(error))
        if error:
            return self._unread(case, error, step)
        if not is_over:
            return _onward(case, step)
        try:
            verdict = self._verdict(case)
        except TryLater as unread:
            return self._unread(self._kept(case), unread, step)
        if not verdict.is_complete and not verdict.is_final and self._has_checks_left(case, step):
            self._kept(case, is_repeated=True)
            return step.again(VERIFY_WAITS[step.attempt])
        # A job reports its counts again at verification, and may contradict its last poll.
        if not self._plausibility.ends(case, JobReport(JobStatus.COMPLETED, verdict.deleted)):
            self._conclude(case, verdict)
        return step.then(Next.DONE)

    def _kept(self, case: Case, *, is_repeated: bool = False) -> Case:
        """The case with its check stored, or with the next pass of it."""
        check = case.batch.check
        if check is None:
            return case
        return self._look_at_records.keep(case, check.repeated() if is_repeated else check)

    def _has_checks_left(self, case: Case, step: BatchStep) -> bool:
        return step.attempt < len(VERIFY_WAITS) and not self._is_late(case)

    def _unread(self, case: Case, error: TryLater, step: BatchStep) -> BatchStep:
        """The wait before the next check; raises the error of the last one."""
        if isinstance(error, RateLimited) and not self._is_overdue(case, _seconds_of_looks(case)):
            return step.delayed(_wait_after(error))
        if not self._has_checks_left(case, step):
            raise error
        return step.again(max(VERIFY_WAITS[step.attempt], error.retry_after or 0))

    def _verification_wait(self, case: Case, step: BatchStep) -> float:
        """Seconds that the request still asks its verification to wait, or 0.

        The wait that the step reports counts as well, because a scaled engine's clock differs from
        ours. A repeated step can only verify too early, and then it checks again.
        """
        wait, ended = case.method.lifecycle.verify_after(case.request), case.batch.ended_at
        if ended is None or case.batch.check:
            return 0
        elapsed = (self._batches.now() - ended).total_seconds()
        return 0 if max(elapsed, step.waited_seconds) >= wait else wait

    def _is_late(self, case: Case) -> bool:
        """Whether a lag of the analytics is no explanation any more, after the end of the run.

        SettleRuns checks every few minutes, and each of its checks is the first of its phase.
        """
        return case.run.has_ended and self._is_overdue(case)

    def _is_overdue(self, case: Case, more: float = 0) -> bool:
        """Whether the verification has been due for an hour, and for `more` seconds."""
        ended = case.batch.ended_at
        if ended is None:
            return True
        waited = (self._batches.now() - ended).total_seconds()
        return waited > case.method.lifecycle.verify_after(case.request) + VERIFIED_WITHIN + more

    def _verdict(self, case: Case) -> Verdict:
        batch, part = case.batch, case.whole
        if batch.window is None and not part.ids:
            return Verdict(0, is_complete=True, deleted=batch.deleted)
        return case.method.lifecycle.verify(case.request, part, batch, case.genesys)

    def _conclude(self, case: Case, verdict: Verdict) -> None:
        batch, is_bound = case.batch, case.method.plans_upper_bound
        there = batch.targeted if batch.window is None else case.before
        still = there - verdict.gone
        found = None if verdict.is_complete else f"{still} records still detected"
        detail = verdict.note or found
        counted = batch.window is not None and verdict.deleted is not None
        unreported = 0 if counted else batch.unreported
        check = batch.check and batch.check.concluded()
        rate = None if is_bound or unreported else success_rate(verdict.deleted, there)
        after = self._batches.advance(
            batch.to(
                BatchState.COMPLETED,
                deleted=verdict.deleted,
                check=check,
                verified=verdict.gone,
                is_verified=verdict.is_complete,
                unreported=unreported,
                detail=detail or batch.detail,
            ),
            Action.BATCH_VERIFIED if verdict.is_complete else Action.BATCH_UNVERIFIED,
            deleted=verdict.deleted,
            verified=verdict.gone,
            check=check and check.facts,
            success_rate=rate,
            latency_seconds=batch.duration_seconds,
            detail=detail,
        )
        is_in_vain = bool(there) and not is_bound and not verdict.deleted and not verdict.gone
        self._measure(after, case.run, is_in_vain=is_in_vain)

    def _measure(self, batch: Batch, run: Run, *, is_in_vain: bool = False) -> None:
        """The figures for capacity planning: records, seconds, and records per second."""
        method, organisation = run.method, run.organisation
        count = partial(self._meter.count, method=method, organisation=organisation)
        if is_in_vain:
            count("NothingDeleted")
        if batch.deleted is not None:
            count("RecordsDeleted", batch.deleted)
        if batch.records_per_second is not None:
            count("RecordsPerSecond", batch.records_per_second)
        if batch.duration_seconds is not None:
            seconds = batch.duration_seconds
            self._meter.seconds("JobDuration", seconds, method=method, organisation=organisation)


def _wait_after(error: TryLater) -> float:
    """Seconds until the next turn after an error that does not use up a check."""
    if isinstance(error, RateLimited):
        return UNREAD.wait(1, error.retry_after)
    return max(VERIFY_WAITS[0], error.retry_after or 0)


def _seconds_of_looks(case: Case) -> float:
    """How long the looks of the batch's check may take; 0 without a check."""
    return case.batch.check.size * SECONDS_A_LOOK if case.batch.check else 0


def _onward(case: Case, step: BatchStep, wait: float = 0) -> BatchStep:
    """The next turn of a check that makes progress.

    Its first pass may wait as often as it must. The number of the later passes is bounded.
    """
    is_first = case.batch.check is not None and not case.batch.check.repeats
    return step.then(Next.VERIFY, wait) if is_first else step.delayed(wait)
