"""The jobs in flight that a new stop comes too late for."""

from __future__ import annotations

import pytest
from genesys_purge.calling.in_flight import InFlight
from genesys_purge.calling.slots import Pool, PoolKey
from genesys_purge.methods import POOLS
from genesys_purge.model.batch import BatchRef, BatchState
from genesys_purge.model.stops import Stop, StopScope
from genesys_purge.stops.in_flight import StoppedInFlight

from tests import builders
from tests.unit.workbench import Workbench

ALL = builders.stop()


@pytest.fixture
def bench() -> Workbench:
    return Workbench()


def in_flight(bench: Workbench, stop: Stop) -> list[tuple[str, int, str | None]]:
    called = InFlight(bench.slots, bench.runs, lambda: [None, "emea"], POOLS)
    found = StoppedInFlight(called, bench.runs, bench.runs.oldest_first)(stop.stop_id)
    return [(each.run_id, each.batch, each.job_id) for each in found]


def with_a_job(bench: Workbench, state: BatchState = BatchState.SUBMITTED) -> None:
    """A run with one batch, which holds a slot."""
    bench.planned(builders.batch(state=state, job_id="job-1"))
    bench.slots.pools[PoolKey(None, "documented")] = Pool((BatchRef("run-1", 0),))


@pytest.mark.parametrize(
    ("stop", "is_listed"),
    [
        (ALL, True),
        (builders.stop(StopScope.ORGANISATION, "default"), True),
        (builders.stop(StopScope.ORGANISATION, "emea"), False),
        (builders.stop(StopScope.RUN, "run-1"), True),
        (builders.stop(StopScope.RUN, "run-2"), False),
    ],
)
def test_only_jobs_that_the_stop_covers_are_listed(
    bench: Workbench, stop: Stop, *, is_listed: bool
) -> None:
    with_a_job(bench)
    assert in_flight(bench, stop) == ([("run-1", 0, "job-1")] if is_listed else [])


@pytest.mark.parametrize("state", [BatchState.PLANNED, BatchState.READY, BatchState.COMPLETED])
def test_batch_whose_next_call_is_refused_is_not_listed(
    bench: Workbench, state: BatchState
) -> None:
    with_a_job(bench, state)
    assert in_flight(bench, ALL) == []


@pytest.mark.parametrize(
    ("state", "is_listed"), [(BatchState.SUBMITTED, True), (BatchState.COMPLETED, False)]
)
def test_gdpr_request_is_listed_although_it_needs_no_slot(
    bench: Workbench, state: BatchState, *, is_listed: bool
) -> None:
    batch = builders.batch(state=state, job_id="request-1")
    bench.planned(batch, request=builders.gdpr_request())
    assert in_flight(bench, ALL) == ([("run-1", 0, "request-1")] if is_listed else [])
    assert in_flight(bench, builders.stop(StopScope.ORGANISATION, "emea")) == []
