"""The jobs that may still delete what a new legal hold covers."""

from __future__ import annotations

from collections.abc import Iterator

from genesys_purge.calling.in_flight import InFlight, JobInFlight
from genesys_purge.model.batch import Batch
from genesys_purge.model.holds import Hold
from genesys_purge.ports import Runs


class HeldInFlight:
    """Of the jobs in flight, those that may take a record of a hold.

    GDPR requests are not among them: a hold refuses every one of them before its call.
    """

    def __init__(self, in_flight: InFlight, runs: Runs) -> None:
        self._in_flight = in_flight
        self._runs = runs

    def __call__(self, hold: Hold) -> Iterator[JobInFlight]:
        """The batches in flight that have, or may have, a record of the hold."""
        return self._in_flight(lambda batch: self._may_take(batch, hold), hold.scope.is_in)

    def _may_take(self, batch: Batch, hold: Hold) -> bool:
        """Whether the batch's calls so far may take a record of the hold."""
        if batch.window is not None:
            return hold.covering(batch.window) is not None
        if batch.interval is not None and hold.covering(batch.interval) is not None:
            return True
        entries = self._runs.manifest(batch)
        return any(
            hold.holds_record(entry.conversation_id, entry.end)
            for position, entry in enumerate(entries)
            if position not in batch.protected
        )
