"""Stores the skipped records of a plan in chunks, while the plan is made."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from genesys_purge.methods.contract import Skipped
from genesys_purge.model.skipped import SkippedRecord

# As many ids as in the largest batch, so that a chunk fits into an item as well.
LARGEST_CHUNK = 1_000


class SkippedChunks:
    """Keeps at most one chunk in memory, however many records are skipped."""

    def __init__(self, store: Callable[[int, Sequence[SkippedRecord]], None]) -> None:
        self._store = store
        self._waiting: list[SkippedRecord] = []
        self.count = 0

    def add(self, skipped: Skipped) -> None:
        """Add the records; without ids, one record with their number."""
        if not skipped.ids:
            self._append(SkippedRecord(skipped.reason, None, skipped.records))
        for conversation_id in skipped.ids:
            self._append(SkippedRecord(skipped.reason, conversation_id))

    def close(self) -> None:
        """Store the last chunk."""
        if self._waiting:
            self._flush()

    def to_json(self) -> dict[str, Any]:
        """The number of stored chunks, and the records that wait for the next one."""
        return {"count": self.count, "waiting": [list(each) for each in self._waiting]}

    def resume(self, stored: Mapping[str, Any]) -> None:
        """Go on from stored chunks."""
        self.count = stored["count"]
        self._waiting = [SkippedRecord(*each) for each in stored["waiting"]]

    def _append(self, record: SkippedRecord) -> None:
        self._waiting.append(record)
        if len(self._waiting) == LARGEST_CHUNK:
            self._flush()

    def _flush(self) -> None:
        self._store(self.count, self._waiting)
        self.count += 1
        self._waiting = []
