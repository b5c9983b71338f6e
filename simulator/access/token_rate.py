"""The live rate limit: a number of requests of one token in a fixed window of time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from simulator.http.answer import Refusal

UNLIMITED = 1_000_000


@dataclass(slots=True)
class Window:
    """The number of requests since the window opened."""

    opened_at: datetime
    count: int = 0


class TokenRate:
    """A window for each token, which its first request opens; a refused request does not count."""

    def __init__(self, allowed: int | None, length: timedelta) -> None:
        self._allowed = UNLIMITED if allowed is None else allowed
        self._length = length
        self._windows: dict[str, Window] = {}

    def count(self, token: str, at: datetime) -> None:
        """Counts the request, or refuses it with 429 and the whole seconds to wait."""
        window = self._windows[token] = self._window(token, at)
        if window.count >= self._allowed:
            seconds = self._left(window, at)
            message = f"Too many requests with this token; retry the request in [{seconds}] seconds"
            code = "too.many.requests.retry.after"
            raise Refusal(429, message, code=code, headers={"Retry-After": str(seconds)})
        window.count += 1

    def headers(self, token: str, at: datetime) -> dict[str, str]:
        """`inin-ratelimit-count`, `-allowed` and `-reset`; the last is in seconds."""
        window = self._window(token, at)
        return {
            "inin-ratelimit-count": str(window.count),
            "inin-ratelimit-allowed": str(self._allowed),
            "inin-ratelimit-reset": str(self._left(window, at)),
        }

    def _window(self, token: str, at: datetime) -> Window:
        window = self._windows.get(token)
        return window if window and at < window.opened_at + self._length else Window(at)

    def _left(self, window: Window, at: datetime) -> int:
        return max(1, ceil((window.opened_at + self._length - at).total_seconds()))
