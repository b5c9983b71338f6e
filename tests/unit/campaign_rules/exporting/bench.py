"""A Genesys whose campaign rules change, and exports of its events."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from genesys_purge.campaign_rules.documented.event_query import (
    EVENT_NAMES,
    QUERY_EVENTS,
    EventQuery,
)
from genesys_purge.campaign_rules.documented.rule_changes import READ_CAMPAIGN, DocumentedChanges
from genesys_purge.campaign_rules.exporting.campaign_export import ExportedWindow
from genesys_purge.campaign_rules.exporting.change_export import ChangeExport, Destination
from genesys_purge.errors import FieldError, InvalidRequest, NotAtGenesys
from genesys_purge.model.dates import zulu
from genesys_purge.operation import Operation

from tests.change_fakes import MemoryChangeExports, MemoryFiles
from tests.clock import Clock
from tests.fakes import MemoryAuditLog
from tests.scripted_genesys import ScriptedGenesys

API = "https://api.example"
CAMPAIGN = "campaign-1"
CREATED, UPDATED = EVENT_NAMES


class Tenant(ScriptedGenesys):
    """Answers the event query and reads rules; `before_read` receives each path, and may raise.

    An event appears in the query `lag` after it happened. A page has two events; if pages
    `overlap`, its first event is the last one of the page before.
    """

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self.rules: dict[str, Mapping[str, Any]] = {}
        self.deleted_campaigns = set[str]()
        self.bodies: list[Mapping[str, Any]] = []
        self.paths: list[str] = []
        self.before_read: Callable[[str], None] = lambda path: None
        self.lag = timedelta()
        self.overlap = False
        self._clock = clock
        self._events: list[tuple[datetime, dict[str, str]]] = []
        self._found: list[dict[str, str]] = []

    def happen(self, rule_id: str = "r1", name: str = UPDATED, ago: float = 0) -> None:
        """Record an event of so many seconds ago."""
        moment = self._clock() - timedelta(seconds=ago)
        event = {"timestamp": zulu(moment), "eventName": name, "entityId": rule_id}
        self._events.append((moment, event))

    @property
    def events(self) -> list[dict[str, str]]:
        """Every event, in order."""
        return [event for _, event in self._events]

    def read(
        self, operation: Operation, body: Mapping[str, Any] | None = None, **path: str
    ) -> Mapping[str, Any]:
        if operation is READ_CAMPAIGN:
            if path["campaign_id"] in self.deleted_campaigns:
                raise NotAtGenesys("no such campaign")
            return {"entities": []}
        self.paths.append(operation.path.format(**path))
        self.before_read(self.paths[-1])
        if body is not None:
            self.bodies.append(body)
            return self._page(body["interval"], operation.path.partition("?cursor=")[2])
        if path["rule_id"] not in self.rules:
            raise NotAtGenesys("no such rule")
        return self.rules[path["rule_id"]]

    def _page(self, interval: str, cursor: str) -> Mapping[str, Any]:
        if not cursor:
            start, end = self._range(interval)
            visible = self._clock() - self.lag
            self._found = [e for at, e in self._events if start <= at < end and at <= visible]
        at, step = int(cursor or 0), 1 if self.overlap else 2
        answer: dict[str, Any] = {"events": self._found[at : at + 2]}
        if at + 2 < len(self._found):
            answer["nextPageUri"] = f"{QUERY_EVENTS.path}?cursor={at + step}"
        return answer

    def _range(self, interval: str) -> tuple[datetime, datetime]:
        start, slash, end = interval.partition("/")
        if slash:
            return datetime.fromisoformat(start), datetime.fromisoformat(end)
        hours = timedelta(hours=int(interval.removesuffix("h")))
        return self._clock() - hours, self._clock() + timedelta(microseconds=1)


class ExportBench:
    """In-memory adapters, and the export that uses them."""

    def __init__(self, settling: float = 60) -> None:
        self.clock = Clock()
        self.audit = MemoryAuditLog()
        self.exports = MemoryChangeExports(self.audit)
        self.files = MemoryFiles()
        self.tenant = Tenant(self.clock)
        self.organisations: dict[str | None, Tenant] = {None: self.tenant}
        self._destination = Destination("changes", timedelta(seconds=settling))

    def export_of(self, organisation: str | None) -> ChangeExport:
        """The export of an organisation's campaigns."""
        if organisation not in self.organisations:
            raise InvalidRequest([FieldError("organisation", "is unknown")])
        tenant = self.organisations[organisation]
        return ChangeExport(
            organisation,
            self.exports,
            self.files,
            DocumentedChanges(tenant, EventQuery(tenant, API)),
            self._destination,
            self.clock,
        )

    def run(self) -> list[ExportedWindow]:
        return self.export_of(None)(CAMPAIGN, "tests")

    def lines(self, exported: ExportedWindow) -> list[dict[str, Any]]:
        """The records of a window as JSON Lines."""
        return [json.loads(line) for line in self.files.objects[exported.json_lines].splitlines()]

    def rows(self, exported: ExportedWindow) -> list[list[str]]:
        """The rows of a window as CSV, without the header."""
        text = self.files.objects[exported.csv].decode()
        return list(csv.reader(io.StringIO(text, newline="")))[1:]

    @property
    def exported(self) -> list[tuple[str, str, str]]:
        """Timestamp, type and rule of every record in every file of JSON Lines, in order."""
        names = sorted(url for url in self.files.objects if url.endswith(".jsonl"))
        records = [json.loads(line) for n in names for line in self.files.objects[n].splitlines()]
        return [(each["timestamp"], each["eventType"], each["entityId"]) for each in records]
