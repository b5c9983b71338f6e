"""The interfaces of stops and cancellations, as people place and read them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from genesys_purge.calling.cancellations import Cancellations
from genesys_purge.model.audit import AuditRecord
from genesys_purge.model.cancellation import RunCancellation
from genesys_purge.model.stops import Stop, UnreadableStop
from genesys_purge.ports import Prepared


class StopStore(Protocol):
    """The stored stops, one for each scope and name."""

    def place(self, stop: Stop, record: AuditRecord) -> None:
        """Store a stop with its audit record; LostRace if one of its scope is in force."""

    def put(self, after: Stop, before: Stop, record: AuditRecord) -> None:
        """Store a changed stop with its audit record; LostRace unless `before` is stored."""

    def get(self, stop_id: str) -> Stop | UnreadableStop | None:
        """The stored stop, in force or resumed."""

    def all(self) -> Sequence[Stop | UnreadableStop]:
        """Every stored stop, in force or resumed."""

    def changing(self, after: Stop, before: Stop | UnreadableStop) -> Prepared:
        """The write of a changed stop; its condition is that the stored one is still `before`.

        Of a stop that cannot be read, only the existence is compared.
        """


class CancellationStore(Cancellations, Protocol):
    """The stored cancellations of runs."""

    def put(self, cancellation: RunCancellation, record: AuditRecord) -> None:
        """Store it with its audit record; LostRace if the run has one, or has ended."""
