"""Reads every page of the event query (D5)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urljoin, urlsplit

from genesys_purge.campaign_rules.answers import IDENTIFIER
from genesys_purge.campaign_rules.exporting.ports import Event
from genesys_purge.campaign_rules.values import moment
from genesys_purge.errors import UnreadableAnswer
from genesys_purge.operation import Missing, Operation
from genesys_purge.ports import Genesys

QUERY_EVENTS = Operation(
    "POST",
    "/api/v2/analytics/events/query",
    ("analytics:events:read",),
    instead="GenesysPlatform=live, which sends POST /api/v2/audits/query, or Genesys's EventBridge "
    "partner source",
    missing=Missing.REFUSED,
)
EVENT_NAMES = ("outbound.rule.created", "outbound.rule.updated")
MOST_PAGES = 5_000
# The query of a URL, without braces: they would be placeholders of the path.
CURSOR = re.compile(r"[A-Za-z0-9._~%=&+:@,;!$'()*/?-]{1,2000}").fullmatch
LONGEST_NAME = 200
LENGTH_OF_A_DAY = len("YYYY-MM-DD")


class EventQuery:
    """Queries the events of a campaign."""

    def __init__(self, genesys: Genesys, api_url: str) -> None:
        self._genesys = genesys
        self._first = api_url + QUERY_EVENTS.path

    def pages(self, campaign_id: str, interval: str) -> Iterator[list[Event]]:
        """The events page by page; each page is requested when it is needed.

        UnreadableAnswer if an event cannot be read, or if the pages lead to another URL, lead in a
        circle or do not end. No event is skipped.
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
        """The next page's path and query; its host must be the API's own."""
        if isinstance(uri, str):
            first, found = urlsplit(self._first), _split(self._first, uri)
            is_ours = found and found[:3] == first[:3] and not found.fragment
            if found and is_ours and CURSOR(found.query):
                return f"{QUERY_EVENTS.path}?{found.query}"
        raise UnreadableAnswer("nextPageUri does not lead to another page of the event query")


def _split(base: str, uri: str) -> Any:
    try:
        return urlsplit(urljoin(base, uri))
    except ValueError:  # such as brackets without an address
        return None


def _events_in(answer: Mapping[str, Any]) -> list[Event]:
    events = answer.get("events")
    if not isinstance(events, list):
        raise UnreadableAnswer("the event query answered without a list of events")
    return [_event_in(each, number) for number, each in enumerate(events)]


def _event_in(event: object, number: int) -> Event:
    """The event; UnreadableAnswer if a field cannot be read."""
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
