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

    def takes(self, run_id: str, number: int, *, had_one: bool = False) -> bool:
        """Whether the batch gets a slot, or keeps the one that it had."""
        try:
            self._slots.take(POOL, LIMIT, BatchRef(run_id, number), self, had_one=had_one)
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


def test_batch_keeps_its_slot_for_its_next_job_if_no_run_waits(jobs: Jobs) -> None:
    version = jobs.pool.version
    assert jobs.takes("a", 0, had_one=True)
    assert jobs.pool.version == version


def test_batch_gives_up_its_slot_between_two_jobs_if_another_run_waits(jobs: Jobs) -> None:
    jobs.takes("b", 0)
    assert not jobs.takes("a", 0, had_one=True)
    assert not jobs.takes("a", 0, had_one=True)
    assert jobs.takes("b", 0)
    assert Counter(each.run_id for each in jobs.pool.holders) == {"a": 4, "b": 1}
    assert list(jobs.pool.waiting) == [BatchRef("a", 0)]


def test_batch_keeps_its_slot_in_the_middle_of_a_job(jobs: Jobs) -> None:
    jobs.takes("b", 0)
    assert jobs.takes("a", 0)


def test_batch_keeps_its_slot_if_the_waiting_run_has_its_share(jobs: Jobs) -> None:
    for number in range(3):
        jobs.takes("b", number)
    for number in range(2):
        jobs.end("a", number)
        jobs.takes("b", number)
    jobs.takes("b", 2)
    assert jobs.takes("a", 2, had_one=True)


def test_batch_keeps_its_slot_if_the_waiting_run_is_silent(jobs: Jobs) -> None:
    jobs.takes("b", 0)
    jobs.clock.wait(ASKS_WITHIN.total_seconds() + 1)
    assert jobs.takes("a", 0, had_one=True)
    assert (len(jobs.pool.holders), jobs.pool.waiting) == (LIMIT, {})


@pytest.mark.parametrize("asks_first", ["b", "c"])
def test_batch_that_had_a_slot_lets_the_runs_before_it_go_first(asks_first: str) -> None:
    jobs = Jobs()
    for run in "abcde":
        jobs.takes(run, 0)
    jobs.takes("f", 0)
    assert not jobs.takes("a", 0, had_one=True)
    assert not jobs.takes("a", 0, had_one=True)
    jobs.end(asks_first, 0)
    assert jobs.takes("f", 0)
    assert jobs.takes("a", 0, had_one=True)


@given(st.integers(0, 2**32), st.integers(1, 7), st.integers(1, 3))
def test_slots_are_never_more_than_the_limit_and_every_batch_gets_its_jobs(
    seed: int, runs: int, each_takes: int
) -> None:
    """Each run has ten batches, and as many workers as there are slots."""
    jobs, chance = Jobs(), Random(seed)  # noqa: S311  a seed repeats its draws
    todo = {str(run): dict.fromkeys(range(10), each_takes) for run in range(runs)}
    at_work: set[BatchRef] = set()
    for _ in range(8_000):
        assert len(jobs.pool.holders) <= LIMIT
        assert at_work <= {*jobs.pool.holders} | jobs.ended
        if at_work and chance.random() < 0.3:
            batch = chance.choice(sorted(at_work))
            at_work.remove(batch)
            if not todo[batch.run_id][batch.number]:
                del todo[batch.run_id][batch.number]
                jobs.end(*batch)
        wanted = {run: batches for run, batches in todo.items() if batches}
        if not wanted:
            return
        run, batches = chance.choice(list(wanted.items()))
        number = chance.choice(list(batches)[:LIMIT])
        left, batch = batches[number], BatchRef(run, number)
        if batch not in at_work and left and jobs.takes(run, number, had_one=left < each_takes):
            batches[number] -= 1
            at_work.add(batch)
        jobs.clock.wait(timedelta(seconds=10).total_seconds())
    raise AssertionError(f"{todo} got no slot")


@given(st.integers(0, 2**32), st.integers(LIMIT, LIMIT + 3))
def test_no_run_waits_for_the_end_of_another_with_endless_jobs(seed: int, runs: int) -> None:
    jobs, chance = Jobs(), Random(seed)  # noqa: S311  a seed repeats its draws
    done: Counter[str] = Counter()
    for _ in range(400):
        run = str(chance.randrange(runs))
        done[run] += jobs.takes(run, 0, had_one=done[run] > 0)
        jobs.clock.wait(timedelta(seconds=10).total_seconds())
    assert len(done) == runs
    assert min(done.values()) > 0.2 * max(done.values())
