"""How long to wait before Genesys is asked once more to create a rule, within bounds."""

from __future__ import annotations

import random
from collections.abc import Sequence

from genesys_purge.errors import OutcomeUnknown, PurgeError, TryLater

# No call begins later, so that even one that is never answered ends within a minute.
LAST_START = 32.0
# What the document has a caller wait after 500 and 503.
UNANSWERED = 30.0
MOST_CALLS = 4


def pause_after(errors: Sequence[PurgeError], elapsed: float) -> float | None:
    """Seconds before the next call, the last one having ended in the last of `errors`.

    `elapsed` is since the first one began; None where there is to be no other.
    """
    error, left = errors[-1], LAST_START - elapsed
    if isinstance(error, OutcomeUnknown):
        unknown = [each for each in errors if isinstance(each, OutcomeUnknown)]
        return min(UNANSWERED, left) if len(unknown) == 1 and left >= 0 else None
    if not isinstance(error, TryLater) or len(errors) >= MOST_CALLS:
        return None
    pause = _backoff(error, len(errors))
    return pause if pause <= left else None


def _backoff(error: TryLater, calls: int) -> float:
    if error.retry_after is None:
        return random.uniform(0, 2.0**calls)  # noqa: S311
    return error.retry_after + random.uniform(0, 1)  # noqa: S311
