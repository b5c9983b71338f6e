"""Draws the sample of a batch so that an auditor can draw it again."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Sequence

from genesys_purge.model.batch import Entry
from genesys_purge.model.certainty import CheckMode
from genesys_purge.model.check import CheckFacts


def seed_of(plan_hash: str, number: int) -> str:
    """The seed of a batch in hex; the plan fixes it before any job exists."""
    return hashlib.sha256(f"{plan_hash}:{number}".encode()).hexdigest()


def chosen(
    check: CheckFacts, entries: Sequence[Entry], protected: Collection[int]
) -> Sequence[int]:
    """The positions of the entries that the check looks at, in the order of its looks."""
    records = [(at, each.id) for at, each in enumerate(entries) if at not in protected]
    if check.mode is CheckMode.EVERY or check.seed is None:
        return [position for position, _ in records]
    return drawn(records, check.seed, check.size)


def drawn(records: Iterable[tuple[int, str]], seed: str, size: int) -> list[int]:
    """The positions of the `size` records whose ids rank lowest, in this order.

    A record is a position and an id. Its rank is the SHA-256 of the seed's bytes and the id in
    lower case.
    """
    start = hashlib.sha256(bytes.fromhex(seed))
    ranked = sorted((_rank(start, record_id), position) for position, record_id in records)
    return [position for _, position in ranked[:size]]


def _rank(start: hashlib._Hash, record_id: str) -> bytes:
    rank = start.copy()
    rank.update(record_id.lower().encode())
    return rank.digest()
