"""The schedules of purge rules: recurrences, time zones and clock changes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.documented.purge_rules.rule_schedule import MONDAY, Recurrence, Schedule

ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Pacific/Apia")
MOMENTS = st.datetimes(datetime(2000, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC))
TIMES = st.times().map(lambda each: each.strftime("%H:%M:%S"))


def schedule(recurrence: Recurrence, at: str, zone: str = "UTC") -> Schedule:
    return Schedule(recurrence=recurrence, timeOfDay=at, timezone=zone)  # type: ignore[call-arg]  # the names are aliases


@pytest.mark.parametrize(
    ("recurrence", "expected"),
    [
        (Recurrence.DAILY, "2026-03-05T02:00:00+00:00"),
        (Recurrence.WEEKLY, "2026-03-09T02:00:00+00:00"),
        (Recurrence.MONTHLY, "2026-04-01T02:00:00+00:00"),
    ],
)
def test_next_execution_is_on_the_next_recurring_day(recurrence: Recurrence, expected: str) -> None:
    wednesday = datetime(2026, 3, 4, 2, tzinfo=UTC)
    assert schedule(recurrence, "02:00:00").after(wednesday).isoformat() == expected


def test_next_execution_is_today_before_the_time_of_day() -> None:
    two = datetime(2026, 3, 4, 2, tzinfo=UTC)
    assert schedule(Recurrence.DAILY, "02:00:00").after(two - timedelta.resolution) == two


def test_time_and_day_are_those_of_the_time_zone() -> None:
    monthly = schedule(Recurrence.MONTHLY, "05:00:00", "Asia/Kathmandu")
    expected = datetime(2026, 3, 31, 23, 15, tzinfo=UTC)
    assert monthly.after(datetime(2026, 3, 4, tzinfo=UTC)) == expected


def test_skipped_time_runs_an_hour_later_by_the_clock() -> None:
    daily = schedule(Recurrence.DAILY, "02:30:00", "Europe/Berlin")
    found = daily.after(datetime(2026, 3, 28, 12, tzinfo=UTC))
    assert found.astimezone(ZoneInfo("Europe/Berlin")).isoformat() == "2026-03-29T03:30:00+02:00"


def test_time_skipped_at_midnight_runs_on_the_next_day() -> None:
    daily = schedule(Recurrence.DAILY, "23:45:00", "America/Toronto")
    past_midnight = datetime(1919, 3, 31, 4, 35, tzinfo=UTC)
    assert daily.after(past_midnight) == past_midnight + timedelta(minutes=10)


def test_repeated_time_runs_once() -> None:
    daily = schedule(Recurrence.DAILY, "02:30:00", "Europe/Berlin")
    first = daily.after(datetime(2026, 10, 24, 12, tzinfo=UTC))
    assert first == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert daily.after(first) == datetime(2026, 10, 26, 1, 30, tzinfo=UTC)


@given(MOMENTS, TIMES, st.sampled_from(Recurrence), st.sampled_from(ZONES))
def test_next_execution_is_within_one_period(
    moment: datetime, at: str, recurrence: Recurrence, zone: str
) -> None:
    longest = {Recurrence.DAILY: 2, Recurrence.WEEKLY: 8, Recurrence.MONTHLY: 32}
    found = schedule(recurrence, at, zone).after(moment)
    assert moment < found <= moment + timedelta(days=longest[recurrence])
    day = found.astimezone(ZoneInfo(zone))
    if zone == "UTC":
        assert day.strftime("%H:%M:%S") == at
        assert recurrence is not Recurrence.WEEKLY or day.weekday() == MONDAY
        assert recurrence is not Recurrence.MONTHLY or day.day == 1
