"""The stores of one interleaving; they keep frozen records as they are, because copies are slow."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from genesys_purge.model.audit import AuditRecord
from genesys_purge.model.batch import Batch, Entry
from genesys_purge.model.run import Run

from tests.fakes import MemoryAuditLog, MemoryPolls, MemoryRuns
from tests.interleavings.application import Stores
from tests.interleavings.stage import Stage


def _as_it_is(record: Any) -> Any:
    return record


class NoAudit(MemoryAuditLog):
    """A log that keeps nothing: no invariant of a simulation depends on it."""

    def append(self, record: AuditRecord) -> None:  # noqa: ARG002  the port's signature
        return


class PlainRuns(MemoryRuns):
    """Runs whose records are not copied."""

    _kept = staticmethod(_as_it_is)

    def load(self, run: Run, batches: Sequence[tuple[Batch, Sequence[Entry]]]) -> None:
        """Put in a running run with its batches."""
        self._runs[run.run_id] = run
        for batch, entries in batches:
            self._batches[run.run_id, batch.number] = batch
            self._manifests[run.run_id, batch.number] = tuple(entries)


class PlainPolls(MemoryPolls):
    """Polls that are not copied."""

    _kept = staticmethod(_as_it_is)


class PlainStores(Stores):
    """The stores that all workers share."""

    def __init__(self, stage: Stage) -> None:
        super().__init__(stage)
        self.audit = NoAudit()
        self.runs = PlainRuns(self.audit)
        self.polls = PlainPolls()
