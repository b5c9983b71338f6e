"""FailPurge: end a run after an error outside its batches."""

from __future__ import annotations

from genesys_purge.error_codec import Reported, decoded
from genesys_purge.model.audit import Action, AuditRecord
from genesys_purge.model.messages import Failure, RunResult
from genesys_purge.model.run import Outcome, Run, Totals, finished, run_metric, totals_of
from genesys_purge.ports import Clock, Meter, Runs
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
        record = self._record(run, action, totals, error)
        self._runs.finish(settled_if_over(ended, batches), record)
        self._meter.count(run_metric(outcome), method=run.method, organisation=run.organisation)
        return RunResult.of(run.run_id, outcome)

    def _record(self, run: Run, action: Action, totals: Totals, error: Reported) -> AuditRecord:
        """The record of the end, with the totals so far if the run has a plan."""
        return AuditRecord(
            run_id=run.run_id,
            at=self._now(),
            actor="fail_purge",
            action=action,
            method=run.method,
            organisation=run.organisation,
            targeted=totals.targeted if run.plan else None,
            deleted=totals.deleted,
            unreported=totals.unreported,
            skipped=totals.skipped if run.plan else None,
            compliance_tags=run.compliance_tags or None,
            policy=run.plan.policy if run.plan else None,
            correlation_id=error.correlation_id,
            detail=error.reason,
        )
