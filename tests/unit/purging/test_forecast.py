"""The first poll of a job comes when a job of about the same size had ended before."""

from __future__ import annotations

from typing import Any

import pytest
from genesys_purge.methods.documented.conversation_archive import STATUS, SUBMIT
from genesys_purge.model.batch import BatchState
from genesys_purge.model.messages import BatchStep, Next
from genesys_purge.model.slices import Slice

from tests import builders
from tests.clock import NOON
from tests.unit.workbench import Workbench

DONE = {"jobId": "job-1", "state": "completed", "recordsProcessed": 1_000}


def completed(
    bench: Workbench, seconds: float, attempt: int, sizes: list[int], **changes: Any
) -> None:
    """A run with batches of these sizes; the first job ended at the poll of this number."""
    running = {"state": BatchState.SUBMITTED, "job_id": "job-1", "submitted_at": NOON}
    first = builders.batch(planned=sizes[0], **running | changes)
    rest = [builders.batch(number=n, planned=size) for n, size in enumerate(sizes[1:], 1)]
    bench.planned(first, *rest)
    bench.clock.wait(seconds)
    bench.genesys.on(STATUS, DONE | {"recordsProcessed": sizes[0]})
    bench.poll_batch(BatchStep(run_id="run-1", batch=0, next=Next.POLL, attempt=attempt))


def first_wait(bench: Workbench, number: int = 1) -> float:
    bench.genesys.on(SUBMIT, {"jobId": "job-2"})
    return bench.submit_batch(BatchStep(run_id="run-1", batch=number)).wait_seconds


@pytest.mark.parametrize(("attempt", "wait"), [(2, 200), (0, 100)])
def test_next_batch_is_polled_when_the_one_before_had_ended(attempt: int, wait: int) -> None:
    bench = Workbench(concurrent_jobs=1)
    completed(bench, 200, attempt, [1_000, 1_000])
    assert bench.batch.forecast == wait
    assert first_wait(bench) == wait


def test_batch_follows_the_one_that_had_its_slot() -> None:
    bench = Workbench(concurrent_jobs=2)
    completed(bench, 200, 1, [1_000, 1_000, 1_000])
    assert (first_wait(bench, 1), first_wait(bench, 2)) == (30, 200)


def test_part_of_a_batch_gives_no_forecast() -> None:
    bench = Workbench(concurrent_jobs=1)
    halves = tuple(Slice(start=at, stop=at + 500) for at in (0, 500))
    completed(bench, 200, 1, [1_000, 1_000], pending=halves)
    assert bench.batch.forecast is None
    assert first_wait(bench) == 30


def test_part_of_a_batch_does_not_wait_as_long_as_a_whole_batch() -> None:
    bench = Workbench(concurrent_jobs=1)
    completed(bench, 200, 1, [1_000, 1_000])
    part = (Slice(start=0, stop=10), Slice(start=10, stop=1_000))
    second = bench.runs.batch("run-1", 1)
    bench.runs.advance(second.to(BatchState.PLANNED, pending=part))
    assert first_wait(bench) == 5


@pytest.mark.parametrize(("size", "wait"), [(950, 200), (800, 25)])
def test_batch_of_another_size_has_no_forecast(size: int, wait: int) -> None:
    bench = Workbench(concurrent_jobs=1)
    completed(bench, 200, 1, [1_000, size])
    assert first_wait(bench) == wait
