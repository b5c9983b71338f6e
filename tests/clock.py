"""A clock that moves only by waiting."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta, tzinfo
from threading import Lock
from types import SimpleNamespace
from unittest.mock import patch

from aws_lambda_powertools.utilities.circuit_breaker import base as circuit_base
from aws_lambda_powertools.utilities.circuit_breaker.persistence import base as circuit_cache
from aws_lambda_powertools.utilities.circuit_breaker.persistence import dynamodb as circuit_dynamodb
from aws_lambda_powertools.utilities.parameters import base as parameters

NOON = datetime(2026, 11, 21, 12, 0, 0, tzinfo=UTC)


class Clock:
    """Starts at NOON; `wait` moves it forward, for all threads."""

    def __init__(self, start: datetime = NOON) -> None:
        self.at = start
        self._lock = Lock()

    def __call__(self) -> datetime:
        return self.at

    def wait(self, seconds: float) -> None:
        with self._lock:
            self.at += timedelta(seconds=seconds)


@contextmanager
def powertools_by(clock: Clock) -> Iterator[None]:
    """Let the caches and circuits of Powertools use this clock."""

    class Now(datetime):
        """The `datetime` class of Powertools, with the time of the clock."""

        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Now:
            return cls.fromtimestamp(clock().timestamp(), tz)

    with ExitStack() as patches:
        patches.enter_context(patch.object(parameters, "datetime", Now))
        for module in (circuit_base, circuit_cache, circuit_dynamodb):
            patches.enter_context(patch.object(module, "dt", SimpleNamespace(datetime=Now)))
        yield
