"""FailPurge: end a run after an error outside its batches."""

from __future__ import annotations

from genesys_purge.error_codec import decoded
from genesys_purge.model.audit import Action, AuditRecord
from genesys_purge.model.messages import Failure, RunResult
from genesys_purge.model.run import Outcome, finished, run_metric, totals_of
from genesys_purge.ports import Clock, Meter, Runs


class FailPurge:
    """Ends a run as `rejected` if the caller must change the request, otherwise as `failed`."""

    def __init__(self, runs: Runs, meter: Meter, now: Clock) -> None:
        self._runs = runs
        self._meter = meter
        self._now = now

    def __call__(self, failure: Failure) -> RunResult:
        run = self._runs.get(failure.run_id)
        if run.outcome is not None:
            return RunResult.of(run.run_id, run.outcome)
        error = decoded(failure.error, failure.cause)
        rejected = error.is_caller_error and run.plan is None
        outcome = Outcome.REJECTED if rejected else Outcome.FAILED
        batches = self._runs.batches(run)
        ended = finished(run, outcome, totals_of(run.plan, batches), self._now(), error.reason)
        self._runs.finish(
            ended,
            AuditRecord(
                run_id=run.run_id,
                at=self._now(),
                actor="fail_purge",
                action=Action.RUN_REJECTED if rejected else Action.RUN_FAILED,
                method=run.method,
                organisation=run.organisation,
                compliance_tags=run.compliance_tags or None,
                correlation_id=error.correlation_id,
                detail=error.reason,
            ),
        )
        self._meter.count(run_metric(outcome), method=run.method, organisation=run.organisation)
        return RunResult.of(run.run_id, outcome)
