"""`/api/v2/audits/query`: start a query, read its state, read its entries page by page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import uuid4

import orjson
from pydantic import Field

from simulator.http.answer import Answer, Refusal
from simulator.http.permissions import every
from simulator.http.request import Request
from simulator.http.routing import Route
from simulator.http.wire import Body, format_instant, parse_body
from simulator.live.audits.trail import SERVICE, AuditEntry, AuditTrail
from simulator.live.interval import WireInterval
from simulator.live.listing import BAD_REQUEST, number_in
from simulator.organisation.settings import SimulatorSettings
from simulator.organisation.words import Operation

ALL = "/api/v2/audits/query"
ONE = f"{ALL}/{{queryId}}"
VIEW = every("audits:audit:view")
LONGEST = timedelta(days=31)
LARGEST_PAGE = 500


class Filter(Body):
    """One condition; all conditions of a query must hold."""

    property: Literal[
        "UserId", "TrusteeOrganizationId", "ClientId", "Action", "EntityType", "EntityId"
    ]
    value: str

    def holds(self, entry: AuditEntry) -> bool:
        """Whether the entry has the value; no entry has a user or a trustee."""
        found = {
            "ClientId": entry.client_id,
            "Action": entry.action.value,
            "EntityType": entry.entity_type,
            "EntityId": entry.entity_id,
        }
        return found.get(self.property) == self.value


class Sort(Body):
    """The order of the entries."""

    name: Literal["Timestamp"]
    sort_order: Literal["ascending", "descending"]


class QueryBody(Body):
    """The submitted query."""

    interval: WireInterval
    service_name: str | None = None
    filters: tuple[Filter, ...] = ()
    sort: tuple[Sort, ...] = Field(default=(), max_length=1)


@dataclass(frozen=True, slots=True)
class Query:
    """A started query with its entries, which later changes do not affect."""

    query_id: str
    started_at: datetime
    sent: dict[str, object]
    entries: tuple[AuditEntry, ...]


class AuditQueries:
    """Every query; it is queued for half of its time, then it runs."""

    def __init__(self, trail: AuditTrail, settings: SimulatorSettings) -> None:
        self._trail = trail
        self._lasts = settings.lasting(settings.live.audit_query_seconds)
        self._live = settings.live
        self._queries: dict[str, Query] = {}

    def routes(self) -> tuple[Route, ...]:
        """Start, state and results."""
        start, state = Operation.START_AUDIT_QUERY, Operation.READ_AUDIT_QUERY
        results = Operation.READ_AUDIT_RESULTS
        return (
            Route("POST", ALL, self.start, start, permissions=VIEW),
            Route("GET", ONE, self.state, state, permissions=VIEW),
            Route("GET", f"{ONE}/results", self.results, results, permissions=VIEW),
        )

    def start(self, request: Request) -> Answer:
        """202 and the query; 400 for an interval over 31 days or another service."""
        body = parse_body(QueryBody, request, BAD_REQUEST)
        if body.interval.length > LONGEST:
            message = "You must specify a search interval that does not exceed 31 days"
            raise Refusal(400, message, code=BAD_REQUEST)
        if body.service_name not in (None, SERVICE):
            raise Refusal(400, f"serviceName: only {SERVICE} is simulated", code=BAD_REQUEST)
        query = Query(
            query_id=str(uuid4()),
            started_at=request.at,
            sent=orjson.loads(request.body),
            entries=tuple(self._found(body)),
        )
        self._queries[query.query_id] = query
        return Answer.json(202, self._wire(query, request.at))

    def state(self, request: Request) -> Answer:
        """The query and its state; 404 for an unknown query."""
        return Answer.json(200, self._wire(self._query(request), request.at))

    def results(self, request: Request) -> Answer:
        """`{id, pageSize, entities, cursor?}` for `?pageSize=&cursor=`; 400 before it succeeds."""
        query = self._query(request)
        if self._state(query, request.at) != "Succeeded":
            raise Refusal(400, "The query has not succeeded", code=BAD_REQUEST)
        size = number_in(request, "pageSize", 25, most=LARGEST_PAGE)
        largest = self._live.largest_audit_page
        if largest is not None and size > largest:
            raise Refusal(400, "Reduce pageSize", code="response.entity.too.large")
        start = number_in(request, "cursor", 0) if "cursor" in request.query else 0
        payload: dict[str, object] = {
            "id": query.query_id,
            "pageSize": size,
            "entities": [each.wire for each in query.entries[start : start + size]],
        }
        if start + size < len(query.entries):
            payload["cursor"] = str(start + size)
        return Answer.json(200, payload)

    def _found(self, body: QueryBody) -> list[AuditEntry]:
        interval = body.interval
        found = [
            each
            for each in self._trail.entries
            if interval.start <= each.at < interval.end
            if all(condition.holds(each) for condition in body.filters)
        ]
        is_ascending = any(each.sort_order == "ascending" for each in body.sort)
        return found if is_ascending else found[::-1]

    def _query(self, request: Request) -> Query:
        query_id = request.parameters["queryId"]
        if query_id not in self._queries:
            raise Refusal(404, "The audit query was not found", entity_id=query_id)
        return self._queries[query_id]

    def _state(self, query: Query, now: datetime) -> str:
        age = now - query.started_at
        if age < self._lasts / 2:
            return "Queued"
        return "Running" if age < self._lasts else self._live.audit_query_outcome

    def _wire(self, query: Query, now: datetime) -> dict[str, object]:
        return {
            "id": query.query_id,
            "state": self._state(query, now),
            "startDate": format_instant(query.started_at),
            **query.sent,
        }
