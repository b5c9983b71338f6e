"""`POST /api/v2/analytics/conversations/details/query`: counts (D2) and eligibility (D4)."""

from typing import Literal

import orjson

from simulator.answer import Answer
from simulator.conversation import Conversation
from simulator.corpus import Corpus
from simulator.id_query import parse_id_query
from simulator.oauth import OAuth
from simulator.record_filter import RecordFilter, parse_filters, parse_query
from simulator.request import Request
from simulator.routing import Route
from simulator.settings import SimulatorSettings
from simulator.wire import Body, DateRange, format_instant, parse_body
from simulator.words import GONE, MediaType, Method, Operation, RecordType

COUNT_SCOPES = ("analytics:query", "analytics:queries")
SCOPES = (*COUNT_SCOPES, "analytics:conversation:delete")


class EligibilityQuery(Body):
    """D4's dialect."""

    query: str
    view: Literal["default"] = "default"


class CountFilter(Body):
    """A D2 or D3 request's filter."""

    date_range: DateRange
    query: str | None = None
    record_types: tuple[RecordType, ...] = tuple(RecordType)
    interaction_type: MediaType | None = None
    filters: dict[str, object] | None = None

    @property
    def records(self) -> RecordFilter:
        """The records to count."""
        return RecordFilter(
            window=self.date_range,
            media_type=self.interaction_type,
            record_types=self.record_types,
            terms=parse_query(self.query) + parse_filters(self.filters),
        )


class CountQuery(Body):
    """D2's dialect."""

    entity: Literal["conversation"]
    filter: CountFilter
    aggregate: tuple[Literal["count"]]
    interval: str = "PT1H"


class Analytics:
    """Answers both dialects; deleted records go on reading as they did until the lag is over."""

    def __init__(self, corpus: Corpus, settings: SimulatorSettings, oauth: OAuth) -> None:
        self._corpus = corpus
        self._settings = settings
        self._oauth = oauth

    def routes(self) -> tuple[Route, ...]:
        """One route; the body says which dialect and so which method asks."""
        path = "/api/v2/analytics/conversations/details/query"
        return (Route("POST", path, self.query, Operation.QUERY, asking_method, SCOPES),)

    def query(self, request: Request) -> Answer:
        """`{results: [{count}]}` or `{data: [conversation]}`."""
        if asking_method(request) is Method.CONVERSATION_ARCHIVE:
            return self._eligibility(request)
        self._oauth.authorise(request, COUNT_SCOPES)
        return self._count(request)

    def _eligibility(self, request: Request) -> Answer:
        ids = parse_id_query(parse_body(EligibilityQuery, request).query, self._settings.max_ids)
        found = (self._corpus.get(each) for each in sorted(ids))
        rows = (self._row(each, request) for each in found if each is not None)
        return Answer.json(200, {"data": [row for row in rows if row is not None]})

    def _row(self, conversation: Conversation, request: Request) -> dict[str, object] | None:
        as_of = request.at - self._settings.verification_lag
        status = self._corpus.status_of(conversation.conversation_id, as_of)
        if self._settings.forgets_deleted and status in GONE:
            return None
        row: dict[str, object] = {
            "conversationId": conversation.conversation_id,
            "conversationStatus": status,
            "conversationStart": format_instant(conversation.start),
            "customAttributes": conversation.custom_attributes,
        }
        end = format_instant(conversation.end) if conversation.end else conversation.unreadable_end
        return row if end is None else row | {"conversationEnd": end}

    def _count(self, request: Request) -> Answer:
        records = parse_body(CountQuery, request).filter.records
        records.window.require_at_most(self._settings.max_query_days)
        count = records.count(self._corpus, request.at - self._settings.verification_lag)
        share, rest = divmod(count, self._settings.count_rows)
        rows = [{"count": share + (row < rest)} for row in range(self._settings.count_rows)]
        return Answer.json(200, {"results": rows})


def asking_method(request: Request) -> Method | None:
    """The method whose dialect the body is in; None where it is no JSON object."""
    try:
        body = orjson.loads(request.body)
    except orjson.JSONDecodeError:
        return None
    if not isinstance(body, dict):
        return None
    if "query" in body and "filter" not in body:
        return Method.CONVERSATION_ARCHIVE
    wanted = body.get("filter")
    typed = isinstance(wanted, dict) and "interactionType" in wanted
    return Method.INTERACTION_PURGE if typed else Method.DATA_DELETION
