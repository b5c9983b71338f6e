"""The wait before a call is repeated: exponential, with full jitter, never before it is allowed."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import NamedTuple

# Returns a number between its two arguments.
Uniform = Callable[[float, float], float]
# More doublings than any wait needs; a larger exponent would overflow.
MOST_DOUBLINGS = 30


class Backoff(NamedTuple):
    """Waits of up to `first` seconds, doubled for each failure, up to `longest`.

    `uniform` draws the wait, so that tests can choose it. Full jitter is described in AWS's
    Builders' Library, "Timeouts, retries, and backoff with jitter".
    """

    first: float
    longest: float
    uniform: Uniform = random.uniform

    def ceiling(self, failures: int) -> float:
        """The longest wait after so many failures in a row, in seconds."""
        doublings = min(max(failures - 1, 0), MOST_DOUBLINGS)
        return min(self.first * 2.0**doublings, self.longest)

    def wait(self, failures: int, retry_after: float | None = None) -> float:
        """Seconds to wait after so many failures in a row.

        Always longer than `retry_after`, by a random amount, so that many callers do not return at
        once.
        """
        jittered = self.uniform(0, self.ceiling(failures))
        if retry_after is None:
            return jittered
        return max(jittered, retry_after + self.uniform(0, self.ceiling(1)))
