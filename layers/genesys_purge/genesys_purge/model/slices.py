"""A slice of a manifest."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import takewhile

from genesys_purge.model.wire import Wire


class Slice(Wire):
    """The manifest entries from `start` to `stop`, without `stop`.

    One that `isNamed` is submitted by name, even if its batch is not.
    """

    start: int
    stop: int
    is_named: bool = False

    @property
    def size(self) -> int:
        return self.stop - self.start

    def halves(self) -> tuple[Slice, Slice]:
        middle = (self.start + self.stop) // 2
        return (
            self.model_copy(update={"stop": middle}),
            self.model_copy(update={"start": middle}),
        )


def jobs_left(pending: Sequence[Slice]) -> int:
    """How many jobs the first of the pending slices still takes; it is listed once for each."""
    return sum(1 for _ in takewhile(lambda each: each == pending[0], pending))


def cut_first(pending: Sequence[Slice], pieces: Sequence[Slice]) -> tuple[Slice, ...]:
    """The pending slices with pieces in the place of the first; each takes as many jobs."""
    jobs = jobs_left(pending)
    return (*(each for each in pieces for _ in range(jobs)), *pending[jobs:])
