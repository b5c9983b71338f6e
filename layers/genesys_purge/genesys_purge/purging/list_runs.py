"""ListRuns: the runs that match a query, newest first, page by page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from genesys_purge.errors import FieldError, InvalidRequest
from genesys_purge.methods import METHODS
from genesys_purge.model.paging import NOT_A_TOKEN, Query
from genesys_purge.model.run import Outcome, RunStatus
from genesys_purge.model.run_summary import RunFilter, RunPosition, RunSummary, Searched
from genesys_purge.purging.ports import Manifests, RunList

ROUTE = "GET /purges"
PARAMETERS = (
    "status",
    "method",
    "organisation",
    "outcome",
    "from",
    "to",
    "conversationId",
    "limit",
    "next",
)
ORGANISATION = "(?:[a-z0-9][a-z0-9-]{0,39})?"
NO_ORGANISATION = "must be the name of an organisation, or empty for the default organisation"
# As in a legal hold.
CONVERSATION_ID = "[A-Za-z0-9][A-Za-z0-9_-]{0,63}"
NO_CONVERSATION_ID = "is not a conversation id"
# How many runs a page examines if not each of them matches.
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
        query = Query(given, *PARAMETERS)
        wanted = _filter(query)
        conversation_id = query.matching("conversationId", CONVERSATION_ID, NO_CONVERSATION_ID)
        start, limit = query.position(RunPosition, ROUTE), query.limit
        query.check()
        start = start or RunPosition()
        if start.after and not wanted.submitted.contains(start.after.submitted_at):
            raise InvalidRequest([FieldError("next", NOT_A_TOKEN)])
        if conversation_id is None:
            found, position = self._page(wanted, start, limit)
        else:
            found, position = self._search(wanted, conversation_id, start, limit)
        answer: dict[str, Any] = {"runs": [run.shown() for run in found]}
        return answer | ({"next": query.token(position, ROUTE)} if position else {})

    def _page(
        self, wanted: RunFilter, start: RunPosition, limit: int
    ) -> tuple[list[RunSummary], RunPosition | None]:
        page = self._runs.page(wanted, start.after, MOST_EXAMINED if wanted.narrows else limit)
        found = list(page.runs[:limit])
        following = found[-1].key if len(page.runs) > limit else page.following
        return found, RunPosition(after=following) if following else None

    def _search(
        self, wanted: RunFilter, conversation_id: str, start: RunPosition, limit: int
    ) -> tuple[list[RunSummary], RunPosition | None]:
        """The runs among the next ones that name the conversation, as far as the budget goes."""
        page = self._runs.page(wanted, start.after, MOST_EXAMINED)
        found: list[RunSummary] = []
        before, budget = start.after, Budget()
        for run in page.runs:
            if budget.is_used or len(found) == limit:
                return found, RunPosition(after=before)
            item = start.item if run.run_id == start.searched else None
            last = self._searched(run, conversation_id, item, budget)
            if last.is_found:
                found.append(run)
            elif last.following:
                searched = {"searched": run.run_id, "item": last.following}
                return found, RunPosition(after=before, **searched)
            before = run.key
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


def _filter(query: Query) -> RunFilter:
    return RunFilter(
        status=query.one_of("status", list(RunStatus)),
        method=query.one_of("method", list(METHODS)),
        outcome=query.one_of("outcome", list(Outcome)),
        organisation=query.matching("organisation", ORGANISATION, NO_ORGANISATION),
        submitted=query.period(),
    )
