"""When Genesys is asked once more to create a rule: within bounds, whatever it says."""

from __future__ import annotations

import pytest
from genesys_purge.errors import (
    GenesysUnavailable,
    OutcomeUnknown,
    PermissionMissing,
    PurgeError,
    RateLimited,
)
from genesys_purge.purge_rules.waiting import LAST_START, MOST_CALLS, pause_after
from hypothesis import given
from hypothesis import strategies as st

UNKNOWN = OutcomeUnknown("not answered")
BUSY = GenesysUnavailable("not sent")
errors = st.one_of(
    st.just(UNKNOWN),
    st.just(PermissionMissing("403", permission="p")),
    st.builds(
        lambda seconds: RateLimited("429", retry_after=seconds),
        st.none() | st.floats(0, 3_600),
    ),
)


@given(st.lists(errors, min_size=1, max_size=6), st.floats(0, 200))
def test_a_pause_is_never_negative_and_never_ends_too_late(
    failures: list[PurgeError], elapsed: float
) -> None:
    pause = pause_after(failures, elapsed)
    assert pause is None or (pause >= 0 and elapsed + pause <= LAST_START + 1e-9)


@given(st.lists(errors, min_size=1, max_size=6), st.floats(0, 200))
def test_a_wish_of_genesyss_is_never_cut_short(failures: list[PurgeError], elapsed: float) -> None:
    pause, last = pause_after(failures, elapsed), failures[-1]
    if pause is not None and isinstance(last, RateLimited):
        assert pause >= (last.retry_after or 0)


@pytest.mark.parametrize(
    ("elapsed", "pause"), [(0, 30), (2, 30), (2.5, 29.5), (25, 7), (32, 0), (32.1, None)]
)
def test_after_an_unanswered_call_there_is_half_a_minute_or_what_is_left(
    elapsed: float, pause: float | None
) -> None:
    assert pause_after([UNKNOWN], elapsed) == pause
    assert pause_after([BUSY, UNKNOWN], elapsed) == pause


def test_a_second_unanswered_call_is_the_last() -> None:
    assert pause_after([UNKNOWN, UNKNOWN], 0) is None
    assert pause_after([UNKNOWN, BUSY, UNKNOWN], 0) is None


def test_a_busy_genesys_is_asked_four_times() -> None:
    pauses = [pause_after([BUSY] * calls, 0) for calls in range(1, MOST_CALLS + 1)]
    assert [pause is None for pause in pauses] == [False, False, False, True]
    assert all(0 <= (pause or 0) <= 2.0**calls for calls, pause in enumerate(pauses, start=1))


def test_an_open_circuit_is_waited_for() -> None:
    pause = pause_after([GenesysUnavailable("paused", retry_after=30)], 0.5)
    assert pause is not None
    assert 30 <= pause <= 31
