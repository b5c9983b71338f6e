"""The pace: all processes of an organisation together send evenly spaced calls."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from functools import partial
from itertools import pairwise
from random import Random
from typing import NamedTuple

import pytest
from genesys_purge.calling.pace import GROWS_EVERY, IN_BULK, LARGEST_SKEW, SOON, Budget, Pace
from genesys_purge.errors import RateLimited
from hypothesis import given
from hypothesis import strategies as st

from simulator.access.client_rate import ClientRate
from tests.clock import NOON, Clock
from tests.fakes import MemoryBudget
from tests.interleavings.scheduler import Scheduler


def pace_at(
    clock: Clock,
    rate: float = 10,
    ahead: float = SOON,
    budget: Budget | None = None,
    has_time_after: Callable[[float], bool] = lambda _: True,
) -> Pace:
    chance: Callable[[float, float], float] = max
    return Pace(budget or MemoryBudget(), rate, ahead, clock, clock.wait, has_time_after, chance)


def sent(pace: Pace, clock: Clock, *rests: float) -> list[float]:
    """The seconds since noon of calls, after these rests."""
    times = []
    for rest in rests:
        clock.wait(rest)
        pace.wait()
        times.append((clock() - NOON).total_seconds())
    return times


def test_calls_of_one_process_keep_their_distance() -> None:
    clock = Clock()
    assert sent(pace_at(clock), clock, 0, 0, 0, 0) == pytest.approx([0, 0.1, 0.2, 0.3])


def test_rest_is_not_saved_up_for_a_burst() -> None:
    clock = Clock()
    assert sent(pace_at(clock), clock, 0, 60, 0) == pytest.approx([0, 60, 60.1])


def test_fast_process_books_longer_slices_up_to_a_second() -> None:
    clock, budget = Clock(), MemoryBudget()
    sent(pace_at(clock, budget=budget), clock, *[0] * 40)
    assert budget.booked == pytest.approx([0.1, 0.2, 0.4, 0.8, 1.0, 1.0, 1.0])


@pytest.mark.parametrize("rest", [0.101, 30])
def test_process_slower_than_the_rate_books_one_call(rest: float) -> None:
    clock, budget = Clock(), MemoryBudget()
    sent(pace_at(clock, budget=budget), clock, 0, 0, 0, rest, rest)
    assert budget.booked == pytest.approx([0.1, 0.2, 0.1, 0.1])


def test_slice_of_a_dead_process_costs_the_others_its_time_only() -> None:
    clock, budget = Clock(), MemoryBudget()
    dead = pace_at(clock, budget=budget)
    sent(dead, clock, *[0] * 16)
    after = sent(pace_at(clock, budget=budget), clock, 0)
    assert (clock() - NOON).total_seconds() == pytest.approx(after[0])
    assert after[0] <= 1.6 + 1.0


@given(st.lists(st.floats(0, 1), max_size=30), st.floats(0.5, 100))
def test_calls_of_a_process_are_never_closer_than_the_rate(rests: list[float], rate: float) -> None:
    clock = Clock()
    times = sent(pace_at(clock, rate), clock, *rests)
    assert all(after - before >= 1 / rate - 0.002 for before, after in pairwise(times))


def test_threads_of_a_process_get_different_times() -> None:
    class SlowBudget(MemoryBudget):
        """Lets other threads run before it answers."""

        def book(self, seconds: float, at: datetime, ahead: float) -> datetime | None:
            start = super().book(seconds, at, ahead)
            time.sleep(0.001)
            return start

    slept: list[float] = []
    pace = Pace(SlowBudget(), 10, SOON, lambda: NOON, slept.append, lambda _: True)
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda _: pace.wait(), range(16)))
    assert sorted(slept) == pytest.approx([n / 10 for n in range(1, 16)])


def booked_for(seconds: float) -> MemoryBudget:
    """A budget that others have booked for this time."""
    budget = MemoryBudget()
    budget.free_at = NOON + timedelta(seconds=seconds)
    return budget


@pytest.mark.parametrize(("ahead", "booked"), [(IN_BULK, []), (SOON, [0.1])])
def test_bulk_work_books_nothing_while_a_second_of_the_line_is_booked(
    ahead: float, booked: list[float]
) -> None:
    clock, budget = Clock(), booked_for(1.001)
    with pytest.raises(RateLimited):
        pace_at(clock, ahead=ahead, budget=budget, has_time_after=lambda _: False).wait()
    assert budget.booked == booked


class CrowdedBudget(MemoryBudget):
    """A line that others have always booked for this time, whenever it is asked."""

    def __init__(self, booked_seconds: float) -> None:
        super().__init__()
        self._others = timedelta(seconds=booked_seconds)

    def book(self, seconds: float, at: datetime, ahead: float) -> datetime | None:
        self.free_at = at + self._others
        return super().book(seconds, at, ahead)


def test_bulk_work_that_waits_books_further_ahead() -> None:
    clock = Clock()
    pace = pace_at(clock, ahead=IN_BULK, budget=CrowdedBudget(IN_BULK + 1))
    assert sent(pace, clock, 0) == pytest.approx([GROWS_EVERY + IN_BULK + 1])


def test_no_work_books_further_ahead_than_ten_seconds() -> None:
    clock = Clock()

    def has_time_after(seconds: float) -> bool:
        return (clock() - NOON).total_seconds() + seconds < 3_600

    budget = CrowdedBudget(SOON + 0.001)
    with pytest.raises(RateLimited):
        pace_at(clock, ahead=IN_BULK, budget=budget, has_time_after=has_time_after).wait()
    assert budget.booked == []


@pytest.mark.parametrize(
    ("rate", "chance", "wait"), [(10, max, SOON), (10, min, SOON / 2), (0.05, max, 20)]
)
def test_line_is_asked_again_after_a_random_time(
    rate: float, chance: Callable[[float, float], float], wait: float
) -> None:
    clock, budget = Clock(), CrowdedBudget(SOON + 1)
    pace = Pace(budget, rate, SOON, clock, clock.wait, lambda _: False, chance)
    with pytest.raises(RateLimited) as refused:
        pace.wait()
    assert refused.value.retry_after == pytest.approx(wait)


def test_call_whose_own_time_comes_too_late_is_not_sent() -> None:
    clock = Clock()
    pace = pace_at(clock, budget=booked_for(5), has_time_after=lambda seconds: seconds < 5)
    with pytest.raises(RateLimited) as refused:
        pace.wait()
    assert refused.value.retry_after == pytest.approx(5)
    assert clock() == NOON


def test_call_without_time_to_wait_is_not_sent() -> None:
    clock = Clock()
    pace = pace_at(clock, budget=booked_for(60 * 60), has_time_after=lambda _: False)
    clock.wait(60 * 60 - SOON - 1)
    with pytest.raises(RateLimited) as refused:
        pace.wait()
    assert refused.value.retry_after == pytest.approx(SOON)


@pytest.mark.parametrize(("rate", "slice_seconds"), [(10, 1), (0.05, 20)])
def test_line_that_clocks_five_seconds_apart_can_book_is_kept(
    rate: float, slice_seconds: float
) -> None:
    clock, booked = Clock(), 10 + 2 * slice_seconds + 5
    (at,) = sent(pace_at(clock, rate, budget=booked_for(booked)), clock, 0)
    assert at >= booked - 0.001


def test_line_that_a_wrong_clock_booked_is_ignored() -> None:
    clock = Clock()
    budget = booked_for(SOON + 2 + LARGEST_SKEW + 0.001)
    assert sent(pace_at(clock, budget=budget), clock, 0) == [0]


class Process(NamedTuple):
    """A process that calls all the time, or rests after each call."""

    ahead: float
    rest: float = 0.0


PLAN, POLL = Process(IN_BULK), Process(SOON, rest=20.0)
SECONDS, LATENCY = 120.0, 0.05


def calls_of(*processes: Process) -> list[tuple[int, datetime]]:
    """The calls of processes that run at the same time for two minutes, in their order."""
    world, budget = Scheduler(Random(1)), MemoryBudget()  # noqa: S311  breaks ties
    calls: list[tuple[int, datetime]] = []

    def now() -> datetime:
        return NOON + timedelta(seconds=world.now)

    def work(number: int, process: Process) -> None:
        chance = Random(number).uniform  # noqa: S311  a test repeats its draws
        pace = Pace(budget, 8, process.ahead, now, world.pause, lambda _: True, chance)
        while world.now < SECONDS:
            pace.wait()
            calls.append((number, now()))
            world.pause(LATENCY + process.rest)

    for number, process in enumerate(processes):
        world.add(str(number), partial(work, number, process))
    world.run()
    return calls


def test_processes_of_several_runs_are_never_answered_429() -> None:
    rate = ClientRate(10, timedelta(seconds=1))
    calls = calls_of(*[PLAN] * 3, *[POLL] * 30)
    for _, at in calls:
        # Raises a refusal for a request over the limit.
        rate.count("client", at)
    assert len(calls) / SECONDS >= 0.95 * 8


def test_plan_is_not_kept_out_by_workers_that_go_first() -> None:
    calls = [number for number, _ in calls_of(*[Process(SOON)] * 2, PLAN)]
    assert calls.count(2) >= 60


def test_two_plans_get_about_the_same_share() -> None:
    calls = [number for number, _ in calls_of(PLAN, PLAN)]
    assert 0.4 <= calls.count(0) / len(calls) <= 0.6


def test_polls_wait_less_than_plans_at_the_same_time() -> None:
    calls = calls_of(*[PLAN] * 4, POLL)
    polls = [at for number, at in calls if number == 4]
    longest = max((after - before).total_seconds() for before, after in pairwise(polls))
    assert longest <= POLL.rest + LATENCY + IN_BULK + 1.0 + 1 / 8
