"""The rate limit of one client: so many requests in any window of time."""

from collections import defaultdict, deque
from datetime import datetime, timedelta
from math import ceil

from simulator.answer import busy


class RateLimit:
    """A sliding window for each client; a refused request does not count."""

    def __init__(self, requests: int | None, window: timedelta) -> None:
        self._requests = requests
        self._window = window
        self._arrivals: dict[str, deque[datetime]] = defaultdict(deque)

    def check(self, client_id: str, at: datetime) -> None:
        """Counts the request, or refuses it with 429 and the whole seconds to wait."""
        if self._requests is None:
            return
        arrivals = self._arrivals[client_id]
        while arrivals and arrivals[0] + self._window <= at:
            arrivals.popleft()
        if len(arrivals) >= self._requests:
            wait = arrivals[0] + self._window - at
            raise busy("Rate limit exceeded", max(1, ceil(wait.total_seconds())))
        arrivals.append(at)
