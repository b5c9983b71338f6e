"""FailPurge: end a run after an error outside its batches."""

from __future__ import annotations

from genesys_purge.error_codec import decoded
from genesys_purge.model.audit import Action
from genesys_purge.model.messages import Failure, RunResult
from genesys_purge.model.run import Outcome, finished, run_metric, totals_of
from genesys_purge.ports import Clock, Meter, Runs
from genesys_purge.purging.run_record import error_reasons_of, run_record
from genesys_purge.purging.settlement import settled_if_over


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
        totals = totals_of(run.plan, batches)
        ended = finished(run, outcome, totals, self._now(), error.reason)
        action = Action.RUN_REJECTED if rejected else Action.RUN_FAILED
        reasons = error_reasons_of(batches)
        facts = {**error.facts, "error_reason": reasons, "detail": error.reason}
        record = run_record(ended, totals, action, self._now(), "fail_purge", **facts)
        self._runs.finish(settled_if_over(ended, batches), record)
        self._meter.count(run_metric(outcome), method=run.method, organisation=run.organisation)
        return RunResult.of(run.run_id, outcome)
