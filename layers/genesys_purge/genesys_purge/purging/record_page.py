"""A page of the records of a run's plan, in the making."""

from __future__ import annotations

from typing import Any, Literal

from genesys_purge.model.record_outcome import RecordPosition

# How many manifests and chunks of skipped records a page reads at most.
MOST_LISTS = 20


class RecordPage:
    """The records found so far; `following` is set once the page is over and others may follow."""

    def __init__(self, limit: int) -> None:
        self.rows: list[dict[str, Any]] = []
        self.following: RecordPosition | None = None
        self._limit = limit
        self._lists = 0

    @property
    def is_over(self) -> bool:
        return self.following is not None

    def end_before(self, part: Literal["batch", "skipped"], number: int, entry: int = 0) -> None:
        """End the page; the next one begins at this position."""
        self.following = RecordPosition(part=part, number=number, entry=entry)

    @property
    def is_full(self) -> bool:
        return len(self.rows) == self._limit

    @property
    def may_read(self) -> bool:
        """Whether the page has room, and may read one more list of ids."""
        return not self.is_full and self._lists < MOST_LISTS

    def count_list(self) -> None:
        self._lists += 1
