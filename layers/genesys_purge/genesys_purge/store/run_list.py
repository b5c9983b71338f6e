"""The index of all runs, newest first."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from genesys_purge.model.listing import Listing, Period
from genesys_purge.model.run_summary import RunPage
from genesys_purge.store import items
from genesys_purge.store.newest_first import Index, newest_first

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

# Of the items of a run, the index has only the one that describes the run.
REST = {"listed": items.RUN, "item": items.RUN}


class DynamoRunList:
    """Implements the `RunList` port over a sparse index of the runs table."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._index = Index(table, "RunListIndex", "listed", "submittedAt", "runId", REST)

    def page(self, listing: Listing) -> RunPage:
        page = newest_first(self._client, self._index, listing)
        return RunPage([items.summary_in(item) for item in page.items], page.following)

    def ids_since(self, start: datetime) -> Iterator[str]:
        """The ids of all runs that were submitted since then."""
        listing: Listing | None = Listing(Period(start))
        while listing:
            page = newest_first(self._client, self._index, listing)
            yield from (item["runId"]["S"] for item in page.items)
            listing = listing._replace(after=page.following) if page.following else None
