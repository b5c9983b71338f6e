"""Packed sets of positions."""

from __future__ import annotations

from genesys_purge.model.positions import NO_POSITIONS, count_in, positions_in, with_positions
from hypothesis import given
from hypothesis import strategies as st

POSITIONS = st.sets(st.integers(0, 5_000))


@given(POSITIONS, POSITIONS)
def test_packed_set_has_the_positions_that_were_added(one: set[int], other: set[int]) -> None:
    packed = with_positions(with_positions(NO_POSITIONS, one), other)
    assert positions_in(packed) == sorted(one | other)
    assert count_in(packed) == len(one | other)


def test_every_position_of_the_largest_batch_fits_into_an_item() -> None:
    assert len(with_positions(NO_POSITIONS, range(100_000))) == 25_000
