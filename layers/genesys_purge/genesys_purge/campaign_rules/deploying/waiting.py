"""How long to wait before a call about campaign rules is made once more, within bounds."""

from __future__ import annotations

import random
from datetime import timedelta

from genesys_purge.errors import PurgeError

FIRST, LONGEST = 2.0, 60.0
# Whoever asks for more is asked too early, for an execution does not last for ever.
MOST_PATIENCE = 600.0
# Of calls, and of reads in a row, before a rule has failed for good.
TRIES = 5
# Giving up here leaves a campaign half way between two rule sets.
ROLL_BACK_TRIES = 12
# How long a call that nobody saw answered is given to take effect.
SETTLE = 5.0
# Well within a function's time, whatever the last call takes.
AT_ONCE = timedelta(seconds=15)
# Longer than the state machine may run, so that whoever still holds a campaign then is gone.
LEASE = timedelta(seconds=8_100)
MOST_RECOVERIES = 5


def backoff(tries: int, error: PurgeError | None = None) -> float:
    """Seconds before the try after so many: 2, 4, 8 and so on, or longer where Genesys asks."""
    wait = min(FIRST * 2.0 ** min(tries - 1, 10), LONGEST)
    asked = min(getattr(error, "retry_after", None) or 0, MOST_PATIENCE)
    return max(wait, asked) + random.uniform(0, 1)  # noqa: S311
