"""Conversations in the live platform's analytics: those of a window, or by id."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import count
from typing import Any, NamedTuple, Self

from genesys_purge.errors import LimitExceeded, UnreadableAnswer
from genesys_purge.methods.answers import count_in
from genesys_purge.model.dates import Window, instant_in
from genesys_purge.model.days import days_of
from genesys_purge.model.entry_rows import microseconds, moment
from genesys_purge.model.platform import LIVE
from genesys_purge.operation import Missing, Operation
from genesys_purge.ports import Genesys

VIEW = ("analytics:conversationDetail:view",)
QUERY = Operation(
    "POST",
    "/api/v2/analytics/conversations/details/query",
    permissions=VIEW,
    dialect=LIVE,
    missing=Missing.REFUSED,
)
READ = Operation(
    "GET",
    "/api/v2/analytics/conversations/details?id={ids}",
    permissions=VIEW,
    dialect=LIVE,
    missing=Missing.REFUSED,
)
LONGEST_DAYS = 30
PAGE = 100
MOST_PAGES = 2_000

Filter = Mapping[str, Any]


class LargeAnswerError(Exception):
    """A query finds more conversations than its caller wants to read by pages."""


class Conversation(NamedTuple):
    """A conversation's id in lower case, its times and its media; `end` is None while it lasts."""

    conversation_id: str
    start: datetime
    end: datetime | None
    media_types: frozenset[str]

    def joined(self, other: Self) -> Self:
        """Two answers about one conversation combined: the later end, and the media of both.

        UnreadableAnswer if they have different starts.
        """
        if other.start != self.start:
            raise UnreadableAnswer("Genesys answered a conversation with two starts")
        media_types = self.media_types | other.media_types
        if self.end is None or other.end is None:
            return self._replace(end=None, media_types=media_types)
        first, last = sorted([self.end, other.end])
        # An end before the start stays, so that the conversation is skipped.
        end = last if first >= self.start else first
        return self._replace(end=end, media_types=media_types)


def row_of_conversation(conversation: Conversation) -> list[object]:
    """The conversation as a JSON row."""
    end = None if conversation.end is None else microseconds(conversation.end)
    start, media = microseconds(conversation.start), sorted(conversation.media_types)
    return [conversation.conversation_id, start, end, media]


def conversation_of(
    conversation_id: str, start: int, end: int | None, media_types: Sequence[str]
) -> Conversation:
    """The conversation whose row has these fields."""
    ended = None if end is None else moment(end)
    return Conversation(conversation_id, moment(start), ended, frozenset(media_types))


def any_of(dimension: str, values: Iterable[str]) -> Filter:
    """A filter for one of the values."""
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
    ids: Sequence[str] = (),
    most: int | None = None,
) -> Iterator[Conversation]:
    """The conversations that started in the window and match every filter, in order of start.

    With `ids`, only those; UnreadableAnswer if Genesys answers another one. The answers do not
    contain enough to check the other filters. LargeAnswerError if Genesys counts more than `most`
    in a part of the window.
    """
    by_ids = [any_of("conversationId", ids)] if ids else []
    query = query_of([*conversation_filters, *by_ids], segment_filters)
    seen: set[str] = set()
    for part in window.split(LONGEST_DAYS):
        for found in _all(query | {"interval": str(part)}, ids, genesys, most):
            # Genesys answers whole days.
            if not part.contains(found.start):
                continue
            if found.conversation_id in seen:
                raise UnreadableAnswer("Genesys answered a conversation with two starts")
            seen.add(found.conversation_id)
            yield found


def query_of(
    conversation_filters: Sequence[Filter], segment_filters: Sequence[Filter]
) -> dict[str, Any]:
    """A query for the conversations that match every filter, in order of start."""
    return {
        "order": "asc",
        "orderBy": "conversationStart",
        "conversationFilters": list(conversation_filters),
        "segmentFilters": list(segment_filters),
    }


def whole_days(window: Window, query: Mapping[str, Any]) -> dict[str, Any]:
    """The query for the conversations that started on the days of the window.

    Without the flag, the platform also finds those that were still active on the first day.
    """
    return {**query, "interval": str(days_of(window)), "startOfDayIntervalMatching": True}


def by_id(ids: Sequence[str], genesys: Genesys) -> Iterator[Conversation]:
    """The known conversations of the ids; UnreadableAnswer if Genesys answers another one."""
    for first in range(0, len(ids), PAGE):
        asked = ids[first : first + PAGE]
        known: dict[str, Conversation] = {}
        _add(conversations_in(genesys.read(READ, ids=",".join(asked))), asked, known)
        yield from known.values()


def _all(
    query: Mapping[str, Any], ids: Sequence[str], genesys: Genesys, most: int | None
) -> Collection[Conversation]:
    """The conversations of every page up to an empty one.

    UnreadableAnswer if a page has no list and the pages before it do not reach `totalHits`.
    """
    known: dict[str, Conversation] = {}
    total = 0
    for number in count(1):
        if number > MOST_PAGES:
            raise LimitExceeded(
                f"dateRange: a month has more than {MOST_PAGES * PAGE} conversations; narrow the "
                "request"
            )
        paging = {"pageSize": PAGE, "pageNumber": number}
        answer = genesys.read(QUERY, {**query, "paging": paging})
        hits = count_in(answer, "totalHits")
        total = max(total, hits or 0)
        if most is not None and total > most:
            raise LargeAnswerError
        # The page after the last may have no list. An empty list is the end even before
        # `totalHits` is reached, because that number is approximate.
        has_no_list = hits is not None and "conversations" not in answer
        if has_no_list and len(known) < total:
            raise UnreadableAnswer(
                f"Genesys counts {total} conversations, but listed {len(known)}; try again, or use "
                "a shorter dateRange"
            )
        found = [] if has_no_list else conversations_in(answer)
        if not found:
            break
        _add(found, ids, known)
    return known.values()


def _add(found: Iterable[Conversation], ids: Sequence[str], known: dict[str, Conversation]) -> None:
    """Add the found conversations to the known ones; UnreadableAnswer if one is not in `ids`."""
    asked = {each.casefold() for each in ids}
    for each in found:
        if asked and each.conversation_id not in asked:
            raise UnreadableAnswer(
                "Genesys answered a conversation that was not asked for: it ignored the filter "
                "conversationId"
            )
        known[each.conversation_id] = each.joined(known.get(each.conversation_id, each))


def conversations_in(answer: Mapping[str, Any]) -> list[Conversation]:
    """The conversations of an answer; UnreadableAnswer if it has none that can be read."""
    rows = answer.get("conversations")
    if not isinstance(rows, list):
        raise UnreadableAnswer("Genesys answered a query of conversations without a list of them")
    return [_conversation(row) for row in rows]


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
