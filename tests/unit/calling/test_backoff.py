"""The backoff: full jitter under a growing ceiling, never before Genesys allows it."""

from __future__ import annotations

import pytest
from genesys_purge.calling.backoff import Backoff
from hypothesis import given
from hypothesis import strategies as st

LONGEST_DRAW, SHORTEST_DRAW = Backoff(2, 60, uniform=max), Backoff(2, 60, uniform=min)


def test_the_ceiling_doubles_from_the_first_up_to_the_longest() -> None:
    assert [LONGEST_DRAW.wait(failures) for failures in range(1, 8)] == [2, 4, 8, 16, 32, 60, 60]


def test_full_jitter_reaches_down_to_no_wait_at_all() -> None:
    assert SHORTEST_DRAW.wait(7) == 0


@pytest.mark.parametrize(("retry_after", "longest"), [(1, 8), (6, 8), (7, 9), (100, 102)])
def test_a_retry_after_is_the_least_wait(retry_after: float, longest: float) -> None:
    assert SHORTEST_DRAW.wait(3, retry_after) == retry_after
    assert LONGEST_DRAW.wait(3, retry_after) == longest


@given(st.integers(-5, 10**9), st.none() | st.floats(0, 10**6))
def test_a_wait_stays_in_bounds_for_any_count(failures: int, retry_after: float | None) -> None:
    least = retry_after or 0
    assert least <= Backoff(2, 60).wait(failures, retry_after) <= max(60, least + 2)
