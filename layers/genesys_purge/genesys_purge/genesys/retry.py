"""The one retry layer for calls that change nothing."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import NamedTuple, TypeVar

from genesys_purge.errors import TryLater


class RetryPolicy(NamedTuple):
    """At most `attempts` calls; full jitter from `base` seconds, never over `longest`."""

    attempts: int = 4
    base: float = 0.5
    longest: float = 8.0

    def pause(self, error: TryLater, attempt: int) -> float | None:
        """Seconds before the next call, or None where it is better to give up and say so."""
        if attempt >= self.attempts:
            return None
        jitter = random.uniform(0, min(self.longest, self.base * 2**attempt))  # noqa: S311
        if error.retry_after is None:
            return jitter
        if error.retry_after > self.longest:
            return None
        return error.retry_after + min(jitter, 1.0)


T = TypeVar("T")


def retried(call: Callable[[], T], policy: RetryPolicy, sleep: Callable[[float], None]) -> T:
    """What `call` returns, called again while it raises TryLater and the policy allows it."""
    attempt = 0
    while True:
        attempt += 1
        try:
            return call()
        except TryLater as error:
            pause = policy.pause(error, attempt)
            if pause is None:
                raise
            sleep(pause)
