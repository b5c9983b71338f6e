"""Entries of a manifest as JSON rows, and the manifest of entries."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from operator import index

import orjson

from genesys_purge.model.batch import Entry

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
A_MICROSECOND = timedelta(microseconds=1)


def row_of(entry: Entry) -> list[object]:
    """The entry's fields in order, with times in microseconds since 1970."""
    start = None if entry.start is None else microseconds(entry.start)
    end, media = microseconds(entry.end), sorted(entry.media)
    return [entry.conversation_id, end, entry.classification, start, media, entry.record_id]


def manifest_of(entries: Iterable[Entry]) -> bytes:
    """The rows of the entries as JSON Lines, in order."""
    lines = bytearray()
    for each in entries:
        # Each result occupies kilobytes, so a list of them would need much more memory.
        lines += orjson.dumps(row_of(each), option=orjson.OPT_APPEND_NEWLINE)
    return bytes(lines)


def entry_of(
    conversation_id: str,
    end: int,
    classification: str | None,
    start: int | None = None,
    media: Sequence[str] = (),
    record_id: str | None = None,
) -> Entry:
    """The entry whose row has these fields."""
    began = None if start is None else moment(start)
    return Entry(conversation_id, moment(end), classification, began, frozenset(media), record_id)


def microseconds(at: datetime) -> int:
    """Microseconds since 1970: seconds as a float are not exact for every time."""
    return (at - EPOCH) // A_MICROSECOND


def moment(count: int) -> datetime:
    """The time so many microseconds after 1970; TypeError for a float.

    A float is a number of seconds, and would be read as a time in 1970, which nothing retains.
    """
    return EPOCH + index(count) * A_MICROSECOND
