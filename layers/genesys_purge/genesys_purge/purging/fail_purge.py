"""FailPurge: end a run after an error outside its batches."""

from __future__ import annotations

from genesys_purge.calling.cancellations import Cancellations
from genesys_purge.error_codec import Reported, decoded
from genesys_purge.model.audit import Action
from genesys_purge.model.messages import Failure, RunResult
from genesys_purge.model.run import Outcome, Run, RunStatus, finished, run_metric, totals_of
from genesys_purge.ports import Clock, Meter, Runs
from genesys_purge.purging.run_record import error_reasons_of, run_record
from genesys_purge.purging.settlement import settled_if_over

ACTIONS = {
    Outcome.CANCELLED: Action.RUN_CANCELLED,
    Outcome.REJECTED: Action.RUN_REJECTED,
    Outcome.FAILED: Action.RUN_FAILED,
}


class FailPurge:
    """Ends a run as `rejected` if the caller must change the request, otherwise as `failed`.

    A run that is cancelled ends as `cancelled`, whatever error came after it.
    """

    def __init__(self, runs: Runs, cancellations: Cancellations, meter: Meter, now: Clock) -> None:
        self._runs = runs
        self._cancellations = cancellations
        self._meter = meter
        self._now = now

    def __call__(self, failure: Failure) -> RunResult:
        run = self._runs.get(failure.run_id)
        if run.outcome is not None:
            return RunResult.of(run.run_id, run.outcome)
        error = decoded(failure.error, failure.cause)
        run = run.model_copy(update={"cancellation": self._cancellations.of(run.run_id)})
        outcome = _outcome(run, error)
        batches = self._runs.batches(run)
        totals = totals_of(run.plan, batches)
        reason = _reason(run, error)
        ended = finished(run, outcome, totals, self._now(), reason)
        reasons = error_reasons_of(batches)
        facts = {**error.facts, "error_reason": reasons, "detail": reason}
        record = run_record(ended, totals, ACTIONS[outcome], self._now(), "fail_purge", **facts)
        self._runs.finish(settled_if_over(ended, batches), record)
        self._meter.count(run_metric(outcome), method=run.method, organisation=run.organisation)
        return RunResult.of(run.run_id, outcome)


def _outcome(run: Run, error: Reported) -> Outcome:
    if run.cancellation:
        return Outcome.CANCELLED
    # A run that waits for its approval has called nothing.
    has_begun = run.plan is not None and run.status is not RunStatus.AWAITING_APPROVAL
    return Outcome.REJECTED if error.is_caller_error and not has_begun else Outcome.FAILED


def _reason(run: Run, error: Reported) -> str:
    """The error; the cancellation as well, unless the error is about it."""
    if run.cancellation is None:
        return error.reason
    why = run.cancellation.why
    return why if why in error.reason else f"{why}; {error.reason}"
