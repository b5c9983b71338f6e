"""How long to wait before the next call to create a rule, within fixed bounds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from genesys_purge.calling.backoff import Backoff
from genesys_purge.errors import OutcomeUnknown, PurgeError, TryLater

# No call starts later, so that even an unanswered one ends within a minute.
LAST_START = 32.0
# The wait that the document asks for after 500 and 503.
AFTER_UNANSWERED = 30.0
MOST_CALLS = 4
FIRST_WAIT = 2.0


class Waiting(NamedTuple):
    """The waits between the calls that one request makes."""

    backoff: Backoff = Backoff(FIRST_WAIT, LAST_START)

    def pause(self, errors: Sequence[PurgeError], elapsed: float) -> float | None:
        """Seconds until the next call, or None if there is no further call.

        `errors` has the error of each call so far; `elapsed` are the seconds since the first one.
        """
        error, left = errors[-1], LAST_START - elapsed
        if isinstance(error, OutcomeUnknown):
            unanswered = sum(isinstance(each, OutcomeUnknown) for each in errors)
            # A shorter wait could create a second rule before Genesys knows the name of the first.
            is_in_time = unanswered == 1 and left >= AFTER_UNANSWERED
            return AFTER_UNANSWERED if is_in_time else None
        if not isinstance(error, TryLater) or len(errors) >= MOST_CALLS:
            return None
        if (error.retry_after or 0.0) > left:
            return None
        return min(self.backoff.wait(len(errors), error.retry_after), left)
