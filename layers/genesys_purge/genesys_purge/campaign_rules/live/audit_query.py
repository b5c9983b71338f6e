"""Queries the platform's own audit for changes of rules: started, awaited and read in pages."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

from genesys_purge.campaign_rules.answers import IDENTIFIER
from genesys_purge.campaign_rules.live.audit_entry import KINDS, SERVICE, AuditEntry, entry_in
from genesys_purge.errors import NotAtGenesys, RefusedByGenesys, TryLater, UnreadableAnswer
from genesys_purge.model.dates import Window, zulu
from genesys_purge.model.platform import LIVE
from genesys_purge.operation import Missing, Operation
from genesys_purge.ports import Genesys

QUERIES = "/api/v2/audits/query"
RESULTS = f"{QUERIES}/{{query_id}}/results?pageSize={{size}}"
VIEW = ("audits:audit:view",)
START = Operation("POST", QUERIES, permissions=VIEW, dialect=LIVE, missing=Missing.REFUSED)
STATE = Operation(
    "GET", f"{QUERIES}/{{query_id}}", permissions=VIEW, dialect=LIVE, missing=Missing.ENTITY
)
FIRST_PAGE = Operation("GET", RESULTS, permissions=VIEW, dialect=LIVE, missing=Missing.ENTITY)
NEXT_PAGE = FIRST_PAGE._replace(path=f"{RESULTS}&cursor={{cursor}}")
SUCCEEDED, ENDED = "succeeded", frozenset({"failed", "cancelled"})
# The platform accepts 500, and refuses a page whose answer is too large with this code.
PAGE_SIZES = (500, 50, 5)
TOO_LARGE = "response.entity.too.large"
MOST_PAGES = 5_000
POLL_SECONDS = 3.0
# How long one invocation waits for all of its queries, and what it keeps for reading the answers.
PATIENCE = 300.0
RESERVE = 120.0


class AuditQuery:
    """Queries one organisation's audit, once for each window, for the campaigns of one invocation.

    How several filters of one property combine is not documented, so each kind of rule has a query
    of its own.
    """

    def __init__(
        self, genesys: Genesys, sleep: Callable[[float], None], time_left: Callable[[], float]
    ) -> None:
        self._genesys = genesys
        self._sleep = sleep
        self._time_left = time_left
        self._patience = PATIENCE
        self._queries: dict[Window, tuple[str, ...]] = {}
        self._entries: dict[Window, list[AuditEntry]] = {}

    def running(self, window: Window, started: tuple[str, ...]) -> tuple[str, ...]:
        """The window's queries if one of them still runs when the time to wait is over.

        `started` are the queries of an earlier invocation. TryLater if Genesys gave one up.
        """
        if window in self._entries:
            return ()
        # Kept again only if Genesys gave no query up; otherwise the next campaign starts new ones.
        queries = self._queries.pop(window, None) or started or self._started(window)
        is_answered = all(self._is_answered(each) for each in queries)
        self._queries[window] = queries
        return () if is_answered else queries

    def entries(self, window: Window) -> list[AuditEntry]:
        """The changes of rules in the window, each once, in order of time."""
        if window not in self._entries:
            found = {each.id: each for query in self._queries[window] for each in self._read(query)}
            self._entries[window] = sorted(found.values(), key=lambda each: each.at)
        return self._entries[window]

    def _started(self, window: Window) -> tuple[str, ...]:
        return tuple(self._start(window, kind) for kind in KINDS)

    def _start(self, window: Window, kind: str) -> str:
        body = {
            "interval": whole_seconds(window),
            "serviceName": SERVICE,
            "filters": [{"property": "EntityType", "value": kind}],
            "sort": [{"name": "Timestamp", "sortOrder": "ascending"}],
        }
        query_id = self._genesys.read(START, body).get("id")
        if not isinstance(query_id, str) or not IDENTIFIER(query_id):
            raise UnreadableAnswer("Genesys started an audit query without a usable id")
        return query_id

    def _is_answered(self, query_id: str) -> bool:
        """Whether the query succeeded within the time to wait; TryLater if it never will."""
        while (state := self._state(query_id)) != SUCCEEDED:
            if state in ENDED:
                raise TryLater(f"Genesys ended an audit query as {state}; export again")
            if self._patience < POLL_SECONDS or self._time_left() < RESERVE:
                return False
            self._patience -= POLL_SECONDS
            self._sleep(POLL_SECONDS)
        return True

    def _state(self, query_id: str) -> str:
        """The state in lower case; a state that is not known counts as running."""
        try:
            return str(self._genesys.read(STATE, query_id=query_id).get("state")).lower()
        except NotAtGenesys as error:
            raise _forgotten(error) from error

    def _read(self, query_id: str) -> list[AuditEntry]:
        """The entries of a query, in smaller pages if larger ones are refused."""
        for size in PAGE_SIZES[:-1]:
            try:
                return [*self._pages(query_id, size)]
            except RefusedByGenesys as refused:
                if refused.code != TOO_LARGE:
                    raise
        return [*self._pages(query_id, PAGE_SIZES[-1])]

    def _pages(self, query_id: str, size: int) -> Iterator[AuditEntry]:
        """UnreadableAnswer if a page cannot be read, or if the pages do not end."""
        cursors, cursor = set[str](), ""
        while len(cursors) < MOST_PAGES:
            answer = self._page(query_id, size, cursor)
            entities = answer.get("entities")
            if not isinstance(entities, list):
                raise UnreadableAnswer("the audit query answered without a list of entities")
            yield from (entry for each in entities if (entry := entry_in(each)))
            cursor = answer.get("cursor") or ""
            if not cursor:
                return
            if not isinstance(cursor, str) or cursor in cursors:
                raise UnreadableAnswer("the pages of the audit query lead in a circle")
            cursors.add(cursor)
        raise UnreadableAnswer(f"the audit query has more than {MOST_PAGES} pages")

    def _page(self, query_id: str, size: int, cursor: str) -> Any:
        read, number = self._genesys.read, str(size)
        try:
            if cursor:
                return read(NEXT_PAGE, query_id=query_id, size=number, cursor=cursor)
            return read(FIRST_PAGE, query_id=query_id, size=number)
        except NotAtGenesys as error:
            raise _forgotten(error) from error


def _forgotten(error: NotAtGenesys) -> TryLater:
    return TryLater(
        "Genesys no longer knows an audit query; export again",
        correlation_id=error.correlation_id,
    )


def whole_seconds(window: Window) -> str:
    """The shortest interval in whole seconds, as documented, that contains the window."""
    start, end = window.start.replace(microsecond=0), window.end.replace(microsecond=0)
    if end < window.end:
        end += timedelta(seconds=1)
    return f"{zulu(start)}/{zulu(end)}"
