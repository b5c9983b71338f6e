"""The pace: evenly spaced calls, across threads, without a burst after a rest."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import pytest
from genesys_purge.calling.pace import Pace
from hypothesis import given
from hypothesis import strategies as st


class Time:
    """Moves only while somebody sleeps."""

    def __init__(self) -> None:
        self.now = 100.0
        self.slept: list[float] = []

    def clock(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


def test_calls_keep_their_distance() -> None:
    time = Time()
    pace = Pace(10, time.clock, time.sleep)
    for _ in range(4):
        pace.wait()
    assert time.slept == pytest.approx([0.1, 0.1, 0.1])


def test_a_rest_is_not_saved_up_for_a_burst() -> None:
    time = Time()
    pace = Pace(10, time.clock, time.sleep)
    pace.wait()
    time.now += 60
    pace.wait()
    pace.wait()
    assert time.slept == pytest.approx([0.1])


@given(st.lists(st.floats(0, 1), max_size=30), st.floats(0.5, 100))
def test_in_no_second_there_are_more_calls_than_allowed(rests: list[float], rate: float) -> None:
    time = Time()
    pace = Pace(rate, time.clock, time.sleep)
    sent = []
    for rest in rests:
        time.now += rest
        pace.wait()
        sent.append(time.now)
    gaps = [after - before for before, after in pairwise(sent)]
    assert all(gap >= 1 / rate - 1e-6 for gap in gaps)


def test_threads_are_given_different_times() -> None:
    slept: list[float] = []
    pace = Pace(10, clock=lambda: 100.0, sleep=slept.append)
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda _: pace.wait(), range(16)))
    assert sorted(slept) == pytest.approx([n / 10 for n in range(1, 16)])
