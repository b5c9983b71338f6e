"""The record of a call that must happen at most once, kept inside the thing that makes it."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from genesys_purge.calling.lease import seconds_left
from genesys_purge.model.dates import Instant
from genesys_purge.model.wire import Wire


class Attempt(Wire):
    """How often a call was made, and what is known about the last one.

    `number` counts the calls and `at` is when the last one was intended. The call `isOpen` from
    its intent until its end is recorded. `isUncertain` says that a call may have been executed
    although no answer arrived; `doubts` are the intents of all such calls. `reason` is why the last
    one failed.
    """

    number: int = 0
    at: Instant | None = None
    is_open: bool = False
    is_uncertain: bool = False
    doubts: tuple[Instant, ...] = ()
    reason: str | None = None

    @property
    def unanswered(self) -> int:
        """How many calls may have been executed although no answer arrived."""
        return len(self.doubts)

    def intended(self, now: datetime) -> Self:
        """The record of the next call; store it before the call is sent."""
        return self._with(number=self.number + 1, at=now, is_open=True)

    def lease_left(self, now: datetime, lease_seconds: float) -> float:
        """Seconds during which the worker that intended the call may still be in it, or 0."""
        return seconds_left(self.at, now, lease_seconds) if self.is_open else 0.0

    def unsure(self, reason: str) -> Self:
        """The call may have been executed, but no answer arrived."""
        return self._with(
            is_open=False, is_uncertain=True, doubts=(*self.doubts, *self._last), reason=reason
        )

    def refused(self, reason: str | None = None) -> Self:
        """The last call was certainly not executed; doubts about earlier calls remain."""
        return self._with(is_open=False, reason=reason)

    def settled(self) -> Self:
        """The effect of every call is known."""
        return self._with(is_open=False, is_uncertain=False)

    def abandoned(self) -> Self:
        """No call is in flight; one that was still open becomes uncertain."""
        if not self.is_open:
            return self
        return self._with(is_open=False, is_uncertain=True, doubts=(*self.doubts, *self._last))

    def seconds_since(self, now: datetime) -> float:
        """Seconds since the last call was intended; 0 if none was."""
        return (now - self.at).total_seconds() if self.at else 0.0

    def restarted(self, now: datetime) -> Self:
        """Counts the calls from 0 again, for another purpose; an open call or a doubt remains.

        `at` is `now`, unless a call is open: its lease still counts from its intent.
        """
        return self._with(number=0, at=self.at if self.is_open else now)

    @property
    def _last(self) -> tuple[datetime, ...]:
        return (self.at,) if self.at else ()

    def _with(self, **changes: object) -> Self:
        return self.model_copy(update=changes)
