"""The circuit breaker around Genesys Cloud: after failures in a row every process pauses."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Protocol

import httpx

from genesys_purge.errors import GenesysUnavailable
from genesys_purge.ports import Clock

# 429 and 504 say that Genesys is busy with us, not that it fails.
FAILING = frozenset({500, 502, 503})
MOST_FAILURES = 5


class CircuitState(Protocol):
    """Since when an organisation's circuit is open, for all processes alike."""

    def opened_at(self) -> datetime | None:
        """None for a closed one, and where nobody can tell."""

    def open(self, at: datetime) -> None:
        """Open it, whatever it was."""

    def claim(self, opened_at: datetime, at: datetime) -> bool:
        """Whether it was we who opened it anew: of all that try to, one."""

    def close(self) -> None:
        """Close it, whatever it was."""


class SharedCircuit:
    """Stops calling for `recovery_seconds` after five failures in a row of one process.

    Then one call goes through, and what becomes of it closes the circuit, or leaves it open for as
    long again.
    """

    def __init__(self, state: CircuitState, recovery_seconds: int, now: Clock) -> None:
        self._state = state
        self._recovery = timedelta(seconds=recovery_seconds)
        self._now = now
        self._failures = 0

    def __call__(self, send: Callable[[], httpx.Response]) -> httpx.Response:
        """The answer of `send`; GenesysUnavailable, and nothing sent, while the circuit is open."""
        is_trial = self._is_trial()
        try:
            response = send()
        except httpx.TransportError:
            self._failed(is_trial=is_trial)
            raise
        if response.status_code in FAILING:
            self._failed(is_trial=is_trial)
        else:
            self._succeeded(is_trial=is_trial)
        return response

    def _is_trial(self) -> bool:
        """Whether this call is the one that goes through an open circuit."""
        opened_at = self._state.opened_at()
        if opened_at is None:
            return False
        now = self._now()
        if now < opened_at + self._recovery or not self._state.claim(opened_at, now):
            raise GenesysUnavailable(
                "calls to Genesys are paused after repeated failures",
                retry_after=self._recovery.total_seconds(),
            )
        return True

    def _failed(self, *, is_trial: bool) -> None:
        self._failures += 1
        # A trial has opened it anew before it was sent.
        if self._failures >= MOST_FAILURES and not is_trial:
            self._state.open(self._now())
            self._failures = 0

    def _succeeded(self, *, is_trial: bool) -> None:
        self._failures = 0
        if is_trial:
            self._state.close()
