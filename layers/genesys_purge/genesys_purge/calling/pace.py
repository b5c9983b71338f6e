"""Keeps all processes together below the rate that Genesys allows an organisation.

The organisation's time is one line, and each call takes an equal piece of it. A process books a
slice of the line in one write, and sends its calls at their own times within it. A process that
dies with a slice in hand loses only that time, and nothing has to be returned.
"""

from __future__ import annotations

import random
import threading
from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Protocol

from genesys_purge.errors import RateLimited
from genesys_purge.ports import Clock

# How many seconds of the line may already be booked, for work that others wait for, such as polls,
# and for work of many calls, such as a plan. So a poll waits for little of a plan.
SOON, IN_BULK = 10.0, 1.0
# Work that waits so long books a second further ahead, so that no other work keeps it out.
GROWS_EVERY = 20.0
# The longest slice, in seconds of the line.
LONGEST_SLICE = 1.0
# The clocks of two functions differ by less, in seconds.
LARGEST_SKEW = 5.0
# A shorter sleep is no better than none.
SHORTEST_SLEEP = timedelta(milliseconds=1)


def farthest(at: datetime, seconds: float) -> datetime:
    """The latest end that a line can have at `at`; a later one is that of a wrong clock.

    `seconds` is the length of a slice of about the same rate.
    """
    return at + timedelta(seconds=SOON + 2 * max(seconds, LONGEST_SLICE) + LARGEST_SKEW)


class Budget(Protocol):
    """The line of an organisation's calls to one dialect, shared by all processes."""

    def book(self, seconds: float, at: datetime, ahead: float) -> datetime | None:
        """Book the next free `seconds` from `at` on; returns their start.

        None, and nothing is booked, if the line is booked for more than `ahead` seconds from `at`.
        """


class Pace:
    """The calls of one process, `per_second` of all processes together; safe for threads.

    `ahead` is `SOON` or `IN_BULK`. `has_time_after` returns whether a call can still be sent after
    so many seconds.
    """

    def __init__(
        self,
        budget: Budget,
        per_second: float,
        ahead: float,
        now: Clock,
        sleep: Callable[[float], None],
        has_time_after: Callable[[float], bool],
        chance: Callable[[float, float], float] = random.uniform,
    ) -> None:
        self._budget = budget
        self._each = timedelta(seconds=1 / per_second)
        self._largest = max(1, int(per_second * LONGEST_SLICE))
        self._ahead = ahead
        self._now = now
        self._sleep = sleep
        self._has_time_after = has_time_after
        self._chance = chance
        self._lock = threading.Lock()
        self._times: deque[datetime] = deque()
        self._last: datetime | None = None
        self._size = 1

    def wait(self) -> None:
        """Return when the next call may be sent.

        RateLimited if the line is booked for longer than this invocation can wait.
        """
        with self._lock:
            at = self._next_time()
        pause = at - self._now()
        if pause >= SHORTEST_SLEEP:
            self._sleep_in_time(pause.total_seconds())

    def _next_time(self) -> datetime:
        now = self._now()
        # A late call would come in a burst with the next ones.
        while self._times and self._times[0] <= now - SHORTEST_SLEEP:
            self._times.popleft()
        if not self._times:
            # A process that calls more slowly than the rate would waste most of a longer slice.
            is_fast = self._last is not None and now <= self._last + self._each
            self._size = min(2 * self._size, self._largest) if is_fast else 1
            start = self._booked()
            self._times.extend(start + number * self._each for number in range(self._size))
        self._last = self._times.popleft()
        return self._last

    def _booked(self) -> datetime:
        """The start of a slice; waits while the line is booked too far ahead."""
        seconds, began = (self._size * self._each).total_seconds(), self._now()
        while (start := self._budget.book(seconds, self._now(), self._ahead_since(began))) is None:
            pause = self._chance(0.5, 1.0) * max(self._ahead, self._each.total_seconds())
            self._sleep_in_time(pause)
        return start

    def _sleep_in_time(self, seconds: float) -> None:
        """Sleep; RateLimited if no call could be sent afterwards."""
        if not self._has_time_after(seconds):
            raise RateLimited(
                "the calls to Genesys that the organisation may make are booked; wait",
                retry_after=seconds,
            )
        self._sleep(seconds)

    def _ahead_since(self, began: datetime) -> float:
        """How many seconds of the line may be booked for a call that has waited since `began`."""
        waited = (self._now() - began).total_seconds()
        return min(self._ahead + waited / GROWS_EVERY, SOON)
