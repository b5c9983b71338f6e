"""Whole UTC days: those between two moments, and a window without some of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from genesys_purge.model.dates import LAST_MOMENT, Window
from genesys_purge.model.days import days_between, days_of, in_words, joined, without

DAY, MOMENT = timedelta(days=1), timedelta(microseconds=1)
FIRST = datetime(2026, 5, 1, tzinfo=UTC)


def day(number: int, days: int = 1) -> Window:
    return Window(start=FIRST + number * DAY, end=FIRST + (number + days) * DAY)


@pytest.mark.parametrize(
    ("first", "last", "days"),
    [
        (FIRST, FIRST, day(0)),
        (FIRST, FIRST + DAY - MOMENT, day(0)),
        (FIRST, FIRST + DAY, day(0, 2)),
        (FIRST - MOMENT, FIRST, day(-1, 2)),
        (FIRST + DAY / 2, FIRST + 3 * DAY, day(0, 4)),
    ],
)
def test_days_reach_from_the_first_to_the_last_moment(
    first: datetime, last: datetime, days: Window
) -> None:
    assert days_between(first, last) == days


def test_last_day_of_the_calendar_ends_with_it() -> None:
    assert days_between(LAST_MOMENT, LAST_MOMENT).end == LAST_MOMENT


def test_window_that_ends_at_midnight_does_not_touch_the_next_day() -> None:
    assert days_of(Window(start=FIRST + DAY / 2, end=FIRST + DAY)) == day(0)
    assert days_of(Window(start=FIRST, end=FIRST + DAY + MOMENT)) == day(0, 2)


def test_adjacent_and_overlapping_windows_are_joined() -> None:
    assert joined([day(5), day(0), day(1, 2), day(2)]) == (day(0, 3), day(5))
    assert joined([]) == ()


def test_window_is_cut_into_the_parts_outside_and_inside() -> None:
    half = Window(start=FIRST + DAY / 2, end=FIRST + 4.5 * DAY)
    outside, inside = without(half, [day(0), day(2), day(4, 3), day(9)])
    assert outside == [day(1), day(3)]
    assert inside == [
        Window(start=half.start, end=FIRST + DAY),
        day(2),
        Window(start=FIRST + 4 * DAY, end=half.end),
    ]
    assert without(half, [day(-2, 2), day(5)]) == ([half], [])
    assert without(day(0, 3), [day(-5), day(0), day(2)]) == ([day(1)], [day(0), day(2)])


def test_days_are_written_by_date() -> None:
    assert in_words([day(0), day(2, 2)]) == "2026-05-01, 2026-05-03 to 2026-05-04"
