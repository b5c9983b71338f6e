"""The waits and bounds of a deployment's calls."""

from __future__ import annotations

import random
from datetime import timedelta

from genesys_purge.calling.backoff import Backoff, Uniform
from genesys_purge.errors import OutcomeUnknown, PurgeError, RefusedByGenesys

FIRST, LONGEST = 2.0, 60.0
# Genesys may ask for more, but the execution has a time limit.
LONGEST_RETRY_AFTER = 600.0
# Calls for one rule, and failed reads in a row, before the deployment is rolled back.
TRIES = 5
# More than TRIES, because giving up here leaves a campaign between two rule sets.
ROLL_BACK_TRIES = 12
# How long a call without an answer may take to show its effect.
SETTLE_SECONDS = 5.0
# How long one task starts new calls: well within its function's time limit.
TASK_TIME = timedelta(seconds=15)
# How long an execution keeps its campaign: longer than the state machine's time limit.
EXECUTION_SECONDS = 8_100
MOST_RECOVERIES = 5


class RetryWaits:
    """Waits before a retry; `uniform` draws the jitter, so that tests can choose it."""

    def __init__(self, uniform: Uniform = random.uniform) -> None:
        self._backoff = Backoff(FIRST, LONGEST, uniform)

    def after(self, failures: int, error: PurgeError | None = None) -> float:
        """Seconds to wait after so many failures in a row."""
        retry_after: float | None = getattr(error, "retry_after", None)
        if retry_after is not None:
            retry_after = min(retry_after, LONGEST_RETRY_AFTER)
        return self._backoff.wait(failures, retry_after)

    def after_call(self, calls: int, error: PurgeError) -> float:
        """Seconds to wait after a failed call; 0 after a first conflict, which needs a new read.

        A call without an answer first gets the time to take effect.
        """
        if isinstance(error, OutcomeUnknown):
            return max(self.after(calls, error), SETTLE_SECONDS)
        if isinstance(error, RefusedByGenesys):
            return self.after(calls - 1, error) if calls > 1 else 0.0
        return self.after(calls, error)
