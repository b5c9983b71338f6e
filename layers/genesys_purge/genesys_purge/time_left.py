"""How long the current invocation of a function may still make calls."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

# The end of an invocation belongs to the writes that store what became of its last call.
STORING_SECONDS = 5.0


class TimeLeft:
    """The seconds that the current invocation has for calls; without one there is no limit."""

    def __init__(self) -> None:
        self._milliseconds: Callable[[], float] = _unlimited

    @contextmanager
    def of(self, context: LambdaContext) -> Iterator[None]:
        """Count by the context of an invocation, until it ends."""
        before = self._milliseconds
        self._milliseconds = context.get_remaining_time_in_millis
        try:
            yield
        finally:
            self._milliseconds = before

    def __call__(self) -> float:
        return self._milliseconds() / 1_000 - STORING_SECONDS


def _unlimited() -> float:
    return math.inf


@cache
def time_left() -> TimeLeft:
    """The process's one clock: Lambda has at most one invocation at a time in a process."""
    return TimeLeft()
