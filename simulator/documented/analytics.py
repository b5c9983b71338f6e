"""`POST /api/v2/analytics/conversations/details/query`: counts and eligibility."""

from typing import Literal

import orjson

from simulator.documented.id_query import parse_id_query
from simulator.documented.record_filter import RecordFilter, parse_filters, parse_query
from simulator.http.answer import Answer
from simulator.http.request import Request
from simulator.http.routing import Route
from simulator.http.wire import Body, DateRange, format_instant, parse_body
from simulator.organisation.conversation import Conversation
from simulator.organisation.corpus import Corpus
from simulator.organisation.settings import SimulatorSettings
from simulator.organisation.words import GONE, MediaType, Method, Operation

PATH = "/api/v2/analytics/conversations/details/query"
COUNT_SCOPES = ("analytics:query",)
ELIGIBILITY_SCOPES = (*COUNT_SCOPES, "analytics:conversation:delete")


class EligibilityQuery(Body):
    """The query of the conversation archive."""

    query: str
    view: Literal["default"] = "default"


class CountFilter(Body):
    """The filter of a data deletion or an interaction purge; it knows no record types."""

    date_range: DateRange
    query: str | None = None
    interaction_type: MediaType | None = None
    filters: dict[str, object] | None = None

    @property
    def records(self) -> RecordFilter:
        """The filter of the records to count."""
        return RecordFilter(
            window=self.date_range,
            media_type=self.interaction_type,
            terms=parse_query(self.query) + parse_filters(self.filters),
        )


class CountQuery(Body):
    """The counting query of the data deletion."""

    entity: Literal["conversation"]
    filter: CountFilter
    aggregate: tuple[Literal["count"]]
    interval: str = "PT1H"


class Analytics:
    """Answers both queries; a deleted record still reads as before until the lag is over."""

    def __init__(self, corpus: Corpus, settings: SimulatorSettings) -> None:
        self._corpus = corpus
        self._settings = settings

    def routes(self) -> tuple[Route, ...]:
        """One path; the body decides which query it is."""
        method = Method.CONVERSATION_ARCHIVE
        return (
            Route(
                "POST",
                PATH,
                self.eligibility,
                Operation.QUERY,
                method,
                ELIGIBILITY_SCOPES,
                accepts=is_eligibility_query,
            ),
            Route("POST", PATH, self.count, Operation.QUERY, counting_method, COUNT_SCOPES),
        )

    def eligibility(self, request: Request) -> Answer:
        """`{data: [conversation]}`, without unknown ids."""
        ids = parse_id_query(parse_body(EligibilityQuery, request).query, self._settings.max_ids)
        found = (self._corpus.get(each) for each in sorted(ids))
        rows = (self._row(each, request) for each in found if each is not None)
        return Answer.json(200, {"data": [row for row in rows if row is not None]})

    def count(self, request: Request) -> Answer:
        """`{results: [{count}]}`; 400 for a window that is too long."""
        records = parse_body(CountQuery, request).filter.records
        records.window.require_at_most(self._settings.max_query_days)
        count = records.count(self._corpus, request.at - self._settings.verification_lag)
        share, rest = divmod(count, self._settings.count_rows)
        rows = [{"count": share + (row < rest)} for row in range(self._settings.count_rows)]
        return Answer.json(200, {"results": rows})

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


def is_eligibility_query(body: bytes) -> bool:
    """Whether the body is the query of the conversation archive."""
    fields = _object(body)
    return fields is not None and "query" in fields and "filter" not in fields


def counting_method(request: Request) -> Method | None:
    """The method that counts; None if the body is not a JSON object."""
    fields = _object(request.body)
    if fields is None:
        return None
    wanted = fields.get("filter")
    typed = isinstance(wanted, dict) and "interactionType" in wanted
    return Method.INTERACTION_PURGE if typed else Method.DATA_DELETION


def _object(body: bytes) -> dict[str, object] | None:
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
    return found if isinstance(found, dict) else None
