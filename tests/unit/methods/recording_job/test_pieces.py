"""Cutting a part: its pieces have the same entries, and each cut makes progress."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

import pytest
from genesys_purge.methods.recording_job import pieces as cutting
from genesys_purge.methods.recording_job.pieces import days_of_entries, pieces
from genesys_purge.model.batch import Entry
from genesys_purge.model.dates import Window
from genesys_purge.model.reach import Reach
from genesys_purge.model.slices import Slice
from hypothesis import given
from hypothesis import strategies as st

from tests import builders
from tests.clock import NOON
from tests.unit.methods.recording_job.recorded import DAY, HOUR

FIRST = datetime(2025, 3, 1, tzinfo=NOON.tzinfo)
IDS = builders.uuids(1_000)
SECOND = timedelta(seconds=1)


@pytest.fixture(autouse=True)
def few_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cutting, "MOST_NAMED", 2)


def entries_of(*days: int) -> list[Entry]:
    """So many conversations on each day from the first one on."""
    starts = [FIRST + day * DAY + n * HOUR for day, size in enumerate(days) for n in range(size)]
    return [Entry(IDS[at], start + HOUR, None, start) for at, start in enumerate(starts)]


def cut(entries: Sequence[Entry], *held: int, part: Slice | None = None) -> list[tuple[int, ...]]:
    """The pieces of a part by days as (start, stop, is named)."""
    whole = part or Slice(start=0, stop=len(entries))
    found = pieces(Reach.DAYS, whole, entries, held)
    return [(each.start, each.stop, int(each.is_named)) for each in found]


def cut_interval(*spans: tuple[float, float]) -> list[tuple[int, int]]:
    """The pieces of an interval whose conversations last from one second to another.

    Second 0 is the last one of a day.
    """
    before = FIRST - SECOND
    entries = [
        Entry(IDS[at], before + end * SECOND, None, before + start * SECOND)
        for at, (start, end) in enumerate(spans)
    ]
    found = pieces(Reach.INTERVAL, Slice(start=0, stop=len(entries)), entries, ())
    assert not any(each.is_named for each in found)
    return [(each.start, each.stop) for each in found]


def test_days_are_halved_at_the_midnight_nearest_to_the_middle() -> None:
    assert cut(entries_of(3, 3, 4, 9)) == [(0, 10, 0), (10, 19, 0)]
    assert cut(entries_of(3, 9)) == [(0, 3, 0), (3, 12, 0)]


def test_single_day_is_taken_by_name() -> None:
    assert cut(entries_of(5)) == [(0, 2, 1), (2, 4, 1), (4, 5, 1)]


def test_half_with_few_entries_is_taken_by_name() -> None:
    assert cut(entries_of(2, 3)) == [(0, 2, 1), (2, 5, 0)]


def test_day_with_a_held_entry_is_taken_by_name_and_the_others_whole() -> None:
    assert cut(entries_of(3, 3, 3), 4) == [(0, 3, 0), (3, 5, 1), (5, 6, 1), (6, 9, 0)]


def test_held_days_in_a_row_fill_named_pieces_together() -> None:
    assert cut(entries_of(3, 1, 1, 3), 3, 4) == [(0, 3, 0), (3, 5, 1), (5, 8, 0)]


def test_few_entries_beside_a_held_day_are_taken_by_name() -> None:
    assert cut(entries_of(1, 3, 3), 2) == [(0, 1, 1), (1, 3, 1), (3, 4, 1), (4, 7, 0)]


def test_only_the_part_is_cut() -> None:
    entries = entries_of(3, 3, 3, 3)
    assert cut(entries, part=Slice(start=3, stop=9)) == [(3, 6, 0), (6, 9, 0)]


@pytest.mark.parametrize("second", [1.5, 2, 60])
def test_interval_is_cut_in_a_gap(second: float) -> None:
    assert cut_interval((0, 0), (second, second + 1)) == [(0, 1), (1, 2)]


@pytest.mark.parametrize("second", [0, 0.5, 1])
def test_interval_without_a_gap_stays_whole(second: float) -> None:
    assert cut_interval((0, 0), (second, 70)) == []


def test_interval_is_not_cut_in_a_long_conversation() -> None:
    assert cut_interval((0, 90), (10, 11), (20, 21), (100, 101)) == [(0, 3), (3, 4)]


def test_interval_within_a_day_stays_whole() -> None:
    assert cut_interval((1, 1), (60, 61)) == []


def test_days_of_entries_are_whole() -> None:
    assert days_of_entries(entries_of(1, 0, 2)) == Window(start=FIRST, end=FIRST + 3 * DAY)


SIZES = st.lists(st.integers(1, 6), min_size=1, max_size=8)
HELD = st.sets(st.integers(0, 47))


def starts_on(entries: Sequence[Entry], positions: Collection[int]) -> set[datetime]:
    """The midnights before the starts of these entries."""
    found = [entries[at].start or NOON for at in positions]
    return {each.replace(hour=0, minute=0) for each in found}


@given(SIZES, HELD)
def test_pieces_partition_the_part_by_whole_days(sizes: list[int], given_held: set[int]) -> None:
    entries = entries_of(*sizes)
    held = {each for each in given_held if each < len(entries)}
    found = pieces(Reach.DAYS, Slice(start=0, stop=len(entries)), entries, held)
    assert [at for each in found for at in range(each.start, each.stop)] == list(
        range(len(entries))
    )
    for each in found:
        assert 0 < each.size < len(entries) or each.is_named
        assert each.size <= 2 or not each.is_named
        if not each.is_named:
            inside = set(range(each.start, each.stop))
            assert not inside & held
            outside = set(range(len(entries))) - inside
            assert not starts_on(entries, inside) & starts_on(entries, outside)


@given(SIZES, st.integers(0, 47))
def test_repeated_cuts_end_in_named_pieces(sizes: list[int], seed: int) -> None:
    entries = entries_of(*sizes)
    waiting, cuts = [Slice(start=0, stop=len(entries))], 0
    while by_days := [each for each in waiting if not each.is_named]:
        chosen = by_days[seed % len(by_days)]
        waiting.remove(chosen)
        waiting += pieces(Reach.DAYS, chosen, entries, ())
        cuts += 1
    assert cuts <= 2 * len(sizes)
    assert sum(each.size for each in waiting) == len(entries)


SPANS = st.lists(st.tuples(st.integers(1, 200), st.integers(0, 30)), min_size=1, max_size=12)


@given(SPANS)
def test_interval_is_cut_once_where_no_conversation_is_active(
    spans: list[tuple[int, int]],
) -> None:
    """An interval ends in the second after its last conversation, which must be free as well."""
    times = [(0, 0), *((start, start + lasts) for start, lasts in sorted(spans))]
    found = cut_interval(*times)
    gaps = [
        at for at in range(1, len(times)) if times[at][0] > max(end for _, end in times[:at]) + 1
    ]
    if not gaps:
        assert found == []
        return
    (first, middle), (again, last) = found
    assert (first, middle, last) == (0, again, len(times))
    assert middle in gaps
