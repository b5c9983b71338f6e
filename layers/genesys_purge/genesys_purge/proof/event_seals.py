"""Entries that seal many audits of one record each: webhooks, platform events and alterations."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from typing import NamedTuple

import orjson

from genesys_purge.model.merkle import Frontier
from genesys_purge.proof.entries import EVENT_SEAL, Segment, content_of, digest_of, statement

# What such a record is about belongs to no purge run: the proof of a run must name no other run.
EVENTS = frozenset({"webhook_received", "platform_event_received", "audit_altered"})
# The format of the log allows 65,535 bytes.
MOST_BYTES = 60_000


class Event(NamedTuple):
    """A sequence of one record: its tree, and the record."""

    run_id: str
    tree: Frontier
    line: bytes


def is_event(before: Frontier, lines: Sequence[bytes]) -> bool:
    """Whether the new records are the only one of an event; a later record of it is none."""
    return before.size == 0 and len(lines) == 1 and orjson.loads(lines[0])["action"] in EVENTS


def event_seals(events: Sequence[Event]) -> Sequence[bytes]:
    """The entries that seal these events: one, or more if it would be too long."""
    if not events:
        return []
    entry = _event_seal(events)
    if len(entry) <= MOST_BYTES or len(events) == 1:
        return [entry]
    middle = len(events) // 2
    return [*event_seals(events[:middle]), *event_seals(events[middle:])]


def _event_seal(events: Sequence[Event]) -> bytes:
    subjects = [
        (Segment(each.run_id, 1, 1, "").key, digest_of(content_of([each.line]))) for each in events
    ]
    times = sorted(orjson.loads(each.line)["at"] for each in events)
    runs = [
        {
            "runId": each.run_id,
            "size": each.tree.size,
            "rootHash": b64encode(each.tree.root).decode(),
        }
        for each in events
    ]
    predicate = {"firstAt": times[0], "lastAt": times[-1], "runs": runs}
    return statement(EVENT_SEAL, subjects, predicate)
