"""Turns through a long list."""

from __future__ import annotations

from genesys_purge.purging.turns import AT_MOST, BLOCK, Turn
from hypothesis import given
from hypothesis import strategies as st

from tests.clock import Clock

SECONDS = st.lists(st.floats(0, 2 * AT_MOST.total_seconds()), min_size=1)


def test_turn_begins_no_block_after_its_time() -> None:
    clock = Clock()
    turn = Turn(clock)
    blocks = turn.blocks(range(3 * BLOCK), 0)
    assert list(next(blocks)) == list(range(BLOCK))
    clock.wait(AT_MOST.total_seconds() - 1)
    assert list(next(blocks)) == list(range(BLOCK, 2 * BLOCK))
    clock.wait(1)
    assert (next(blocks, None), turn.has_time) == (None, False)


def test_turn_at_the_end_of_the_list_has_no_block() -> None:
    assert list(Turn(Clock()).blocks(range(5), 5)) == []


@given(st.integers(0, 500), SECONDS)
def test_blocks_do_not_depend_on_the_turns(size: int, seconds: list[float]) -> None:
    clock, position, found = Clock(), 0, []
    while position < size:
        for block in Turn(clock).blocks(range(size), position):
            found.append(list(block))
            position += len(block)
            clock.wait(seconds[position % len(seconds)])
    assert found == [list(range(size))[at : at + BLOCK] for at in range(0, size, BLOCK)]
