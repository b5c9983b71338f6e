"""Bounds the turns in which a step works through a long list."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import TypeVar

from genesys_purge.ports import Clock

# A third of the function's time, so that its last calls and writes have enough, too.
AT_MOST = timedelta(seconds=100)
# About five seconds of calls at the tenant's rate.
BLOCK = 20

T = TypeVar("T")


class Turn:
    """The time of one turn; the caller stores the position at which the next turn begins."""

    def __init__(self, now: Clock) -> None:
        self._now = now
        self._until = now() + AT_MOST

    @property
    def has_time(self) -> bool:
        """Whether the turn may begin another block."""
        return self._now() < self._until

    def blocks(self, items: Sequence[T], position: int) -> Iterator[Sequence[T]]:
        """The blocks of the items from a position on, while there is time; the first one always.

        If each turn begins where a block of the turn before ended, the blocks do not depend on the
        turns.
        """
        for first in range(position, len(items), BLOCK):
            yield items[first : first + BLOCK]
            if not self.has_time:
                return
