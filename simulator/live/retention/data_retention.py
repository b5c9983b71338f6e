"""`/api/v2/analytics/dataretention/settings`: the retention of interactions, in days."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from simulator.http.answer import Answer
from simulator.http.permissions import every
from simulator.http.request import Request
from simulator.http.routing import Route
from simulator.http.wire import Body, format_instant, parse_body
from simulator.live.listing import BAD_REQUEST
from simulator.organisation.live_settings import FIVE_YEARS_OF_DAYS
from simulator.organisation.words import Operation

PATH = "/api/v2/analytics/dataretention/settings"
SHORTEST = 90


class RetentionUpdate(Body):
    """The new retention."""

    retention_days: int = Field(ge=SHORTEST, le=FIVE_YEARS_OF_DAYS)


class DataRetention:
    """The retention; on the real platform a change cannot be undone."""

    def __init__(self, days: int | None) -> None:
        self.days = days
        self._created_at: datetime | None = None
        self._modified_at: datetime | None = None

    def routes(self) -> tuple[Route, ...]:
        """Read and update."""
        read, update = Operation.READ_DATA_RETENTION, Operation.UPDATE_DATA_RETENTION
        view, edit = every("analytics:dataRetention:view"), every("analytics:dataRetention:edit")
        return (
            Route("GET", PATH, self.read, read, permissions=view),
            Route("PUT", PATH, self.update, update, permissions=edit),
        )

    def read(self, _: Request) -> Answer:
        """`{retentionDays, dateCreated?, dateModified?}`; the days are null if not set."""
        payload: dict[str, object] = {"retentionDays": self.days}
        if self._created_at and self._modified_at:
            payload["dateCreated"] = format_instant(self._created_at)
            payload["dateModified"] = format_instant(self._modified_at)
        return Answer.json(200, payload)

    def update(self, request: Request) -> Answer:
        """The changed settings; 400 outside 90 days to 5 years."""
        self.days = parse_body(RetentionUpdate, request, BAD_REQUEST).retention_days
        self._created_at = self._created_at or request.at
        self._modified_at = request.at
        return self.read(request)
