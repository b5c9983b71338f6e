"""PollBatch: read the status of a batch's job, and decide when to read it again."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from genesys_purge.errors import JobLost, TryLater
from genesys_purge.methods.contract import JobReport, JobStatus, PollPolicy
from genesys_purge.model.audit import Action
from genesys_purge.model.batch import BatchState
from genesys_purge.model.messages import BatchStep, Next
from genesys_purge.model.run import Run
from genesys_purge.ports import Meter
from genesys_purge.purging.batches import PHASES, Batches
from genesys_purge.purging.cases import Case, Cases
from genesys_purge.purging.plausibility import Plausibility
from genesys_purge.purging.surplus_jobs import cancel_surplus_jobs
from genesys_purge.purging.waiting import appearance_wait, may_appear, poll_wait, slower
from genesys_purge.settings import Settings


class PollBatch:
    """One turn of the poll phase, bounded in turns and in time."""

    def __init__(self, cases: Cases, batches: Batches, settings: Settings, meter: Meter) -> None:
        self._cases = cases
        self._batches = batches
        self._settings = settings
        self._meter = meter
        self._plausibility = Plausibility(batches, meter)

    def __call__(self, step: BatchStep) -> BatchStep:
        case = self._cases.read(step, with_entries=False)
        batch, policy = case.batch, case.method.poll_policy
        if policy.deadline_metric:
            self._meter.seconds(
                policy.deadline_metric,
                self._seconds_left(case.run),
                method=case.run.method,
                organisation=case.run.organisation,
            )
        if batch.state is not BatchState.SUBMITTED or batch.job_id is None:
            return step.then(PHASES[batch.state])
        try:
            report = case.method.status(case.request, batch.job_id, case.genesys)
        except JobLost as error:
            if may_appear(self._batches.latency(batch)):
                return self._later(case, step, appearance_wait(step))
            return self._fail(case, f"the job is lost: {error}", step)
        except TryLater as error:
            return self._later(case, step, slower(policy, step, error.retry_after))
        return self._judge(case, report, policy, step)

    def _judge(
        self, case: Case, report: JobReport, policy: PollPolicy, step: BatchStep
    ) -> BatchStep:
        has_ended = report.status not in (JobStatus.RUNNING, JobStatus.READY)
        if has_ended and self._plausibility.ends(case, report):
            return step.then(Next.DONE)
        match report.status:
            case JobStatus.RUNNING:
                return self._later(case, step, poll_wait(policy, step, report, case.size))
            case JobStatus.READY:
                since = case.batch.waiting_since or self._batches.now()
                after = self._batches.advance(case.batch.to(BatchState.READY, waiting_since=since))
                return step.then(PHASES[after.state])
            case JobStatus.COMPLETED:
                after = self._batches.finish_part(
                    case.batch, Action.BATCH_COMPLETED, report.message, report
                )
                return step.then(PHASES[after.state])
            case JobStatus.FAILED | JobStatus.CANCELLED:
                reason = report.message or "Genesys gave no reason"
                return self._fail(case, f"the job {report.status}: {reason}", step, report)

    def _later(self, case: Case, step: BatchStep, wait: float) -> BatchStep:
        policy = case.method.poll_policy
        limit = policy.limit_seconds or self._settings.job_time_limit_seconds
        waited = self._batches.latency(case.batch) or 0.0
        if step.attempt + 1 < policy.attempts and waited + wait <= limit:
            return step.again(wait)
        self._cancel_surplus_jobs(case, step)
        self._batches.end(
            case.batch,
            BatchState.GAVE_UP,
            Action.BATCH_GAVE_UP,
            f"the job did not complete in {step.attempt + 1} polls over "
            f"{waited:.0f} seconds; it may still be running",
        )
        return step.then(Next.DONE)

    def _seconds_left(self, run: Run) -> float:
        """Seconds until the day by which the run must be done, counted from its submission."""
        end = run.submitted_at + timedelta(days=self._settings.subject_request_days)
        return (end - self._batches.now()).total_seconds()

    def _fail(
        self, case: Case, detail: str, step: BatchStep, report: JobReport | None = None
    ) -> BatchStep:
        self._cancel_surplus_jobs(case, step)
        batch = case.batch
        deleted = report.processed if report else None
        failed = batch.model_copy(update={"deleted": _plus(batch.deleted, deleted)})
        facts: dict[str, Any] = {}
        if report:
            facts = {"deleted": deleted, "latency_seconds": self._batches.latency(batch)}
        self._batches.end(failed, BatchState.FAILED, Action.BATCH_FAILED, detail, **facts)
        return step.then(Next.DONE)

    def _cancel_surplus_jobs(self, case: Case, step: BatchStep) -> None:
        """Cancel the jobs of unanswered calls before the batch ends; this needs its entries."""
        if case.batch.attempt.doubts:
            cancel_surplus_jobs(self._cases.read(step))


def _plus(total: int | None, reported: int | None) -> int | None:
    return total if reported is None else (total or 0) + reported
