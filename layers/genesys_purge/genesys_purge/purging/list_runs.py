"""ListRuns: the runs that match a query, newest first, page by page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from genesys_purge.methods import METHODS
from genesys_purge.model.listing import Listing
from genesys_purge.model.paging import (
    CONVERSATION_ID,
    ORGANISATION,
    PAGE,
    PERIOD,
    Query,
    one_of,
)
from genesys_purge.model.run import Outcome, RunStatus
from genesys_purge.model.run_summary import RunPosition, RunSummary, Searched
from genesys_purge.purging.ports import Manifests, RunList

ROUTE = "GET /purges"
FILTERS = {
    "status": one_of(list(RunStatus)),
    "method": one_of(list(METHODS)),
    "organisation": ORGANISATION,
    "outcome": one_of(list(Outcome)),
}
# As in a legal hold.
# How many runs a page with a conversation examines.
MOST_EXAMINED = 1_000
# How much a page reads to find a conversation: queries of small runs, bytes of large ones.
MOST_SEARCHES = 100
MOST_BYTES = 8_000_000


class ListRuns:
    """Serves `GET /purges`; a page is bounded in work, so it may be short."""

    def __init__(self, runs: RunList, manifests: Manifests) -> None:
        self._runs = runs
        self._manifests = manifests

    def __call__(self, given: Mapping[str, str]) -> dict[str, Any]:
        """A page of the runs that match the query; raises InvalidRequest for wrong parameters."""
        query = Query(given, (*FILTERS, "conversationId", *PERIOD, *PAGE), ROUTE)
        conversation_id = query.value("conversationId", CONVERSATION_ID)
        start = query.position(RunPosition) or RunPosition()
        listing = query.listing(FILTERS, start.after)
        if conversation_id is None:
            page = self._runs.page(listing)
            found, after = page.runs, page.following
            position = RunPosition(after=after) if after else None
        else:
            found, position = self._search(listing, conversation_id, start)
        return query.page("runs", [run.shown() for run in found], position)

    def _search(
        self, listing: Listing, conversation_id: str, start: RunPosition
    ) -> tuple[Sequence[RunSummary], RunPosition | None]:
        """The runs among the next ones that name the conversation, as far as the budget goes."""
        page = self._runs.page(listing._replace(limit=MOST_EXAMINED))
        found: list[RunSummary] = []
        before, budget = start.after, Budget()
        for run in page.runs:
            if budget.is_used or len(found) == listing.limit:
                return found, RunPosition(after=before)
            item = start.item if run.run_id == start.searched else None
            last = self._searched(run, conversation_id, item, budget)
            if last.is_found:
                found.append(run)
            elif last.following:
                searched = {"searched": run.run_id, "item": last.following}
                return found, RunPosition(after=before, **searched)
            before = run.position
        return found, RunPosition(after=page.following) if page.following else None

    def _searched(
        self, run: RunSummary, conversation_id: str, item: str | None, budget: Budget
    ) -> Searched:
        """The last step of the search in a run: found, at its end, or out of budget."""
        while True:
            step = self._manifests.search(run, conversation_id, item)
            budget.spend(step.size)
            if step.is_found or step.following is None or budget.is_used:
                return step
            item = step.following


class Budget:
    """What a page may still read to find a conversation."""

    def __init__(self) -> None:
        self._searches, self._bytes = MOST_SEARCHES, MOST_BYTES

    def spend(self, size: int) -> None:
        """Count one search that read `size` bytes."""
        self._searches, self._bytes = self._searches - 1, self._bytes - size

    @property
    def is_used(self) -> bool:
        return self._searches <= 0 or self._bytes <= 0
