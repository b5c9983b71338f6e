"""Windows and date ranges: half-open, split without gaps, resolved against a reference time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from genesys_purge.methods.documented.windows import range_of
from genesys_purge.model.dates import DateRange, Window, instant_in
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from tests.clock import NOON

SECOND, MILLISECOND = timedelta(seconds=1), timedelta(milliseconds=1)
instants = st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))
spans = st.timedeltas(timedelta(microseconds=1), timedelta(days=3_660))


def refused(payload: dict[str, Any]) -> list[tuple[tuple[int | str, ...], str]]:
    with pytest.raises(ValidationError) as error:
        DateRange.parse(payload)
    return [(each["loc"], each["msg"]) for each in error.value.errors()]


@given(instants, spans, st.integers(1, 60))
def test_split_covers_the_window_without_gaps(start: datetime, span: timedelta, days: int) -> None:
    window = Window(start=start, end=start + span)
    parts = list(window.split(days))
    assert (parts[0].start, parts[-1].end) == (window.start, window.end)
    assert all(before.end == after.start for before, after in pairwise(parts))
    assert all(timedelta(0) < part.end - part.start <= timedelta(days=days) for part in parts)
    assert len(parts) == -(-span // timedelta(days=days))


@given(instants, spans, instants)
def test_split_contains_every_moment_exactly_once(
    start: datetime, span: timedelta, at: datetime
) -> None:
    window = Window(start=start, end=start + span)
    holders = [part for part in window.split(30) if part.contains(at)]
    assert len(holders) == window.contains(at)


def test_split_needs_a_second_part_for_one_second_over_thirty_days() -> None:
    month = Window(start=NOON, end=NOON + timedelta(days=30))
    longer = Window(start=NOON, end=month.end + SECOND)
    assert list(month.split(30)) == [month]
    assert list(longer.split(30)) == [month, Window(start=month.end, end=longer.end)]


def test_window_contains_its_start_but_not_its_end() -> None:
    window = Window(start=NOON, end=NOON + SECOND)
    assert window.contains(window.start)
    assert not window.contains(window.end)


@pytest.mark.parametrize(("offset", "overlaps"), [(0, False), (1, True)])
def test_adjacent_windows_do_not_overlap(offset: int, *, overlaps: bool) -> None:
    window = Window(start=NOON, end=NOON + timedelta(hours=1))
    later = Window(start=window.end - offset * SECOND, end=window.end + SECOND)
    assert window.overlaps(later) is later.overlaps(window) is overlaps


@pytest.mark.parametrize("length", [timedelta(0), -SECOND])
def test_empty_or_inverted_window_is_refused(length: timedelta) -> None:
    with pytest.raises(ValidationError, match="start must be before end"):
        Window(start=NOON, end=NOON + length)


@given(instants, st.integers(0, 3_660), st.integers(1, 3_660))
def test_relative_range_ends_that_many_days_before_the_reference(
    reference: datetime, older: int, lookback: int
) -> None:
    date_range = DateRange.parse({"olderThanDays": older, "lookbackDays": lookback})
    window = date_range.resolve(reference)
    assert date_range.is_relative
    assert timedelta(0) <= reference - window.end - timedelta(days=older) < MILLISECOND
    assert window.end - window.start == timedelta(days=lookback)


@given(instants, spans, instants)
def test_absolute_range_ignores_the_reference(
    start: datetime, span: timedelta, reference: datetime
) -> None:
    start = start.replace(microsecond=0)
    end = start + timedelta(seconds=span.total_seconds() // 1 + 1)
    date_range = DateRange(start=start, end=end)
    assert not date_range.is_relative
    assert date_range.resolve(reference) == Window(start=start, end=end)


def sent_as(window: Window) -> Window:
    """The window that Genesys reads in the text of a window."""
    return Window.parse(range_of(window))


@given(instants, st.timedeltas(2 * MILLISECOND, SECOND) | spans.filter(lambda s: s > SECOND))
def test_absolute_range_is_sent_as_its_whole_milliseconds(start: datetime, span: timedelta) -> None:
    window = DateRange(start=start, end=start + span).resolve(NOON)
    assert sent_as(window) == window
    assert timedelta(0) <= window.start - start < MILLISECOND
    assert timedelta(0) <= start + span - window.end < MILLISECOND


@given(instants, st.integers(0, 3_660), st.integers(1, 3_660))
def test_relative_range_is_sent_as_it_is_checked(
    reference: datetime, older: int, lookback: int
) -> None:
    window = DateRange(older_than_days=older, lookback_days=lookback).resolve(reference)
    assert sent_as(window) == window
    assert [sent_as(part) for part in window.split(30)] == list(window.split(30))


@given(instants, spans)
def test_widened_window_is_the_shortest_in_whole_milliseconds(
    start: datetime, span: timedelta
) -> None:
    window = Window(start=start, end=start + span)
    wide = window.widened()
    assert sent_as(wide) == wide
    assert timedelta(0) <= window.start - wide.start < MILLISECOND
    assert timedelta(0) <= wide.end - window.end < MILLISECOND


def test_window_up_to_the_last_moment_can_be_widened() -> None:
    last = datetime.max.replace(tzinfo=UTC)
    assert Window(start=NOON, end=last).widened().end == last


def test_part_of_a_millisecond_cannot_be_sent() -> None:
    with pytest.raises(ValueError, match="whole milliseconds"):
        range_of(Window(start=NOON, end=NOON + timedelta(microseconds=1_500)))


@pytest.mark.parametrize(
    ("reference", "end"),
    [
        (datetime(2024, 2, 29, 12, tzinfo=UTC), datetime(2023, 3, 1, 12, tzinfo=UTC)),
        (datetime(2025, 3, 1, 12, tzinfo=UTC), datetime(2024, 3, 1, 12, tzinfo=UTC)),
        (datetime(2024, 12, 31, 12, tzinfo=UTC), datetime(2024, 1, 1, 12, tzinfo=UTC)),
    ],
)
def test_relative_range_counts_leap_days(reference: datetime, end: datetime) -> None:
    date_range = DateRange(older_than_days=365, lookback_days=1)
    assert date_range.resolve(reference).end == end


def test_range_across_a_clock_change_is_converted_to_utc() -> None:
    date_range = DateRange.parse(
        {"start": "2024-03-30T02:30:00+01:00", "end": "2024-03-31T03:30:00+02:00"}
    )
    window = date_range.resolve(NOON)
    assert window.end - window.start == timedelta(days=1)
    assert window.start == datetime(2024, 3, 30, 1, 30, tzinfo=UTC)
    assert window.start.tzinfo is UTC


ONE_FORM = "give start and end, or olderThanDays and lookbackDays"
START, END = "2024-01-01T00:00:00Z", "2024-02-01T00:00:00Z"


@pytest.mark.parametrize(
    "payload",
    [
        {},
        {"start": START},
        {"end": END},
        {"olderThanDays": 1},
        {"lookbackDays": 1},
        {"start": START, "lookbackDays": 1},
        {"end": END, "olderThanDays": 1},
        {"start": START, "end": END, "lookbackDays": 1},
        {"start": START, "end": END, "olderThanDays": 0},
        {"start": START, "olderThanDays": 1, "lookbackDays": 1},
        {"start": START, "end": END, "olderThanDays": 1, "lookbackDays": 1},
    ],
)
def test_range_with_mixed_or_incomplete_forms_is_refused(payload: dict[str, Any]) -> None:
    assert refused(payload) == [((), f"Value error, {ONE_FORM}")]


@pytest.mark.parametrize("end", [START, "2023-12-31T23:59:59Z", "2024-01-01T01:00:00+02:00"])
def test_empty_or_inverted_range_is_refused(end: str) -> None:
    assert refused({"start": START, "end": end}) == [((), "Value error, start must be before end")]


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("2024-01-01T00:00:00.000100Z", "2024-01-01T00:00:00.000400Z"),
        ("2024-01-01T00:00:00.000300Z", "2024-01-01T00:00:00.001800Z"),
        ("2024-01-01T00:00:00.000001Z", "2024-01-01T00:00:00.001000Z"),
        ("9999-12-31T23:59:59.999000Z", "9999-12-31T23:59:59.999999Z"),
    ],
)
def test_range_without_a_whole_millisecond_is_refused(start: str, end: str) -> None:
    message = "Value error, must contain a whole millisecond, the shortest time at Genesys"
    assert refused({"start": start, "end": end}) == [((), message)]


@pytest.mark.parametrize("fraction", [".0000009", ",0000009"])
def test_time_of_a_range_has_at_most_six_digits_after_seconds(fraction: str) -> None:
    errors = refused({"start": f"2024-01-01T00:00:00{fraction}Z", "end": END})
    assert errors == [(("start",), "Value error, may have at most 6 digits after the seconds")]


@pytest.mark.parametrize(
    "start",
    [
        "2024-01-01T00:00:00",
        "2024-01-01",
        "20200101",
        "1704067200",
        1_704_067_200,
        1.5,
        True,
        "",
        "yesterday",
        "2024-02-30T00:00:00Z",
        "2024-01-01T25:00:00Z",
        "2024-01-01T23:59:60Z",
        "2024-06-30T12:00:60Z",
        "2016-12-31T23:59:60+01:00",
        "2016-12-31T23:59:61Z",
        "9999-12-31T23:59:60Z",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
        ["2024-01-01T00:00:00Z"],
    ],
)
def test_range_refuses_a_time_that_is_not_rfc_3339_with_an_offset(start: object) -> None:
    (path, message), *more = refused({"start": start, "end": END})
    assert (path, more) == (("start",), [])
    assert message


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("olderThanDays", -1),
        ("olderThanDays", 36_501),
        ("olderThanDays", "30"),
        ("olderThanDays", 30.0),
        ("olderThanDays", True),
        ("lookbackDays", 0),
        ("lookbackDays", 36_501),
        ("lookbackDays", "1"),
    ],
)
def test_range_refuses_days_that_are_not_whole_numbers_in_bounds(field: str, value: object) -> None:
    errors = refused({"olderThanDays": 30, "lookbackDays": 30} | {field: value})
    assert [path for path, _ in errors] == [(field,)]


def test_range_that_starts_before_the_year_1_raises_overflow_error() -> None:
    date_range = DateRange(older_than_days=400, lookback_days=1)
    with pytest.raises(OverflowError):
        date_range.resolve(datetime(1, 1, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    ("text", "before"),
    [
        ("2016-12-31T23:59:60Z", datetime(2016, 12, 31, 23, 59, 59, tzinfo=UTC)),
        ("2015-06-30T23:59:60.5Z", datetime(2015, 6, 30, 23, 59, 59, 500_000, tzinfo=UTC)),
        ("2016-12-31T15:59:60-08:00", datetime(2016, 12, 31, 23, 59, 59, tzinfo=UTC)),
        ("2017-01-01T05:29:60+05:30", datetime(2016, 12, 31, 23, 59, 59, tzinfo=UTC)),
    ],
)
def test_leap_second_is_read_as_the_second_before(text: str, before: datetime) -> None:
    assert Window.parse({"start": text, "end": "2020-01-01T00:00:00Z"}).start == before
    assert instant_in(text) == before
