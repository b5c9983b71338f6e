"""A slice of a manifest."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import takewhile

from genesys_purge.model.wire import Wire


class Slice(Wire):
    """The manifest entries from `start` to `stop`, without `stop`.

    One that `isNamed` is submitted by name, even if its batch is not. One that `isRefused` cannot
    be submitted, and cannot be cut.
    """

    start: int
    stop: int
    is_named: bool = False
    is_refused: bool = False

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


def postponed(pending: Sequence[Slice]) -> tuple[Slice, ...]:
    """The pending slices with the first one, refused, at the end; none if no other may follow."""
    jobs = jobs_left(pending)
    others = pending[jobs:]
    if all(each.is_refused for each in others):
        return ()
    return (*others, *(pending[0].model_copy(update={"is_refused": True}) for _ in range(jobs)))
