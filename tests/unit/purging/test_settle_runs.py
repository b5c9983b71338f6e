"""SettleRuns: one sweep over the open runs, and what it does about runs that have not ended."""

from __future__ import annotations

from typing import Any

import pytest
from genesys_purge.errors import LostRace
from genesys_purge.model.batch import BatchState
from genesys_purge.model.run import Outcome, RunStatus

from tests import builders
from tests.unit.workbench import Workbench

LONG = 300


def test_submitted_run_without_an_execution_is_started_after_minutes(bench: Workbench) -> None:
    bench.stored()
    bench.clock.wait(LONG - 1)
    bench.sweep()
    assert bench.executions.started == []
    bench.clock.wait(1)
    bench.sweep()
    assert bench.executions.started == ["run-1"]
    assert bench.run.status is RunStatus.SUBMITTED


def submitted(bench: Workbench) -> None:
    bench.stored()


def running(bench: Workbench) -> None:
    bench.planned()


@pytest.mark.parametrize("prepare", [submitted, running])
def test_run_whose_execution_runs_is_left_alone(bench: Workbench, prepare: Any) -> None:
    prepare(bench)
    bench.executions.start("run-1")
    before = bench.run
    bench.clock.wait(30 * 86_400)
    assert bench.sweep() == []
    assert (bench.run, bench.executions.started, bench.facts) == (before, ["run-1"], [])
    assert bench.genesys.calls == []


@pytest.mark.parametrize("prepare", [submitted, running])
def test_run_whose_execution_has_ended_is_ended(bench: Workbench, prepare: Any) -> None:
    prepare(bench)
    bench.executions.start("run-1")
    bench.executions.ended.add("run-1")
    bench.clock.wait(LONG)
    bench.sweep()
    assert (bench.run.status, bench.run.outcome) == (RunStatus.FINISHED, Outcome.FAILED)
    assert bench.run.detail == "ExecutionLost: its execution ended, but its end was not recorded"
    assert bench.last_fact["action"] == "run_failed"


def test_running_run_of_an_unknown_execution_is_not_ended(bench: Workbench) -> None:
    bench.planned()
    bench.clock.wait(LONG)
    bench.sweep()
    assert bench.run.status is RunStatus.RUNNING
    assert bench.executions.started == []


def test_failed_run_does_not_stop_the_others(bench: Workbench) -> None:
    bench.stored()
    bench.stored(run_id="run-2")
    bench.clock.wait(LONG)
    answers = [ValueError("broken")]

    def fail_once() -> None:
        if answers:
            raise answers.pop()

    bench.executions.before_start = fail_once
    assert bench.sweep() == ["run-1"]
    assert bench.executions.started == ["run-2"]
    assert bench.meter.counts["SettlingFailed"] == 1


def test_sweep_ends_when_its_time_is_used_up(bench: Workbench) -> None:
    bench.stored()
    bench.stored(run_id="run-2")
    bench.clock.wait(LONG)
    original = bench.executions.start

    def start_slowly(run_id: str) -> None:
        bench.seconds_left = 20
        original(run_id)

    bench.executions.start = start_slowly  # type: ignore[method-assign]  # the work takes the time
    bench.sweep()
    assert bench.executions.started == ["run-1"]


def test_settled_run_that_the_index_still_lists_is_skipped(bench: Workbench) -> None:
    bench.planned(builders.batch(state=BatchState.COMPLETED, verified=10, is_verified=True))
    bench.stop()
    assert bench.run.is_settled
    bench.runs.oldest_first = lambda: iter(["run-1"])  # type: ignore[method-assign]  # it lags
    bench.sweep()
    assert bench.facts == ["run_failed"]
    assert bench.meter.durations["UnsettledSeconds"] == 0


def awaiting_approval(bench: Workbench) -> None:
    bench.stored(status=RunStatus.AWAITING_APPROVAL)


@pytest.mark.parametrize(
    ("prepare", "seconds"), [(submitted, 900), (running, 0), (awaiting_approval, 0)]
)
def test_age_of_a_run_that_has_not_ended_counts_until_it_is_planned(
    bench: Workbench, prepare: Any, seconds: float
) -> None:
    prepare(bench)
    bench.executions.start("run-1")
    bench.clock.wait(900)
    bench.sweep()
    assert bench.meter.durations == {"UnsettledSeconds": seconds}


def test_age_of_an_ended_run_counts_from_its_end(bench: Workbench) -> None:
    bench.planned(builders.batch(state=BatchState.SUBMITTING, attempt=builders.intended()))
    bench.clock.wait(500)
    bench.stop()
    bench.clock.wait(20)
    bench.sweep()
    assert bench.meter.durations["UnsettledSeconds"] == 20


def test_end_that_another_worker_stores_first_is_kept(bench: Workbench) -> None:
    bench.planned()
    bench.executions.start("run-1")
    bench.executions.ended.add("run-1")
    bench.clock.wait(LONG)

    def lose(write: str) -> None:
        if write == "finish":
            raise LostRace("another worker changed the record")

    bench.runs.before_write = lose
    assert bench.sweep() == ["run-1"]
    assert bench.facts == []


def test_sweep_counts_the_stops_in_force(bench: Workbench) -> None:
    bench.stops.placed["all"] = builders.stop()
    bench.sweep()
    assert bench.meter.counts["ActiveStops"] == 1
