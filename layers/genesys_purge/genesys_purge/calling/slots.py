"""Slots for the unfinished jobs of an organisation, shared by all runs.

A slot is never returned. A worker that wants one checks whether the batch that holds it has ended,
so a worker that dies with a slot loses nothing.
"""

from __future__ import annotations

from typing import NamedTuple, Protocol

from genesys_purge.errors import LostRace, RateLimited
from genesys_purge.model.batch import BatchRef


class Slot(NamedTuple):
    """One slot of an organisation; None is the default organisation."""

    organisation: str | None
    number: int


class SlotStore(Protocol):
    """Which batch holds each slot."""

    def holder(self, slot: Slot) -> BatchRef | None:
        """The batch that holds the slot; None if no batch ever did."""

    def take(self, slot: Slot, holder: BatchRef, after: BatchRef | None) -> None:
        """Give the slot to `holder`; LostRace unless `after` still holds it."""


class Holders(Protocol):
    """What became of the batches that hold slots."""

    def is_active(self, holder: BatchRef) -> bool:
        """Whether the batch may still create or confirm a job."""

    def clear_away(self, holder: BatchRef) -> None:
        """End the job that a batch left behind, as far as Genesys allows."""


class Slots:
    """Gives at most `limit` batches of an organisation a slot."""

    def __init__(self, store: SlotStore) -> None:
        self._store = store

    def take(self, organisation: str | None, limit: int, batch: BatchRef, holders: Holders) -> None:
        """Take a slot for the batch, unless it has one; RateLimited while all are taken."""
        slots = [Slot(organisation, number) for number in range(limit)]
        held = {slot: self._store.holder(slot) for slot in slots}
        if batch in held.values():
            return
        if not any(self._takes(slot, batch, holder, holders) for slot, holder in held.items()):
            raise RateLimited(f"{limit} of our batches have jobs at Genesys, the most it allows")

    def _takes(
        self, slot: Slot, batch: BatchRef, holder: BatchRef | None, holders: Holders
    ) -> bool:
        if holder is not None:
            if holders.is_active(holder):
                return False
            holders.clear_away(holder)
        try:
            self._store.take(slot, batch, after=holder)
        except LostRace:
            return False
        return True
