"""Conversations as the live platform's analytics know them: of a window, or by their ids."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import count
from typing import Any, NamedTuple

from genesys_purge.errors import LimitExceeded, UnreadableAnswer
from genesys_purge.model.dates import Window, instant_in
from genesys_purge.ports import Genesys, Operation

VIEW = ("analytics:conversationDetail:view",)
QUERY = Operation("POST", "/api/v2/analytics/conversations/details/query", permissions=VIEW)
READ = Operation("GET", "/api/v2/analytics/conversations/details?id={ids}", permissions=VIEW)
LONGEST_DAYS = 30
PAGE = 100
MOST_PAGES = 2_000

Filter = Mapping[str, Any]


class Conversation(NamedTuple):
    """A conversation's id in lower case, its times and its media; `end` is None while it lasts."""

    conversation_id: str
    start: datetime
    end: datetime | None
    media_types: frozenset[str]


def any_of(dimension: str, values: Iterable[str]) -> Filter:
    """A filter for what has one of the values."""
    return {
        "type": "or",
        "predicates": [
            {"type": "dimension", "dimension": dimension, "operator": "matches", "value": value}
            for value in values
        ],
    }


def started_in(
    window: Window,
    conversation_filters: Sequence[Filter],
    segment_filters: Sequence[Filter],
    genesys: Genesys,
) -> Iterator[Conversation]:
    """Those that started in the window and fulfil every filter, each once, in order of start."""
    seen: set[str] = set()
    for part in window.split(LONGEST_DAYS):
        for found in _pages(part, conversation_filters, segment_filters, genesys):
            # Genesys finds whole days, and a page may begin with what the last one ended with.
            if part.contains(found.start) and found.conversation_id not in seen:
                seen.add(found.conversation_id)
                yield found


def by_id(ids: Sequence[str], genesys: Genesys) -> Iterator[Conversation]:
    """Those of the ids that Genesys knows."""
    for first in range(0, len(ids), PAGE):
        asked = ",".join(ids[first : first + PAGE])
        yield from _conversations(genesys.read(READ, ids=asked))


def _pages(
    window: Window,
    conversation_filters: Sequence[Filter],
    segment_filters: Sequence[Filter],
    genesys: Genesys,
) -> Iterator[Conversation]:
    body = {
        "interval": str(window),
        "order": "asc",
        "orderBy": "conversationStart",
        "conversationFilters": list(conversation_filters),
        "segmentFilters": list(segment_filters),
    }
    for number in count(1):
        if number > MOST_PAGES:
            raise LimitExceeded(f"dateRange: more than {MOST_PAGES * PAGE} conversations a month")
        paging = {"pageSize": PAGE, "pageNumber": number}
        found = list(_conversations(genesys.read(QUERY, body | {"paging": paging})))
        if not found:
            return
        yield from found


def _conversations(answer: Mapping[str, Any]) -> Iterator[Conversation]:
    # A page after the last may lack the list, but it still tells how many there are in all.
    rows = answer.get("conversations", [] if "totalHits" in answer else None)
    if not isinstance(rows, list):
        raise UnreadableAnswer("Genesys answered a query of conversations without a list of them")
    return map(_conversation, rows)


def _conversation(row: Any) -> Conversation:
    row = row if isinstance(row, dict) else {}
    conversation_id, start = row.get("conversationId"), instant_in(row.get("conversationStart"))
    if not isinstance(conversation_id, str) or not conversation_id or start is None:
        raise UnreadableAnswer("Genesys answered a conversation without a readable id or start")
    return Conversation(
        conversation_id.casefold(),
        start,
        instant_in(row.get("conversationEnd")),
        frozenset(_media_types(row)),
    )


def _media_types(row: Mapping[str, Any]) -> Iterator[str]:
    for participant in _objects(row.get("participants")):
        for session in _objects(participant.get("sessions")):
            if isinstance(media_type := session.get("mediaType"), str):
                yield media_type


def _objects(value: object) -> Iterator[Mapping[str, Any]]:
    return (
        (each for each in value if isinstance(each, dict)) if isinstance(value, list) else iter(())
    )
