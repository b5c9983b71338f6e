"""A clock that only moves when told to."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta, tzinfo
from unittest.mock import patch

from aws_lambda_powertools.utilities.parameters import base as parameters

NOON = datetime(2026, 11, 21, 12, 0, 0, tzinfo=UTC)


class Clock:
    """Starts at noon; waiting moves it."""

    def __init__(self, start: datetime = NOON) -> None:
        self.at = start

    def __call__(self) -> datetime:
        return self.at

    def wait(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


@contextmanager
def powertools_by(clock: Clock) -> Iterator[None]:
    """The caches of Powertools live in the clock's time."""

    class Now(datetime):
        """The class that Powertools asks for the time."""

        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Now:
            return cls.fromtimestamp(clock().timestamp(), tz)

    with patch.object(parameters, "datetime", Now):
        yield
