"""Repeats what another worker was faster with."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from genesys_purge.errors import LostRace

T = TypeVar("T")
# Another worker may be at work; more than a few are not.
MOST_RACES = 20


def until_won(work: Callable[[], T]) -> T:
    """The result of the work, which reads everything again each time; LostRace after 20 times."""
    for _ in range(MOST_RACES):
        try:
            return work()
        except LostRace:
            continue
    raise LostRace(f"another worker was faster {MOST_RACES} times")
