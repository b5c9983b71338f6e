"""A plan in the making: its counts, its lines and its notes, which a later turn can resume."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from genesys_purge.methods.contract import Noted, Planned, Skipped
from genesys_purge.model.unverifiable import Unverifiable
from genesys_purge.purging.plan_lines import PlanLines
from genesys_purge.purging.skipped_chunks import SkippedChunks


class Draft:
    """Stores what it is given; beyond its limit it only counts."""

    def __init__(
        self,
        limit: int,
        put: Callable[[int, Planned], None],
        lines: PlanLines,
        chunks: SkippedChunks,
    ) -> None:
        self.limit = limit
        self.lines = lines
        self._put = put
        self._chunks = chunks
        self.targeted = self.batches = 0
        self.skipped: Counter[str] = Counter()
        self.notes: list[Noted] = []
        self.unverifiable: Unverifiable | None = None

    def add(self, found: Planned | Skipped | Noted) -> None:
        """Count a part of the plan, and store it."""
        if isinstance(found, Skipped):
            self.skipped[found.reason] += found.records
            self._chunks.add(found)
        elif isinstance(found, Noted):
            self.notes.append(found)
        else:
            self._add_batch(found)

    def _add_batch(self, planned: Planned) -> None:
        self.targeted += planned.targeted
        if self.targeted > self.limit:
            return
        self._put(self.batches, planned)
        self.batches += 1
        self.lines.add(planned)
        self.unverifiable = self.unverifiable or planned.unverifiable

    def to_json(self) -> dict[str, Any]:
        """What a later turn needs to resume the draft."""
        return {
            "targeted": self.targeted,
            "batches": self.batches,
            "skipped": dict(self.skipped),
            "notes": [list(each) for each in self.notes],
            "unverifiable": self.unverifiable,
            "lines": self.lines.to_json(),
            "chunks": self._chunks.to_json(),
        }

    def resume(self, stored: Mapping[str, Any]) -> None:
        """Go on from a stored draft."""
        self.targeted, self.batches = stored["targeted"], stored["batches"]
        self.skipped = Counter(stored["skipped"])
        self.notes = [Noted(*each) for each in stored["notes"]]
        unverifiable = stored["unverifiable"]
        self.unverifiable = Unverifiable(unverifiable) if unverifiable else None
        self.lines.resume(stored["lines"])
        self._chunks.resume(stored["chunks"])
