"""The documented rate limit: a number of requests of one client in any window of time."""

from collections import defaultdict, deque
from datetime import datetime, timedelta
from math import ceil

from simulator.http.answer import busy


class ClientRate:
    """A sliding window for each client; a refused request does not count."""

    def __init__(self, allowed: int | None, window: timedelta) -> None:
        self._allowed = allowed
        self._window = window
        self._arrivals: dict[str, deque[datetime]] = defaultdict(deque)

    def count(self, client_id: str, at: datetime) -> None:
        """Counts the request, or refuses it with 429 and the whole seconds to wait."""
        if self._allowed is None:
            return
        arrivals = self._arrivals[client_id]
        while arrivals and arrivals[0] + self._window <= at:
            arrivals.popleft()
        if len(arrivals) >= self._allowed:
            wait = arrivals[0] + self._window - at
            raise busy("Rate limit exceeded", max(1, ceil(wait.total_seconds())))
        arrivals.append(at)
