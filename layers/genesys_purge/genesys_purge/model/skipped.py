"""A record that a plan leaves out."""

from __future__ import annotations

from typing import NamedTuple


class SkippedRecord(NamedTuple):
    """A skipped conversation and the reason; without an id, `records` that have no known id."""

    reason: str
    conversation_id: str | None
    records: int = 1
