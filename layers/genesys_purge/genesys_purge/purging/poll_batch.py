"""PollBatch: read the status of a batch's job, and decide when to read it again."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from genesys_purge.errors import JobLost, TryLater
from genesys_purge.methods.contract import JobReport, JobStatus, PollPolicy
from genesys_purge.model.audit import Action
from genesys_purge.model.batch import Batch, BatchState
from genesys_purge.model.messages import BatchStep, Next
from genesys_purge.model.run import Run
from genesys_purge.model.sums import sum_of
from genesys_purge.ports import Meter
from genesys_purge.purging.batches import PHASES, Batches
from genesys_purge.purging.cases import Case, Cases
from genesys_purge.purging.plausibility import Plausibility
from genesys_purge.purging.polls import Polls
from genesys_purge.purging.surplus_jobs import cancel_surplus_jobs
from genesys_purge.purging.waiting import (
    appearance_wait,
    forecast_of,
    may_appear,
    poll_wait,
    slower,
)
from genesys_purge.settings import Settings


class PollBatch:
    """One turn of the poll phase, bounded in turns and in time."""

    def __init__(
        self, cases: Cases, batches: Batches, polls: Polls, settings: Settings, meter: Meter
    ) -> None:
        self._cases = cases
        self._batches = batches
        self._polls = polls
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
            self._polls.record(case, step, None)
            if may_appear(self._batches.latency(batch)):
                return self._later(case, step, appearance_wait(step))
            return self._fail(case, f"the job is lost: {error}", step)
        except TryLater as error:
            self._polls.record(case, step, None)
            return self._later(case, step, slower(policy, step, error.retry_after))
        self._polls.record(case, step, report)
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
                forecast = forecast_of(policy, step, self._batches.latency(case.batch))
                after = self._batches.finish_part(
                    case.batch, Action.BATCH_COMPLETED, report.message, report, forecast
                )
                return step.then(PHASES[after.state])
            case JobStatus.FAILED:
                return self._fail(case, f"the job failed: {_reason_in(report)}", step, report)
            case JobStatus.CANCELLED:
                return self._cancelled(case, report, step)

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
        batch, facts = case.batch, self._facts(case.batch, report)
        self._batches.end(
            _counted(batch, report), BatchState.FAILED, Action.BATCH_FAILED, detail, **facts
        )
        return step.then(Next.DONE)

    def _cancelled(self, case: Case, report: JobReport, step: BatchStep) -> BatchStep:
        """End the batch; what the job had purged before its cancellation stays purged."""
        self._cancel_surplus_jobs(case, step)
        batch, run = case.batch, case.run
        self._batches.end(
            _counted(batch, report),
            BatchState.CANCELLED,
            Action.BATCH_CANCELLED,
            f"the job was cancelled at Genesys: {_reason_in(report)}",
            **self._facts(batch, report),
        )
        self._meter.count("JobsCancelled", method=run.method, organisation=run.organisation)
        return step.then(Next.DONE)

    def _facts(self, batch: Batch, report: JobReport | None) -> dict[str, Any]:
        """What the audit says of the job's end, beside its detail."""
        if report is None:
            return {}
        return {
            "deleted": report.processed,
            "archived": report.archived,
            "exported": report.exported,
            "latency_seconds": self._batches.latency(batch),
            "error_reason": report.error_reason,
        }

    def _cancel_surplus_jobs(self, case: Case, step: BatchStep) -> None:
        """Cancel the jobs of unanswered calls before the batch ends; this needs its entries."""
        if case.batch.attempt.doubts:
            cancel_surplus_jobs(self._cases.read(step))


def _reason_in(report: JobReport) -> str:
    return report.message or "Genesys gave no reason"


def _counted(batch: Batch, report: JobReport | None) -> Batch:
    """The batch with the counts and the reason of a job that ended without success."""
    if report is None:
        return batch
    counts = {
        "deleted": sum_of([batch.deleted, report.processed]),
        "archived": sum_of([batch.archived, report.archived]),
        "exported": sum_of([batch.exported, report.exported]),
    }
    return batch.model_copy(update=counts | {"error_reason": report.error_reason})
