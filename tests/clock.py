"""A clock that only moves when told to."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

NOON = datetime(2026, 11, 21, 12, 0, 0, tzinfo=UTC)


class Clock:
    """Starts at noon; waiting moves it."""

    def __init__(self, start: datetime = NOON) -> None:
        self.at = start

    def __call__(self) -> datetime:
        return self.at

    def wait(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


class Stopwatch:
    """A monotonic clock that moves when told to."""

    seconds = 0.0

    def __call__(self) -> float:
        return self.seconds
