"""Retries of calls that change nothing; no other layer retries them."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, TypeVar

from genesys_purge.calling.backoff import Backoff
from genesys_purge.errors import TryLater


class RetryPolicy(NamedTuple):
    """At most `attempts` calls, with a backoff between them."""

    attempts: int = 4
    backoff: Backoff = Backoff(first=1.0, longest=8.0)

    def pause(self, error: TryLater, attempt: int) -> float | None:
        """Seconds before the next call; None after the last attempt.

        Also None for a `Retry-After` beyond the longest backoff: then the state machine waits.
        """
        if attempt >= self.attempts:
            return None
        if error.retry_after is not None and error.retry_after > self.backoff.longest:
            return None
        return self.backoff.wait(attempt, error.retry_after)


T = TypeVar("T")


def retried(
    call: Callable[[], T],
    policy: RetryPolicy,
    sleep: Callable[[float], None],
    has_time_after: Callable[[float], bool],
) -> T:
    """The result of `call`, retried while it raises TryLater and policy and time allow a retry."""
    attempt = 0
    while True:
        attempt += 1
        try:
            return call()
        except TryLater as error:
            pause = policy.pause(error, attempt)
            if pause is None or not has_time_after(pause):
                raise
            sleep(pause)
