"""Waiting: the pauses between the calls that create a rule."""

from __future__ import annotations

import pytest
from genesys_purge.calling.backoff import Backoff
from genesys_purge.errors import (
    GenesysUnavailable,
    OutcomeUnknown,
    PermissionMissing,
    PurgeError,
    RateLimited,
)
from genesys_purge.purge_rules.waiting import FIRST_WAIT, LAST_START, Waiting
from hypothesis import given
from hypothesis import strategies as st

UNKNOWN = OutcomeUnknown("not answered")
BUSY = GenesysUnavailable("not sent")
LONGEST = Waiting(Backoff(FIRST_WAIT, LAST_START, uniform=max))
errors = st.one_of(
    st.just(UNKNOWN),
    st.just(PermissionMissing("403", permission="p")),
    st.builds(
        lambda seconds: RateLimited("429", retry_after=seconds),
        st.none() | st.floats(0, 3_600),
    ),
)


@given(st.lists(errors, min_size=1, max_size=6), st.floats(0, 200))
def test_pause_ends_by_the_last_start_and_honours_retry_after(
    failures: list[PurgeError], elapsed: float
) -> None:
    pause, last = Waiting().pause(failures, elapsed), failures[-1]
    if pause is None:
        return
    assert pause >= 0
    assert elapsed + pause <= LAST_START + 1e-9
    if isinstance(last, RateLimited):
        assert pause >= (last.retry_after or 0)


@pytest.mark.parametrize(
    ("elapsed", "pause"), [(0, 30), (2, 30), (2.1, None), (25, None), (32, None)]
)
def test_unanswered_call_is_repeated_after_30_seconds_or_not_at_all(
    elapsed: float, pause: float | None
) -> None:
    assert LONGEST.pause([UNKNOWN], elapsed) == pause
    assert LONGEST.pause([BUSY, UNKNOWN], elapsed) == pause


def test_second_unanswered_call_is_the_last_one() -> None:
    assert LONGEST.pause([UNKNOWN, UNKNOWN], 0) is None
    assert LONGEST.pause([UNKNOWN, BUSY, UNKNOWN], 0) is None


def test_pause_doubles_until_the_fourth_failure() -> None:
    assert [LONGEST.pause([BUSY] * calls, 0) for calls in range(1, 5)] == [2, 4, 8, None]


def test_pause_after_an_open_circuit_is_its_retry_after_and_jitter() -> None:
    paused = GenesysUnavailable("paused", retry_after=30)
    assert LONGEST.pause([paused], 0) == 32
    assert LONGEST.pause([paused], 0.5) == 31.5
    assert LONGEST.pause([paused], 2.5) is None
