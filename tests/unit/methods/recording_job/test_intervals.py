"""Intervals: no interval contains a conversation outside the plan."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from genesys_purge.methods.contract import Planned, Skipped
from genesys_purge.methods.recording_job.intervals import Span, intervals
from genesys_purge.model.batch import Entry
from genesys_purge.model.dates import Window
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.methods.scene import planned_in, skipped_in

FIRST = datetime(2019, 1, 1, tzinfo=UTC)
WINDOW = Window(start=FIRST, end=FIRST + timedelta(days=400))
MINUTE, HOUR, DAY = 60, 3_600, 86_400


def at(seconds: float) -> datetime:
    return FIRST + timedelta(seconds=seconds)


def entry(name: object, start: float, lasts: float = MINUTE) -> Entry:
    """An entry that began so many seconds after the first midnight."""
    return Entry(str(name), at(start + lasts), None, at(start))


def cut(
    *entries: Entry, closed: Iterable[Span] = (), size: int = 100, window: Window = WINDOW
) -> tuple[list[Planned], dict[str, int]]:
    found: list[Planned | Skipped] = list(intervals(window, entries, closed, size))
    return planned_in(found), skipped_in(found)


def named(batches: Iterable[Planned]) -> list[list[str]]:
    return [[each.conversation_id for each in batch.entries] for batch in batches]


def test_interval_spans_the_first_start_to_after_the_last_end() -> None:
    (batch,), skipped = cut(entry("b", 3 * DAY + 0.5), entry("a", HOUR + 0.25, 90.5))
    assert batch.interval == Window(start=at(HOUR), end=at(3 * DAY + MINUTE + 1))
    assert (batch.targeted, named([batch]), skipped) == (2, [["a", "b"]], {})


def test_closed_day_is_in_no_interval_and_its_entries_are_skipped() -> None:
    closed = [Span(at(DAY + HOUR), at(DAY + 2 * HOUR))]
    ordinary = [entry(day, day * DAY + 20 * HOUR) for day in range(3)]
    batches, skipped = cut(*ordinary, closed=closed)
    assert (named(batches), skipped) == ([["0"], ["2"]], {"day_closed": 1})


def test_skipped_entry_closes_its_other_days() -> None:
    closed = [Span(at(HOUR), at(2 * HOUR))]
    chain = [entry("a", 20 * HOUR, DAY), entry("b", DAY + 22 * HOUR, DAY)]
    batches, skipped = cut(
        *chain, entry("c", 2 * DAY + 23 * HOUR), entry("d", 3 * DAY), closed=closed
    )
    assert (named(batches), skipped) == ([], {"day_closed": 4})
    assert named(cut(entry("e", 3 * DAY + 1), *chain, closed=closed)[0]) == [["e"]]


def test_midnight_belongs_to_both_of_its_days() -> None:
    days = [entry(day, day * DAY + HOUR) for day in range(4)]
    batches, _ = cut(*days, closed=[Span(at(2 * DAY), at(2 * DAY))])
    assert named(batches) == [["0"], ["3"]]


def test_span_without_an_end_closes_all_following_days() -> None:
    days = [entry(day, day * DAY) for day in (0.5, 1.5, 300)]
    batches, skipped = cut(*days, closed=[Span(at(DAY + HOUR), None)])
    assert (named(batches), skipped) == ([["0.5"]], {"day_closed": 2})


@pytest.mark.parametrize(
    "span", [Span(at(-9 * DAY), at(-1)), Span(at(401 * DAY), None), Span(at(400 * DAY + 1), None)]
)
def test_span_outside_the_window_closes_nothing(span: Span) -> None:
    assert named(cut(entry("a", 0), entry("b", 399 * DAY), closed=[span])[0]) == [["a"], ["b"]]


def test_overlapping_entries_stay_in_one_batch() -> None:
    cluster = [entry("a", 0, HOUR), entry("b", HOUR), entry("c", HOUR + MINUTE + 1)]
    apart = entry("d", HOUR + 2 * MINUTE + 4)
    assert named(cut(*cluster, apart, size=3)[0]) == [["a", "b", "c"], ["d"]]


def test_too_many_overlapping_entries_are_skipped() -> None:
    cluster = [entry(f"k{each}", 2 * HOUR, HOUR) for each in range(3)]
    batches, skipped = cut(entry("a", 0), *cluster, entry("b", 4 * HOUR), size=2)
    assert (named(batches), skipped) == ([["a"], ["b"]], {"inseparable": 3})


def test_entry_longer_than_an_interval_is_skipped() -> None:
    batches, skipped = cut(entry("a", 0, 181 * DAY), entry("b", 200 * DAY))
    assert (named(batches), skipped) == ([["b"]], {"inseparable": 1})


def test_interval_spans_at_most_180_days() -> None:
    edge = 180 * DAY - MINUTE - 1
    assert len(cut(entry("a", 0), entry("b", edge))[0]) == 1
    assert len(cut(entry("a", 0), entry("b", edge + 1))[0]) == 2


def test_entry_without_a_start_is_an_error() -> None:
    with pytest.raises(ValueError, match="has a start"):
        cut(Entry("a", at(DAY), None))


spans = st.tuples(st.integers(0, 395 * DAY * 4), st.integers(0, 3 * DAY * 4)).map(
    lambda pair: (pair[0] / 4, pair[1] / 4)
)
dense = st.tuples(st.integers(0, 20 * 4 * HOUR), st.integers(0, 4 * HOUR)).map(
    lambda pair: (pair[0] / 4, pair[1] / 4)
)


def days_of(start: datetime, end: datetime) -> set[int]:
    return set(range(start.toordinal(), end.toordinal() + 1))


@given(
    st.lists(spans | dense, max_size=20),
    st.lists(spans | dense, max_size=4),
    st.integers(1, 6),
)
def test_intervals_contain_their_own_entries_and_no_closed_day(
    planned: list[tuple[float, float]], closing: list[tuple[float, float]], size: int
) -> None:
    entries = [entry(name, *span) for name, span in enumerate(planned)]
    closed = [Span(at(start), at(start + lasts)) for start, lasts in closing]
    batches, skipped = cut(*entries, closed=closed, size=size)

    assert sum(len(batch.entries) for batch in batches) + sum(skipped.values()) == len(entries)
    in_batches = [each for batch in batches for each in batch.entries]
    assert len({each.conversation_id for each in in_batches}) == len(in_batches)
    closed_days = set().union(*(days_of(span.start, span.end) for span in closed if span.end))
    for batch in batches:
        interval = batch.interval
        assert interval is not None
        assert 1 <= batch.targeted == len(batch.entries) <= size
        assert interval.end - interval.start <= timedelta(days=180)
        last_moment = interval.end - timedelta.resolution
        assert not days_of(interval.start, last_moment) & closed_days
        own = {each.conversation_id for each in batch.entries}
        for each in entries:
            assert each.start is not None
            touches = each.start <= interval.end and each.end >= interval.start
            assert touches is (each.conversation_id in own)
    ordered = [batch.interval for batch in batches if batch.interval]
    assert all(one.end <= other.start for one, other in pairwise(ordered))
