"""What a page of a list selects: records of a period, with these values, after a position."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, NamedTuple

from pydantic import StringConstraints

from genesys_purge.model.dates import Instant
from genesys_purge.model.wire import Wire

MAX_PAGE_SIZE = 200
# The name of the default organisation in the filters of lists.
DEFAULT_ORGANISATION = "default"
Key = Annotated[str, StringConstraints(min_length=1, max_length=200)]


class Position(Wire):
    """Where a page ends: after the record with this time and key."""

    at: Instant
    key: Key


class Period(NamedTuple):
    """The times from `start` to `end`, without `end`; None is unbounded."""

    start: datetime | None = None
    end: datetime | None = None

    def contains(self, at: datetime) -> bool:
        return (self.start is None or self.start <= at) and (self.end is None or at < self.end)


class Listing(NamedTuple):
    """A page of a list: at most `limit` records, newest first.

    A record of the period matches if it has each of the values.
    """

    period: Period = Period()
    values: Mapping[str, str] = {}
    after: Position | None = None
    limit: int = MAX_PAGE_SIZE
