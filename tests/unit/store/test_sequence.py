"""Which numbers of a run are free, and which gaps are recorded as unused."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from genesys_purge.model.audit import Action, AuditRecord
from genesys_purge.store.audit_items import items_of
from genesys_purge.store.sequence import TAIL, Tail, gaps_in, tail_of
from hypothesis import given
from hypothesis import strategies as st

from tests.clock import NOON

if TYPE_CHECKING:
    from genesys_purge.store.sizes import Item

NUMBERS = st.sets(st.integers(1, 40))


def record(number: int = 0, at: datetime = NOON) -> AuditRecord:
    return AuditRecord(
        run_id="run-1", sequence=number, at=at, actor="tests", action=Action.BATCH_FAILED
    )


def stored(numbers: Iterable[int], at: datetime = NOON) -> list[Item]:
    return [items_of(record(each, at)).sealed for each in sorted(numbers)]


def tail(numbers: Iterable[int], age: timedelta = timedelta(0), *, is_whole: bool = True) -> Tail:
    """The tail for a record at noon, of records that are so old."""
    newest = stored(numbers, NOON - age)[::-1]
    return tail_of(record(), newest, is_whole=is_whole)


@given(NUMBERS)
def test_gaps_and_stored_numbers_are_all_numbers_to_the_last(numbers: set[int]) -> None:
    gaps = [each.sequence for each in gaps_in("run-1", stored(numbers))]
    assert sorted([*gaps, *numbers]) == list(range(1, max(numbers, default=0) + 1))


def test_gap_is_an_unused_number_with_the_time_of_the_record_above_it() -> None:
    later = NOON + timedelta(minutes=1)
    [gap] = gaps_in("run-1", [*stored([1]), *stored([3], later)])
    assert gap == AuditRecord(
        run_id="run-1", sequence=2, at=later, actor="ledger", action=Action.NUMBER_UNUSED
    )


@given(NUMBERS, st.integers(1, 8))
def test_free_numbers_are_the_lowest_that_no_record_has(numbers: set[int], most: int) -> None:
    free = tail(numbers).free(most)
    assert free == [each for each in range(1, 100) if each not in numbers][:most]


@given(NUMBERS.filter(bool), st.integers(1, 8))
def test_numbers_below_a_cut_tail_are_not_free(numbers: set[int], most: int) -> None:
    free = tail(numbers, is_whole=False).free(most)
    assert free == [each for each in range(min(numbers), 100) if each not in numbers][:most]


def test_first_number_of_a_run_is_1() -> None:
    assert tail([]).free(1) == [1]


def test_gap_below_a_record_of_two_seconds_ago_is_free() -> None:
    assert tail([1, 3], timedelta(seconds=2)) == Tail([2], [], 4)


def test_gap_below_an_older_record_is_unused_and_not_free() -> None:
    found = tail([1, 3], timedelta(seconds=2, microseconds=1))
    assert (found.young, [each.sequence for each in found.unused]) == ([], [2])
    assert found.free(1) == [4]


def test_tail_with_a_foreign_number_has_a_bounded_number_of_gaps() -> None:
    assert len(tail([1, 10**15]).young) == TAIL
