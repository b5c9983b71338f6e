"""`/api/v2/analytics/conversations/details`: finds conversations by interval or by id."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from simulator.http.answer import Answer, Refusal
from simulator.http.permissions import some
from simulator.http.request import Request
from simulator.http.routing import Route, any_body
from simulator.http.wire import parse_body
from simulator.live.conversations.index import ConversationIndex
from simulator.live.conversations.row import row_of
from simulator.live.conversations.search import DetailsQuery, is_details_query
from simulator.live.listing import BAD_REQUEST
from simulator.organisation.conversation import Conversation
from simulator.organisation.settings import SimulatorSettings
from simulator.organisation.words import Operation

PATH = "/api/v2/analytics/conversations/details"
PERMISSIONS = some("analytics:conversationDetail:view", "analytics:agentConversationDetail:view")


class ConversationDetails:
    """A row exists as long as its conversation, even without recordings."""

    def __init__(self, index: ConversationIndex, settings: SimulatorSettings) -> None:
        self._index = index
        self._settings = settings

    def routes(self) -> tuple[Route, ...]:
        """The query, which shares its path with the documented queries, and the list by ids."""
        query, read = Operation.QUERY_CONVERSATION_DETAILS, Operation.READ_CONVERSATION_DETAILS
        return (
            Route(
                "POST",
                f"{PATH}/query",
                self.query,
                query,
                permissions=PERMISSIONS,
                accepts=any_body if self._settings.live_only else is_details_query,
            ),
            Route("GET", PATH, self.by_ids, read, permissions=PERMISSIONS),
        )

    def query(self, request: Request) -> Answer:
        """`{conversations, totalHits}`; 400 for a long interval, a large page or a wrong filter."""
        query = parse_body(DetailsQuery, request, BAD_REQUEST)
        self._require_within_limits(query)
        as_of = request.at - self._settings.verification_lag
        found = query.select(self._index.started_on_days_of(query.interval, as_of))
        rows = [row_of(each) for each in self._page(query, found)]
        return Answer.json(200, {"conversations": rows, "totalHits": len(found)})

    def by_ids(self, request: Request) -> Answer:
        """`{conversations}` of `?id=a,b`, without unknown and deleted ones."""
        ids = [each for each in request.query.get("id", "").split(",") if each]
        limit = self._settings.live.max_detail_ids
        if not ids or (limit is not None and len(ids) > limit):
            raise Refusal(400, f"id: from 1 to {limit} ids", code=BAD_REQUEST)
        as_of = request.at - self._settings.verification_lag
        found = [self._index.known(each, as_of) for each in dict.fromkeys(ids)]
        rows = [row_of(each) for each in found if each]
        return Answer.json(200, {"conversations": rows})

    def _require_within_limits(self, query: DetailsQuery) -> None:
        days, page = self._settings.max_query_days, self._settings.live.largest_page
        if days is not None and query.interval.length > timedelta(days=days):
            message = f"interval: must not be longer than {days} days"
            raise Refusal(400, message, code=BAD_REQUEST)
        if query.paging and query.page_size > page:
            raise Refusal(400, f"paging.pageSize: at most {page}", code=BAD_REQUEST)
        query.require_few(self._settings.live.max_predicates)

    def _page(self, query: DetailsQuery, found: Sequence[Conversation]) -> Sequence[Conversation]:
        size, number = query.page_size, query.page_number
        # As if a new row moved the rows between two requests.
        step = max(1, size - 1) if self._settings.live.pages_overlap else size
        start = (number - 1) * step
        return found[start : start + size]
