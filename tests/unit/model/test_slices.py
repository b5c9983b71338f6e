"""Slices of a manifest: halves, jobs, and pieces in the place of the first."""

from __future__ import annotations

import pytest
from genesys_purge.model.reach import Reach
from genesys_purge.model.slices import Slice, cut_first, jobs_left
from hypothesis import given
from hypothesis import strategies as st

from tests import builders

FIRST, SECOND = Slice(start=0, stop=4), Slice(start=4, stop=7)
PIECES = (Slice(start=0, stop=1), Slice(start=1, stop=4, is_named=True))


@given(start=st.integers(0, 9), size=st.integers(2, 9), is_named=st.booleans())
def test_halves_have_the_entries_of_the_whole(*, start: int, size: int, is_named: bool) -> None:
    whole = Slice(start=start, stop=start + size, is_named=is_named)
    first, second = whole.halves()
    assert (first.start, first.stop, second.stop) == (whole.start, second.start, whole.stop)
    assert 0 <= second.size - first.size <= 1
    assert first.is_named == second.is_named == is_named


@pytest.mark.parametrize(
    ("pending", "jobs"),
    [((FIRST,), 1), ((FIRST, SECOND), 1), ((FIRST, FIRST, SECOND), 2), ((), 0)],
)
def test_slice_takes_as_many_jobs_as_it_is_listed(pending: tuple[Slice, ...], jobs: int) -> None:
    assert jobs_left(pending) == jobs


def test_pieces_replace_the_first_slice_alone() -> None:
    assert cut_first((FIRST, SECOND), PIECES) == (*PIECES, SECOND)


def test_pieces_take_as_many_jobs_as_the_slice_had_left() -> None:
    first, second = PIECES
    pending = (FIRST, FIRST, SECOND, SECOND)
    assert cut_first(pending, PIECES) == (first, first, second, second, SECOND, SECOND)


@pytest.mark.parametrize("reach", [Reach.DAYS, Reach.INTERVAL])
def test_named_slice_of_a_batch_by_time_is_submitted_by_name(reach: Reach) -> None:
    batch = builders.batch(reach=reach, pending=(FIRST, SECOND))
    assert batch.next_reach is reach
    named = batch.model_copy(update={"pending": (PIECES[1], SECOND)})
    assert named.next_reach is Reach.NAMED


def test_batch_without_pending_slices_has_no_reach_but_by_name() -> None:
    assert builders.batch(reach=Reach.DAYS, pending=()).next_reach is Reach.NAMED


def test_old_slices_without_a_mark_are_not_named() -> None:
    assert Slice.model_validate_json('{"start": 0, "stop": 4}') == FIRST
