"""SettleRuns: see to it that every run ends, and that nothing of an ended run stays open."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from genesys_purge.model.execution_state import ExecutionState
from genesys_purge.model.messages import Failure
from genesys_purge.model.run import Run, RunStatus
from genesys_purge.ports import Clock, Isolate, Meter, Runs
from genesys_purge.purging.fail_purge import FailPurge
from genesys_purge.purging.ports import Executions, OpenRuns
from genesys_purge.purging.settle_run import LEAST_SECONDS, SettleRun

# The submitter of a younger run may still be about to start its execution.
STARTED_WITHIN = 300.0
# The wait loop of such a run has an end of its own.
EXPECTED_TO_WAIT = (RunStatus.AWAITING_APPROVAL, RunStatus.RUNNING)
LOST = "its execution ended, but its end was not recorded"


class SettleRuns:
    """One sweep over the open runs, oldest first; it deletes nothing, and may be repeated."""

    def __init__(
        self,
        open_runs: OpenRuns,
        runs: Runs,
        executions: Executions,
        fail_purge: FailPurge,
        settle_run: SettleRun,
        active_stops: Callable[[], int],
        meter: Meter,
        now: Clock,
        seconds_left: Callable[[], float],
    ) -> None:
        self._active_stops = active_stops
        self._open_runs = open_runs
        self._runs = runs
        self._executions = executions
        self._fail_purge = fail_purge
        self._settle_run = settle_run
        self._meter = meter
        self._now = now
        self._seconds_left = seconds_left

    def __call__(self, isolate: Isolate) -> None:
        """Sweep until the time is used up; a run that fails does not stop the others."""

        runs: dict[str, Run] = {}

        def counted(run_id: str, work: Callable[[], None], *, batch: int | None = None) -> bool:
            if isolate(run_id, work, batch=batch):
                return True
            run = runs.get(run_id)
            method, organisation = (run.method, run.organisation) if run else (None, None)
            self._meter.count("SettlingFailed", method=method, organisation=organisation)
            return False

        ages = [0.0]
        for run_id in self._open_runs.oldest_first():
            if self._seconds_left() < LEAST_SECONDS:
                break
            counted(run_id, partial(self._look_at, run_id, counted, ages, runs))
        self._meter.seconds("UnsettledSeconds", max(ages))
        self._meter.count("ActiveStops", self._active_stops())

    def _look_at(
        self, run_id: str, isolate: Isolate, ages: list[float], runs: dict[str, Run]
    ) -> None:
        run = runs[run_id] = self._runs.get(run_id)
        # The index lags behind.
        if run.is_settled:
            return
        if run.status not in EXPECTED_TO_WAIT:
            ages.append(self._seconds_since(run))
        if run.has_ended:
            self._settle_run(run, isolate)
        else:
            self._watch(run)

    def _seconds_since(self, run: Run) -> float:
        """Seconds since the end of a run, or since its submission."""
        return (self._now() - (run.finished_at or run.submitted_at)).total_seconds()

    def _watch(self, run: Run) -> None:
        """Start an execution that was never started; end a run whose execution has ended."""
        if self._seconds_since(run) < STARTED_WITHIN:
            return
        match self._executions.state(run.run_id):
            case ExecutionState.MISSING if run.status is RunStatus.SUBMITTED:
                self._executions.start(run.run_id)
            case ExecutionState.ENDED:
                self._fail_purge(Failure(run_id=run.run_id, error="ExecutionLost", cause=LOST))
