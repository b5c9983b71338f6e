"""A plan in the making: its counts, its hash and its notes, which a later turn can resume."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import orjson

from genesys_purge.methods.contract import Noted, Planned, Skipped
from genesys_purge.model.unverifiable import Unverifiable
from genesys_purge.purging.skipped_chunks import SkippedChunks


class Draft:
    """Stores what it is given; beyond its limit it only counts."""

    def __init__(
        self, limit: int, put: Callable[[int, Planned], None], chunks: SkippedChunks
    ) -> None:
        self.limit = limit
        self._put = put
        self._chunks = chunks
        self.targeted = self.batches = 0
        self.skipped: Counter[str] = Counter()
        self.notes: list[Noted] = []
        self.unverifiable: Unverifiable | None = None
        self._digest = b""

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
        self._digest = _chained(self._digest, planned)
        self.unverifiable = self.unverifiable or planned.unverifiable

    @property
    def hash(self) -> str:
        """The hash of the batches so far."""
        return self._digest.hex() or plan_hash(())

    def to_json(self) -> dict[str, Any]:
        """What a later turn needs to resume the draft."""
        return {
            "targeted": self.targeted,
            "batches": self.batches,
            "skipped": dict(self.skipped),
            "notes": [list(each) for each in self.notes],
            "unverifiable": self.unverifiable,
            "digest": self._digest.hex(),
            "chunks": self._chunks.to_json(),
        }

    def resume(self, stored: Mapping[str, Any]) -> None:
        """Go on from a stored draft."""
        self.targeted, self.batches = stored["targeted"], stored["batches"]
        self.skipped = Counter(stored["skipped"])
        self.notes = [Noted(*each) for each in stored["notes"]]
        unverifiable = stored["unverifiable"]
        self.unverifiable = Unverifiable(unverifiable) if unverifiable else None
        self._digest = bytes.fromhex(stored["digest"])
        self._chunks.resume(stored["chunks"])


def plan_hash(batches: Iterable[Planned]) -> str:
    """A chain of SHA-256 over the batches in order, in hex.

    The hash of a plan is that of its last batch, which contains the hash of the batch before, so
    that a plan can be hashed in several turns.
    """
    digest = b""
    for each in batches:
        digest = _chained(digest, each)
    return digest.hex() or hashlib.sha256().hexdigest()


def _chained(before: bytes, batch: Planned) -> bytes:
    window = batch.window or batch.interval
    ids = [entry.id for entry in batch.entries]
    content = orjson.dumps([window and window.to_json(), ids, batch.targeted])
    return hashlib.sha256(before + content).digest()
