"""Schedules: local times and clock changes, rates, and what is refused."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

import pytest
from genesys_purge.policies.schedule import parsed
from hypothesis import given
from hypothesis import strategies as st

BERLIN = ZoneInfo("Europe/Berlin")
START = datetime(2027, 1, 1, tzinfo=UTC)
A_YEAR = timedelta(days=365)


def runs(expression: str, after: str, zone: ZoneInfo = BERLIN, most: int = 3) -> list[str]:
    """The first runs after a time, in UTC."""
    start = datetime.fromisoformat(after)
    found = parsed(expression, zone, START).runs(start, start + A_YEAR)
    return [f"{at:%m-%d %H:%M}" for at in islice(found, most)]


def test_cron_keeps_its_local_time_over_a_clock_change() -> None:
    found = runs("cron(0 4 * * ? *)", "2027-03-26T12:00:00+00:00")
    assert found == ["03-27 03:00", "03-28 02:00", "03-29 02:00"]


def test_time_that_does_not_exist_is_skipped() -> None:
    schedule = parsed("cron(30 2 * * ? *)", BERLIN, None)
    found = runs("cron(30 2 * * ? *)", "2027-03-26T12:00:00+00:00")
    assert found == ["03-27 01:30", "03-29 00:30", "03-30 00:30"]
    assert [str(at) for at in schedule.missing(START, START + A_YEAR)] == ["2027-03-28 02:30:00"]


def test_time_that_exists_twice_runs_once_at_the_first() -> None:
    schedule = parsed("cron(30 2 * * ? *)", BERLIN, None)
    found = runs("cron(30 2 * * ? *)", "2027-10-30T12:00:00+00:00")
    assert found == ["10-31 00:30", "11-01 01:30", "11-02 01:30"]
    assert [str(at) for at in schedule.repeated(START, START + A_YEAR)] == ["2027-10-31 02:30:00"]


def test_midnight_that_does_not_exist_is_skipped() -> None:
    found = runs("cron(0 0 * * ? *)", "2027-04-28T12:00:00+00:00", ZoneInfo("Africa/Cairo"))
    assert found == ["04-28 22:00", "04-30 21:00", "05-01 21:00"]


def test_rate_counts_from_its_start_whatever_the_clocks_do() -> None:
    assert runs("rate(1 day)", "2027-03-27T12:00:00+00:00") == [
        "03-28 00:00",
        "03-29 00:00",
        "03-30 00:00",
    ]


def test_rate_has_no_run_before_its_start() -> None:
    assert runs("rate(7 days)", "2026-12-01T12:00:00+00:00", most=2) == [
        "01-01 00:00",
        "01-08 00:00",
    ]


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("0 3 * * ? *", "must be cron(...) with six fields, or rate(...), such as rate(7 days)"),
        ("at(2027-01-01T00:00:00)", "must be cron(...)"),
        ("rate(1 days)", "must have the unit day"),
        ("rate(2 day)", "must have the unit days"),
        ("rate(59 minutes)", "must leave at least an hour between two runs"),
        ("rate(0 days)", "must be cron(...)"),
        ("cron(0,30 3 * * ? *)", "must leave at least an hour between two runs: give one minute"),
        ("cron(0 25 * * ? *)", "hours: '25' is not from 0 to 23"),
    ],
)
def test_wrong_expression_is_refused(expression: str, message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        parsed(expression, BERLIN, START)


def test_rate_without_a_start_is_refused() -> None:
    with pytest.raises(ValueError, match="needs a start"):
        parsed("rate(1 day)", BERLIN, None)


ZONES = st.sampled_from(["Europe/Berlin", "Australia/Lord_Howe", "America/Santiago", "UTC"])


@given(ZONES, st.integers(0, 59), st.integers(0, 23), st.integers(0, 365 * 24))
def test_each_local_day_has_one_run_or_a_missing_time(
    zone: str, minute: int, hour: int, hours: int
) -> None:
    schedule = parsed(f"cron({minute} {hour} * * ? *)", ZoneInfo(zone), None)
    start = START + timedelta(hours=hours)
    found = [at.astimezone(ZoneInfo(zone)) for at in schedule.runs(start, start + timedelta(40))]
    assert found == sorted(found)
    assert {(at.hour, at.minute) for at in found} == {(hour, minute)}
    missing = list(schedule.missing(start, start + timedelta(40)))
    assert len({at.date() for at in found}) + len(missing) in (40, 41)
    assert len({at.date() for at in found}) == len(found)


@given(st.integers(1, 400), st.integers(0, 400 * 24 * 3600))
def test_each_delivery_within_an_interval_of_a_rate_is_for_its_run(days: int, late: int) -> None:
    schedule = parsed(f"rate({days} {'day' if days == 1 else 'days'})", BERLIN, START)
    moment = START + timedelta(seconds=late)
    nominal = schedule.nominal(moment)
    assert nominal is not None
    assert nominal <= moment < nominal + timedelta(days=days)
    assert (nominal - START) % timedelta(days=days) == timedelta(0)


def test_delivery_for_another_time_than_that_of_the_cron_is_for_no_run() -> None:
    schedule = parsed("cron(0 3 * * ? *)", BERLIN, None)
    at = datetime(2027, 1, 5, 2, 0, tzinfo=UTC)
    assert schedule.nominal(at + timedelta(seconds=40)) == at
    assert schedule.nominal(at + timedelta(minutes=1)) is None
    assert parsed("rate(1 day)", BERLIN, START).nominal(START - timedelta(minutes=1)) is None
