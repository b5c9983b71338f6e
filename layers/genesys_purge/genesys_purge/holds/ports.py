"""The interfaces of legal holds, and of the look-up of held conversations."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple, Protocol

from genesys_purge.errors import Misconfigured
from genesys_purge.model.audit import AuditRecord
from genesys_purge.model.dates import Window
from genesys_purge.model.held_times import HeldTimes
from genesys_purge.model.holds import Hold, HoldDocument
from genesys_purge.ports import Prepared


class Found(NamedTuple):
    """A conversation that Genesys knows; a time that it does not report readably is None."""

    conversation_id: str
    start: datetime | None
    end: datetime | None


class UnreadableHold(NamedTuple):
    """A stored hold that is not valid, and why."""

    hold_id: str
    problem: str


class StoredHold(NamedTuple):
    """A hold as it was read; `version` changes with every write, also with one by hand."""

    hold: HoldDocument
    version: object


class HoldStore(Protocol):
    """The stored holds, as people place and read them."""

    def place(self, hold: HoldDocument, record: AuditRecord) -> None:
        """Store a new hold with its audit record; LostRace if its id is taken."""

    def get(self, hold_id: str) -> HoldDocument | UnreadableHold | None:
        """The stored hold, active or released."""

    def stored(self, hold_id: str) -> StoredHold | UnreadableHold | None:
        """The stored hold with its version, for `replace`."""

    def replace(self, stored: StoredHold, hold: HoldDocument, record: AuditRecord) -> None:
        """Store the changed hold with its audit record; LostRace if `stored` is outdated."""

    def replacing(self, stored: StoredHold, hold: HoldDocument) -> Prepared:
        """The write of `replace`, for the transaction of another store."""

    def all(self) -> Sequence[HoldDocument | UnreadableHold]:
        """Every stored hold, active or released."""

    def times(self, hold_id: str) -> HeldTimes | None:
        """What the look-up found of a hold, perhaps for other ids than those of now."""

    def readings(self) -> Sequence[Hold | Misconfigured]:
        """Each active hold, or the error of one that cannot be read."""


class HoldBook(Protocol):
    """The stored holds, and the times that belong to them."""

    def readings(self) -> Sequence[Hold | Misconfigured]:
        """Each active hold, or the error of one that cannot be read."""

    def put_times(self, times: HeldTimes) -> None:
        """Store the times of a hold in place of earlier ones."""

    def progress(self, hold_id: str) -> HeldTimes | None:
        """What a look-up that is not complete has found so far."""

    def put_progress(self, times: HeldTimes) -> None:
        """Store how far a look-up is, beside the times of the hold."""


class Organisations(Protocol):
    """The organisations of the deployment."""

    def names(self) -> Sequence[str | None]:
        """The names of all organisations, None for the default one."""

    def find(self, name: str | None, ids: Sequence[str]) -> Iterator[Found]:
        """The conversations of these ids that the organisation knows."""

    def count(self, name: str | None, window: Window) -> int | None:
        """How many conversations of a time the organisation counts; None if it cannot count."""
