"""Sums of counts that Genesys may leave out."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

N = TypeVar("N", int, float)


def sum_of(counts: Iterable[N | None]) -> N | None:
    """The sum of the counts that were reported, or None if none was."""
    reported = [count for count in counts if count is not None]
    return sum(reported) if reported else None
