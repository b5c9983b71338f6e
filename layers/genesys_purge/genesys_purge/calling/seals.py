"""Seals: deletion waits while the audit is not sealed, because it could not be proven."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Protocol

from genesys_purge.errors import DeletionStopped
from genesys_purge.model.seal_health import SealHealth

WAITS = "deletion waits, and continues when this is corrected: see `When sealing fails`, docs/proof"


class SealsTooOld(DeletionStopped):
    """The audit was not sealed, or not checked, for too long; nothing was called."""


class Seals(Protocol):
    """The port through which the guard asks for the seals of the audit."""

    def obstacle(self, now: datetime) -> str | None:
        """Why nothing may be deleted now; None if the audit is sealed."""


class SealAge:
    """Allows an age of the oldest unsealed record, and of the check that found it.

    `health` reads the last check consistently; None if there is none, or it is unreadable.
    """

    def __init__(self, health: Callable[[], SealHealth | None], limit: timedelta) -> None:
        self._health = health
        self._limit = limit

    def obstacle(self, now: datetime) -> str | None:
        found = self._health()
        seconds = f"{self._limit.total_seconds():.0f} seconds"
        if found is None:
            why = "the seals of the audit were not checked yet, or the result is unreadable"
        elif abs(now - found.checked_at) > self._limit:
            at = found.checked_at.isoformat()
            why = f"the seals of the audit were last checked at {at}, not within {seconds}"
        elif found.oldest_unsealed_at and now - found.oldest_unsealed_at > self._limit:
            at = found.oldest_unsealed_at.isoformat()
            why = f"audit records since {at} are not sealed, for more than {seconds}"
        else:
            return None
        return f"{why}; {WAITS}"
