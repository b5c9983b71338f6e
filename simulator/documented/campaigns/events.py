"""The events of campaign rules, and the query that returns them in pages."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated
from uuid import uuid4

from pydantic import Field, PlainValidator
from pydantic_core import PydanticCustomError

from simulator.http.answer import Answer, Refusal
from simulator.http.request import Request
from simulator.http.routing import Route
from simulator.http.wire import Body, format_instant, parse_body, parse_instant
from simulator.organisation.settings import SimulatorSettings
from simulator.organisation.words import Operation

PATH = "/api/v2/analytics/events/query"
SCOPES = ("analytics:events:read",)
QUERY = re.compile(r"\s*campaignId\s+eq\s+'([^']+)'\s*")
LATEST = re.compile(r"([1-9][0-9]{0,3})([hd])")
UNITS = {"h": timedelta(hours=1), "d": timedelta(days=1)}
CURSOR = re.compile(r"([0-9a-f]{32})\.([0-9]{1,9})")


class EventName(StrEnum):
    """The events of a rule; a deletion records no event."""

    CREATED = "outbound.rule.created"
    UPDATED = "outbound.rule.updated"


@dataclass(frozen=True, slots=True)
class RuleEvent:
    """One change of one rule."""

    at: datetime
    name: EventName
    rule_id: str

    @property
    def wire(self) -> dict[str, object]:
        """The event as JSON."""
        return {
            "timestamp": format_instant(self.at),
            "eventName": self.name.value,
            "entityId": self.rule_id,
        }


@dataclass(frozen=True, slots=True)
class Interval:
    """The latest period, or `start <= time < end`."""

    latest: timedelta | None = None
    start: datetime | None = None
    end: datetime | None = None

    def contains(self, moment: datetime, now: datetime) -> bool:
        """Whether the interval contains the moment; the latest period ends at `now`."""
        start = self.start if self.latest is None else now - self.latest
        return (start is None or start <= moment) and (self.end is None or moment < self.end)


def parse_interval(value: object) -> Interval:
    """Parses `<n>h`, `<n>d` or `start/end` in RFC 3339."""
    text = value if isinstance(value, str) else ""
    if latest := LATEST.fullmatch(text):
        return Interval(latest=int(latest[1]) * UNITS[latest[2]])
    first, slash, last = text.partition("/")
    if not slash:
        raise PydanticCustomError("interval", "must be <n>h, <n>d or start/end")
    start, end = parse_instant(first), parse_instant(last)
    if start >= end:
        raise PydanticCustomError("inverted", "start must be before end")
    return Interval(start=start, end=end)


def parse_campaign(value: object) -> str:
    """Parses the id in `campaignId eq '<id>'`."""
    found = QUERY.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise PydanticCustomError("query", "must be campaignId eq '<id>'")
    return found[1]


class EventQuery(Body):
    """The submitted query."""

    event_names: tuple[EventName, ...] = Field(min_length=1)
    query: Annotated[str, PlainValidator(parse_campaign)]
    interval: Annotated[Interval, PlainValidator(parse_interval)]


@dataclass(frozen=True, slots=True)
class ResultSet:
    """The result of a query at its first page; later changes do not affect it."""

    query: EventQuery
    events: tuple[RuleEvent, ...]


class CampaignEvents:
    """Keeps every event and answers queries; an unknown campaign has no events."""

    def __init__(self, settings: SimulatorSettings) -> None:
        self._page_size = settings.event_page_size
        self._events: dict[str, list[RuleEvent]] = defaultdict(list)
        self._results: dict[str, ResultSet] = {}

    def routes(self) -> tuple[Route, ...]:
        """The query."""
        return (Route("POST", PATH, self.query, Operation.QUERY_EVENTS, scopes=SCOPES),)

    def record(self, campaign_id: str, event: RuleEvent) -> None:
        """Appends an event."""
        self._events[campaign_id].append(event)

    def of(self, campaign_id: str) -> tuple[RuleEvent, ...]:
        """Every event of a campaign, in order."""
        return tuple(self._events.get(campaign_id, ()))

    def query(self, request: Request) -> Answer:
        """`{events, nextPageUri?}`; 400 for a wrong body, or the cursor of another query."""
        query = parse_body(EventQuery, request)
        cursor = request.query.get("cursor")
        if cursor is None:
            return self._page(uuid4().hex, self._find(query, request.at), 0)
        found = CURSOR.fullmatch(cursor)
        result = self._results.get(found[1]) if found else None
        if found is None or result is None or result.query != query:
            message = "cursor: unknown, or from another query"
            raise Refusal(400, message, code="invalid.cursor")
        return self._page(found[1], result, int(found[2]))

    def _find(self, query: EventQuery, now: datetime) -> ResultSet:
        found = (
            event
            for event in self.of(query.query)
            if event.name in query.event_names and query.interval.contains(event.at, now)
        )
        return ResultSet(query, tuple(found))

    def _page(self, result_id: str, result: ResultSet, start: int) -> Answer:
        end = start + self._page_size
        payload: dict[str, object] = {"events": [each.wire for each in result.events[start:end]]}
        if end < len(result.events):
            self._results[result_id] = result
            payload["nextPageUri"] = f"{PATH}?cursor={result_id}.{end}"
        return Answer.json(200, payload)
