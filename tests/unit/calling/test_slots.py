"""Slots: at most the limit, shared fairly by the runs that want one."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from random import Random

import pytest
from genesys_purge.calling.slots import ASKS_WITHIN, MOST_ASKING, Pool, PoolKey, Slots
from genesys_purge.errors import RateLimited
from genesys_purge.model.batch import BatchRef
from hypothesis import given
from hypothesis import strategies as st

from tests.clock import Clock
from tests.fakes import MemorySlots

POOL = PoolKey(None, "documented")
LIMIT = 5


class Jobs:
    """Batches that ask for slots; implements `Holders`."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.store = MemorySlots()
        self.ended: set[BatchRef] = set()
        self._slots = Slots(self.store, self.clock)

    def is_active(self, holder: BatchRef) -> bool:
        return holder not in self.ended

    def clear_away(self, holder: BatchRef) -> None:
        assert holder in self.ended

    def takes(self, run_id: str, number: int) -> bool:
        """Whether the batch gets a slot."""
        try:
            self._slots.take(POOL, LIMIT, BatchRef(run_id, number), self)
        except RateLimited:
            return False
        return True

    def end(self, run_id: str, number: int) -> None:
        self.ended.add(BatchRef(run_id, number))

    @property
    def pool(self) -> Pool:
        return self.store.read(POOL)


@pytest.fixture
def jobs() -> Jobs:
    """Five batches of run `a` hold all slots."""
    jobs = Jobs()
    assert all(jobs.takes("a", number) for number in range(LIMIT))
    return jobs


def test_batch_waits_while_all_slots_are_taken(jobs: Jobs) -> None:
    assert not jobs.takes("b", 0)
    assert list(jobs.pool.waiting) == [BatchRef("b", 0)]


def test_next_batch_of_a_run_alone_gets_a_free_slot_at_once(jobs: Jobs) -> None:
    jobs.end("a", 0)
    assert jobs.takes("a", 5)
    assert BatchRef("a", 0) not in jobs.pool.holders


def test_free_slot_is_kept_for_a_waiting_run_with_fewer(jobs: Jobs) -> None:
    jobs.takes("b", 0)
    jobs.end("a", 0)
    assert not jobs.takes("a", 5)
    assert jobs.takes("b", 0)
    assert list(jobs.pool.waiting) == [BatchRef("a", 5)]


def test_runs_share_the_slots_evenly_and_leave_none_free(jobs: Jobs) -> None:
    for number in range(3):
        jobs.takes("b", number)
    for number in range(2):
        jobs.end("a", number)
        assert not jobs.takes("a", 5 + number)
        assert jobs.takes("b", number)
    jobs.end("a", 2)
    assert jobs.takes("a", 5)
    assert Counter(each.run_id for each in jobs.pool.holders) == {"a": 3, "b": 2}


@pytest.mark.parametrize("silent", ["ended", "silent"])
def test_slot_is_not_kept_for_a_batch_that_does_not_ask_any_more(jobs: Jobs, silent: str) -> None:
    jobs.takes("b", 0)
    jobs.end("a", 0)
    if silent == "ended":
        jobs.end("b", 0)
    else:
        jobs.clock.wait(ASKS_WITHIN.total_seconds() + 1)
    assert jobs.takes("a", 5)


def test_batch_that_asks_often_is_written_rarely(jobs: Jobs) -> None:
    jobs.takes("b", 0)
    version = jobs.pool.version
    jobs.clock.wait(60)
    jobs.takes("b", 0)
    assert jobs.pool.version == version
    jobs.clock.wait(ASKS_WITHIN.total_seconds() / 2)
    jobs.takes("b", 0)
    assert jobs.pool.version == version + 1


def test_each_waiting_run_has_batches_that_speak_for_it(jobs: Jobs) -> None:
    for run_id in ("b", "c"):
        for number in range(3):
            jobs.takes(run_id, number)
    assert Counter(each.run_id for each in jobs.pool.waiting) == {"b": 2, "c": 2}


def test_two_batches_speak_for_all_waiting_batches_of_a_run(jobs: Jobs) -> None:
    for number in range(50):
        jobs.takes("b", number)
    asking = [BatchRef("b", 0), BatchRef("b", 1)]
    assert (list(jobs.pool.waiting), len(asking)) == (asking, MOST_ASKING)
    # Others of the run speak for it as soon as these two are silent.
    jobs.clock.wait(ASKS_WITHIN.total_seconds() + 1)
    jobs.takes("b", 7)
    assert list(jobs.pool.waiting) == [BatchRef("b", 7)]


@given(st.integers(0, 2**32), st.integers(1, 4))
def test_slots_are_never_more_than_the_limit_and_every_batch_gets_one(seed: int, runs: int) -> None:
    """Each run has ten batches, and as many workers as there are slots."""
    jobs, chance = Jobs(), Random(seed)  # noqa: S311  a seed repeats its draws
    todo = {str(run): list(range(10)) for run in range(runs)}
    for _ in range(4_000):
        running = [each for each in jobs.pool.holders if each not in jobs.ended]
        assert len(jobs.pool.holders) <= LIMIT
        if running and chance.random() < 0.3:
            jobs.end(*chance.choice(running))
        wanted = {run: numbers for run, numbers in todo.items() if numbers}
        if not wanted:
            return
        run, numbers = chance.choice(list(wanted.items()))
        number = chance.choice(numbers[:LIMIT])
        if jobs.takes(run, number):
            numbers.remove(number)
        jobs.clock.wait(timedelta(seconds=10).total_seconds())
    raise AssertionError(f"{todo} got no slot")
