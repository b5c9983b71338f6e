"""The progress of a campaign's export: the next window and its interval."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from genesys_purge.campaign_rules.exporting.campaign_export import (
    LONGEST,
    CampaignExport,
    to_the_millisecond,
)
from genesys_purge.model.dates import Window
from hypothesis import given
from hypothesis import strategies as st

from tests.clock import NOON

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
NEVER = CampaignExport(campaign_id="c")
moments = st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)).map(
    lambda at: at.replace(tzinfo=NOON.tzinfo)
)


def exported(to: datetime) -> CampaignExport:
    return CampaignExport(campaign_id="c", version=2, exported_to=to)


def begun(export: CampaignExport, now: datetime = NOON) -> CampaignExport:
    window = export.next_window(now, MINUTE)
    assert window is not None
    return export.intended(window, now)


def test_first_window_covers_a_day_that_has_settled() -> None:
    assert NEVER.next_window(NOON, MINUTE) == Window(start=NOON - DAY, end=NOON - MINUTE)


def test_window_begins_where_the_last_one_ended() -> None:
    first = begun(NEVER).completed()
    assert first.next_window(NOON + DAY, MINUTE) == Window(
        start=NOON - MINUTE, end=NOON + DAY - MINUTE
    )


def test_no_window_opens_before_anything_settled() -> None:
    for seconds in (0, 59.999, 60):
        assert exported(NOON).next_window(NOON + timedelta(seconds=seconds), MINUTE) is None


def test_clock_that_went_back_opens_no_window() -> None:
    assert exported(NOON).next_window(NOON - DAY, MINUTE) is None


def test_window_ends_at_a_full_millisecond() -> None:
    window = NEVER.next_window(NOON + timedelta(microseconds=1_999), timedelta())
    assert window is not None
    assert window.end == NOON + timedelta(milliseconds=1)


def test_failed_window_stays_the_next_one() -> None:
    failed = begun(NEVER).failed()
    assert failed.next_window(NOON + DAY, MINUTE) == Window(start=NOON - DAY, end=NOON - MINUTE)
    assert not failed.attempt.is_open


def test_long_time_is_split_into_windows() -> None:
    export, windows = exported(NOON - 70 * DAY), list[Window]()
    while window := export.next_window(NOON, MINUTE):
        windows.append(window)
        export = export.intended(window, NOON).completed()
    assert [each.end - each.start for each in windows] == [LONGEST, LONGEST, 10 * DAY - MINUTE]
    assert export.exported_to == NOON - MINUTE


def test_every_change_is_the_next_version() -> None:
    steps = [NEVER, begun(NEVER), begun(NEVER).failed(), begun(NEVER).completed()]
    assert [each.version for each in steps] == [0, 1, 2, 2]


def test_window_must_begin_before_it_is_used() -> None:
    for ask in (NEVER.completed, lambda: NEVER.interval(NOON), lambda: NEVER.holds(NOON)):
        with pytest.raises(ValueError, match="no export of c has begun"):
            ask()


def test_first_interval_is_the_documented_one() -> None:
    assert begun(NEVER).interval(NOON) == "24h"


def test_later_interval_is_longer_than_the_window_by_a_margin() -> None:
    intervals = {
        49 * MINUTE: "1h",
        50 * MINUTE: "1h",
        51 * MINUTE: "2h",
        DAY: "25h",
        LONGEST - 10 * MINUTE: "720h",
    }
    for ago, interval in intervals.items():
        assert begun(exported(NOON - ago)).interval(NOON) == interval


def test_window_older_than_a_month_has_an_absolute_interval() -> None:
    export = begun(exported(NOON - LONGEST))
    assert export.interval(NOON) == "2026-10-22T12:00:00Z/2026-11-21T11:59:00Z"


def test_window_is_half_open() -> None:
    export = begun(exported(NOON - HOUR))
    assert [export.holds(NOON - HOUR), export.holds(NOON - MINUTE)] == [True, False]
    assert not export.holds(NOON - HOUR - timedelta(microseconds=1))


def test_first_window_has_no_lower_bound() -> None:
    assert begun(NEVER).holds(NOON - 2 * DAY)
    assert not begun(NEVER).holds(NOON - MINUTE)


@given(st.lists(st.timedeltas(timedelta(), 90 * DAY), max_size=8), moments)
def test_windows_have_no_gap_and_no_overlap(pauses: list[timedelta], start: datetime) -> None:
    now, export, windows = start, NEVER, list[Window]()
    for pause in pauses:
        now += pause
        while window := export.next_window(now, MINUTE):
            windows.append(window)
            export = export.intended(window, now).completed()
    assert all(a.end == b.start for a, b in pairwise(windows))
    assert all(each.end <= now - MINUTE for each in windows)


@given(moments, st.timedeltas(MINUTE, 100 * DAY))
def test_interval_covers_the_window(now: datetime, ago: timedelta) -> None:
    export = begun(exported(to_the_millisecond(now - ago - MINUTE)), now)
    interval = export.interval(now)
    if "/" in interval:
        start, end = map(datetime.fromisoformat, interval.split("/"))
        assert end >= export.begun.end
    else:
        start = now - timedelta(hours=int(interval.removesuffix("h")))
    assert start <= export.begun.start
