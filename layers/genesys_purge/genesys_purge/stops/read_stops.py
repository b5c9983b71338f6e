"""ReadStops: the stops in force, with who stopped, when and why, and the audit of a stop."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from genesys_purge.errors import FieldError, NotFound
from genesys_purge.model.paging import page_in
from genesys_purge.model.request import require_none
from genesys_purge.model.stops import Stop, UnreadableStop, audit_id
from genesys_purge.ports import AuditLog
from genesys_purge.stops.ports import StopStore

LIST = "GET /stops"
UNKNOWN = "nothing was stopped under such an id"


class ReadStops:
    """Answers questions about stops; changes nothing."""

    def __init__(self, stops: StopStore, audit: AuditLog) -> None:
        self._stops = stops
        self._audit = audit

    def __call__(
        self, route: str, path: Mapping[str, str], query: Mapping[str, str]
    ) -> dict[str, Any]:
        """The answer to `GET /stops` or `GET /stops/{stopId}/audit`."""
        if route == LIST:
            return self._list(query)
        if self._stops.get(path["stopId"]) is None:
            raise NotFound(UNKNOWN)
        start, limit = page_in(query, 1)
        page = self._audit.page(audit_id(path["stopId"]), start, limit)
        answer: dict[str, Any] = {"records": [each.to_json() for each in page.records]}
        return answer | ({} if page.following is None else {"next": str(page.following)})

    def _list(self, query: Mapping[str, str]) -> dict[str, Any]:
        """Every stop in force, by its id; they are few, so there is one page."""
        require_none([FieldError(name, "is not a parameter of this list") for name in query])
        found = [each for each in self._stops.all() if each.is_in_force]
        return {"stops": [_shown(each) for each in sorted(found, key=lambda each: each.stop_id)]}


def _shown(stop: Stop | UnreadableStop) -> dict[str, Any]:
    """A stop; of one that cannot be read, what is wrong."""
    if isinstance(stop, UnreadableStop):
        return {"stopId": stop.stop_id, "wrong": stop.problem}
    return stop.to_json()
