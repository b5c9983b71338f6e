"""Cron expressions: what fires, and what is refused."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest
from genesys_purge.policies.cron import parsed
from hypothesis import given
from hypothesis import strategies as st

START = datetime(2027, 2, 1)
DAY = timedelta(days=1)


def days(text: str, month: int = 5, year: int = 2027) -> list[int]:
    """The days of May 2027, which begins on a Saturday, on which an expression fires."""
    start = datetime(year, month, 1)
    found = parsed(text).times(start, start + 31 * DAY)
    return [at.day for at in found if at.month == month]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0 3 * * ? *", list(range(1, 32))),
        ("0 3 1,15 * ? *", [1, 15]),
        ("0 3 1-7/3 * ? *", [1, 4, 7]),
        ("0 3 20/5 * ? *", [20, 25, 30]),
        ("0 3 L * ? *", [31]),
        ("0 3 LW * ? *", [31]),
        ("0 3 1W * ? *", [3]),
        ("0 3 15W * ? *", [14]),
        ("0 3 16W * ? *", [17]),
        ("0 3 ? * MON-FRI *", [d for d in range(1, 32) if d % 7 not in (1, 2)]),
        ("0 3 ? * 1 *", [2, 9, 16, 23, 30]),
        ("0 3 ? * L *", [1, 8, 15, 22, 29]),
        ("0 3 ? * FRIL *", [28]),
        ("0 3 ? * 2#1 *", [3]),
        ("0 3 ? * sun#5 *", [30]),
        ("0 3 ? * TUE#5 *", []),
        ("0 3 * jun ? *", []),
        ("0 3 * * ? 2028", []),
        ("0 3 31 4 ? *", []),
    ],
)
def test_expression_fires_on_the_days_that_aws_documents(text: str, expected: list[int]) -> None:
    assert days(text) == expected


def test_last_day_on_a_weekend_moves_back_to_friday() -> None:
    # The last day of February 2027 is a Sunday, that of July a Saturday.
    assert (days("0 3 LW * ? *", 2), days("0 3 LW * ? *", 7)) == ([26], [30])


def test_leap_day_fires_in_leap_years_only() -> None:
    found = parsed("0 3 29 2 ? *").times(START, START + 2_000 * DAY)
    assert [at.year for at in found] == [2028, 2032]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("0 3 * * ?", "must have six fields"),
        ("0 3 * * * *", "must have ? in the day of month or in the day of week"),
        ("0 3 ? * ? *", "must have ? in the day of month or in the day of week"),
        ("60 3 * * ? *", "minutes: '60' is not from 0 to 59"),
        ("0 24 * * ? *", "hours: '24' is not from 0 to 23"),
        ("0 3 32 * ? *", "day of month: '32' is not from 1 to 31"),
        ("0 3 0W * ? *", "day of month: '0' is not from 1 to 31"),
        ("0 3 1,15W * ? *", "day of month: '15W' is not from 1 to 31"),
        ("0 3 L-3 * ? *", "day of month: 'L' is not from 1 to 31"),
        ("0 3 * 13 ? *", "month: '13' is not from 1 to 12"),
        ("0 3 ? * 8 *", "day of week: '8' is not from 1 to 7"),
        ("0 3 ? * FRI-MON *", "day of week: the range 'FRI-MON' goes backwards"),
        ("0 3 ? * 2/2 *", "day of week: may not have a step"),
        ("0 3 ? * 2#6 *", "day of week: '2#6' is not a number, a range or *"),
        ("0 3 * * ? 1969", "year: '1969' is not from 1970 to 2199"),
        ("0 */0 * * ? *", "hours: the step in '*/0' must be from 1 to 23"),
        ("0 3,, * * ? *", "hours: '' is not a number, a range or *"),
    ],
)
def test_wrong_expression_is_refused_with_its_field(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        parsed(text)


def values(least: int, most: int) -> st.SearchStrategy[set[int]]:
    return st.sets(st.integers(least, most), min_size=1, max_size=4)


@given(values(0, 59), values(0, 23), values(1, 31), values(1, 12), st.integers(0, 40_000))
def test_times_are_those_whose_every_field_matches(
    minutes: set[int], hours: set[int], monthdays: set[int], months: set[int], offset: int
) -> None:
    fields = [",".join(map(str, each)) for each in (minutes, hours, monthdays, months)]
    start = START + timedelta(minutes=offset)
    end = start + 3 * DAY
    expected = [
        at
        for at in (start + timedelta(minutes=each) for each in range(3 * 24 * 60))
        if at.minute in minutes and at.hour in hours and at.day in monthdays and at.month in months
    ]
    assert list(parsed(f"{' '.join(fields)} ? *").times(start, end)) == expected


@given(st.integers(1, 31), st.integers(1, 12), st.integers(2026, 2099))
def test_nearest_weekday_is_at_most_two_days_away(day: int, month: int, year: int) -> None:
    for found in days(f"0 3 {day}W * ? *", month, year):
        assert datetime(year, month, found).weekday() < 5
        assert abs(found - day) <= 2
