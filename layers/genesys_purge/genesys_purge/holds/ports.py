"""The interfaces of the look-up of held conversations."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple, Protocol

from genesys_purge.errors import Misconfigured
from genesys_purge.model.held_times import HeldTimes
from genesys_purge.model.holds import Hold


class Found(NamedTuple):
    """A conversation that Genesys knows; a time that it does not report readably is None."""

    conversation_id: str
    start: datetime | None
    end: datetime | None


class HoldBook(Protocol):
    """The stored holds, and the times that belong to them."""

    def readings(self) -> Sequence[Hold | Misconfigured]:
        """Each active hold, or the error of one that cannot be read."""

    def put_times(self, times: HeldTimes) -> None:
        """Store the times of a hold in place of earlier ones."""


class Organisations(Protocol):
    """The organisations of the deployment."""

    def names(self) -> Sequence[str | None]:
        """The names of all organisations, None for the default one."""

    def find(self, name: str | None, ids: Sequence[str]) -> Iterator[Found]:
        """The conversations of these ids that the organisation knows."""
