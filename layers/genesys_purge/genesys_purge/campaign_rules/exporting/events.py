"""The event query (D5), followed to its last page."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from hashlib import blake2b
from typing import Any, NamedTuple
from urllib.parse import urljoin, urlsplit

import orjson

from genesys_purge.campaign_rules.documented.catalogue import IDENTIFIER
from genesys_purge.campaign_rules.rules import moment
from genesys_purge.errors import UnreadableAnswer
from genesys_purge.ports import Genesys, Operation

QUERY_EVENTS = Operation(
    "POST",
    "/api/v2/analytics/events/query",
    ("analytics:events:read",),
    instead="POST /api/v2/audits/query with serviceName Outbound, or Genesys's EventBridge partner "
    "source",
)
EVENT_NAMES = ("outbound.rule.created", "outbound.rule.updated")
MOST_PAGES = 5_000
# A URL's query, without the braces that would be places to fill in.
CURSOR = re.compile(r"[A-Za-z0-9._~%=&+:@,;!$'()*/?-]{1,2000}").fullmatch
LONGEST_NAME = 200
LENGTH_OF_A_DAY = len("YYYY-MM-DD")


class Event(NamedTuple):
    """One change of one rule; `timestamp` as Genesys wrote it, `at` what it means."""

    timestamp: str
    at: datetime
    name: str
    entity_id: str


class EventQuery:
    """Asks Genesys for the events of a campaign."""

    def __init__(self, genesys: Genesys, api_url: str) -> None:
        self._genesys = genesys
        self._first = api_url + QUERY_EVENTS.path

    def pages(self, campaign_id: str, interval: str) -> Iterator[list[Event]]:
        """The events page by page, each as it is asked for.

        UnreadableAnswer where one cannot be read, and where the pages lead elsewhere, lead in a
        circle or do not end: nothing is passed over.
        """
        body = {
            "eventNames": EVENT_NAMES,
            "query": f"campaignId eq '{campaign_id}'",
            "interval": interval,
        }
        operation, asked = QUERY_EVENTS, set[str]()
        while len(asked) < MOST_PAGES:
            asked.add(operation.path)
            answer = self._genesys.read(operation, body)
            yield _events_in(answer)
            following = answer.get("nextPageUri")
            if not following:
                return
            operation = QUERY_EVENTS._replace(path=self._path_of(following))
            if operation.path in asked:
                raise UnreadableAnswer("the pages of the event query lead in a circle")
        raise UnreadableAnswer(f"the event query has more than {MOST_PAGES} pages")

    def _path_of(self, uri: object) -> str:
        """The next page's path and query; it is asked of the API itself, whatever the URI says."""
        if isinstance(uri, str):
            first, found = urlsplit(self._first), _split(self._first, uri)
            is_ours = found and found[:3] == first[:3] and not found.fragment
            if found and is_ours and CURSOR(found.query):
                return f"{QUERY_EVENTS.path}?{found.query}"
        raise UnreadableAnswer("nextPageUri does not lead to another page of the event query")


def once(pages: Iterable[list[Event]]) -> Iterator[Event]:
    """Every event once, though pages may overlap.

    Events have no ids: alike on one page they are two, alike on two pages they are one.
    """
    seen = set[bytes]()
    for page in pages:
        alike = Counter[tuple[datetime, str, str]]()
        for event in page:
            key = event[1:]
            alike[key] += 1
            mark = _digest(event, alike[key])
            if mark not in seen:
                seen.add(mark)
                yield event


def _digest(event: Event, number: int) -> bytes:
    """Sixteen bytes in place of an event, for there may be a million."""
    content = orjson.dumps([event.at.timestamp(), event.name, event.entity_id, number])
    return blake2b(content, digest_size=16).digest()


def _split(base: str, uri: str) -> Any:
    try:
        return urlsplit(urljoin(base, uri))
    except ValueError:  # brackets that hold no address
        return None


def _events_in(answer: Mapping[str, Any]) -> list[Event]:
    events = answer.get("events")
    if not isinstance(events, list):
        raise UnreadableAnswer("the event query answered without a list of events")
    return [_event_in(each, number) for number, each in enumerate(events)]


def _event_in(event: object, number: int) -> Event:
    """The event; UnreadableAnswer, for what cannot be read cannot be exported either."""
    fields = event if isinstance(event, Mapping) else {}
    timestamp, at = fields.get("timestamp"), moment(fields.get("timestamp"))
    if not isinstance(timestamp, str) or at is None or len(timestamp) == LENGTH_OF_A_DAY:
        raise UnreadableAnswer(f"event {number} of a page has no readable timestamp")
    name, entity_id = fields.get("eventName"), fields.get("entityId")
    if not isinstance(name, str) or not 0 < len(name) <= LONGEST_NAME:
        raise UnreadableAnswer(f"event {number} of a page has no readable eventName")
    if not isinstance(entity_id, str) or not IDENTIFIER(entity_id):
        raise UnreadableAnswer(f"event {number} of a page has no readable entityId")
    return Event(timestamp, at, name, entity_id)
