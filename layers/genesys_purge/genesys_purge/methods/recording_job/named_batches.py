"""Fills batches whose jobs name their conversations."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from typing import Any

from genesys_purge.methods.contract import Planned
from genesys_purge.methods.recording_job.intervals import start_of
from genesys_purge.model.batch import Entry
from genesys_purge.model.entry_rows import entry_of, row_of

LONGEST_SPAN = timedelta(days=30)
# Genesys does not publish how many conversations a query may name.
MOST_NAMED = 100


class NamedBatches:
    """Batches of at most `size` conversations that started within 30 days of each other."""

    def __init__(self, size: int, rows: Iterable[Sequence[Any]] = ()) -> None:
        self.size = size
        self._waiting = [entry_of(*row) for row in rows]

    def add(self, entries: Iterable[Entry]) -> Iterator[Planned]:
        """The batches that these entries fill."""
        for entry in entries:
            if self._waiting and self._is_full(entry):
                yield from self.close()
            self._waiting.append(entry)

    def close(self) -> Iterator[Planned]:
        """The last batch, unless it is empty."""
        if self._waiting:
            waiting, self._waiting = self._waiting, []
            yield Planned(len(waiting), waiting)

    def rows(self) -> list[list[object]]:
        """The entries that wait for a full batch, as JSON values."""
        return [row_of(each) for each in self._waiting]

    def _is_full(self, following: Entry) -> bool:
        """Whether there is no room, or `following` starts too long after the first."""
        first, start = start_of(self._waiting[0]), start_of(following)
        return len(self._waiting) >= self.size or not first <= start <= first + LONGEST_SPAN
