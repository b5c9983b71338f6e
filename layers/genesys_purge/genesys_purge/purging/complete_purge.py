"""CompletePurge: add up the batches and record the outcome of the run."""

from __future__ import annotations

from collections.abc import Sequence

from genesys_purge.calling.cancellations import Cancellations
from genesys_purge.model.audit import Action, AuditRecord
from genesys_purge.model.batch import Batch
from genesys_purge.model.ending import deleted_nothing, outcome_of
from genesys_purge.model.messages import RunRef, RunResult
from genesys_purge.model.run import Outcome, Run, Totals, finished, run_metric, totals_of
from genesys_purge.ports import Clock, Meter, Runs
from genesys_purge.purging.run_record import (
    error_reasons_of,
    remark_on,
    run_record,
    success_rate_of,
)
from genesys_purge.purging.settlement import settled_if_over


class CompletePurge:
    """The last step of a planned run."""

    def __init__(self, runs: Runs, cancellations: Cancellations, meter: Meter, now: Clock) -> None:
        self._runs = runs
        self._cancellations = cancellations
        self._meter = meter
        self._now = now

    def __call__(self, message: RunRef) -> RunResult:
        run = self._runs.get(message.run_id)
        if run.outcome is not None:
            return RunResult.of(run.run_id, run.outcome)
        cancellation = self._cancellations.of(run.run_id)
        run = run.model_copy(update={"cancellation": cancellation})
        batches = self._runs.batches(run) if not run.is_dry else ()
        outcome = outcome_of(run, batches)
        totals = totals_of(run.plan, batches)
        remark = remark_on(run, totals, batches)
        ended = finished(run, outcome, totals, self._now(), remark)
        self._runs.finish(settled_if_over(ended, batches), self._record(ended, totals, batches))
        self._measure(ended, outcome, batches)
        return RunResult.of(run.run_id, outcome)

    def _measure(self, run: Run, outcome: Outcome, batches: Sequence[Batch]) -> None:
        method, organisation = run.method, run.organisation
        self._meter.count(run_metric(outcome), method=method, organisation=organisation)
        if not run.is_dry and deleted_nothing(run.plan, batches):
            self._meter.count("NothingDeleted", method=method, organisation=organisation)
        seconds = (self._now() - run.submitted_at).total_seconds()
        self._meter.seconds("RunDuration", seconds, method=method, organisation=organisation)

    def _record(self, run: Run, totals: Totals, batches: Sequence[Batch]) -> AuditRecord:
        now = self._now()
        return run_record(
            run,
            totals,
            Action.RUN_CANCELLED if run.outcome is Outcome.CANCELLED else Action.RUN_COMPLETED,
            now,
            "complete_purge",
            latency_seconds=round((now - run.submitted_at).total_seconds(), 3),
            success_rate=success_rate_of(run, totals),
            error_reason=error_reasons_of(batches),
            detail=run.detail,
        )
