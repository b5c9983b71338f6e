"""The bodies that search for conversations."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import orjson
from pydantic import Field

from simulator.http.answer import Refusal
from simulator.http.wire import Body
from simulator.live.conversations.filter import (
    ConversationPredicate,
    Filter,
    SegmentPredicate,
    Value,
    ids_of,
)
from simulator.live.conversations.traits import segments_of, traits_of
from simulator.live.interval import WireInterval
from simulator.live.listing import BAD_REQUEST, DEFAULT_SIZE
from simulator.live.recordings.generation import is_recorded
from simulator.organisation.conversation import Conversation

DOCUMENTED = frozenset({"entity", "filter", "aggregate", "query", "view"})


class ConversationSearch(Body):
    """The common fields of the synchronous query and of the jobs' queries."""

    interval: WireInterval
    conversation_filters: tuple[Filter[ConversationPredicate], ...] = ()
    segment_filters: tuple[Filter[SegmentPredicate], ...] = ()
    order: Literal["asc", "desc", "unordered"] = "asc"
    order_by: Literal["conversationStart", "conversationEnd", "segmentStart", "segmentEnd"] = (
        "conversationStart"
    )

    def require_few(self, predicates: int | None) -> None:
        """Refuses with 400 a filter with more predicates."""
        sizes = [each.size for each in self.conversation_filters]
        sizes += [each.size for each in self.segment_filters]
        if predicates is not None and max(sizes, default=0) > predicates:
            raise Refusal(400, f"At most {predicates} predicates in a filter", code=BAD_REQUEST)

    def select(self, conversations: Sequence[Conversation]) -> Sequence[Conversation]:
        """The accepted conversations, in the order of the query.

        `conversations` must be in order of their start times and ids.
        """
        if self.conversation_filters or self.segment_filters:
            named = self._named()
            conversations = [
                each
                for each in conversations
                if (named is None or each.conversation_id in named) and self._accepts(each)
            ]
        return self._sort(conversations)

    def _named(self) -> frozenset[str] | None:
        """The only ids that the filters can accept; None if they accept others."""
        lists = [ids for each in self.conversation_filters if (ids := ids_of(each)) is not None]
        return frozenset.intersection(*lists) if lists else None

    def _accepts(self, conversation: Conversation) -> bool:
        """Whether the conversation and one of its segments meet every filter."""
        traits = traits_of(conversation)
        values: dict[str, Value] = {
            "conversationId": conversation.conversation_id,
            "conversationStart": conversation.start,
            "divisionId": traits.division_id,
            "originatingDirection": traits.direction,
        }
        if conversation.end is not None:
            values["conversationEnd"] = conversation.end
        return all(each.accepts(values) for each in self.conversation_filters) and any(
            all(each.accepts(segment) for each in self.segment_filters)
            for segment in segments_of(conversation, traits, recorded=is_recorded(conversation))
        )

    def _sort(self, conversations: Sequence[Conversation]) -> Sequence[Conversation]:
        if self.order == "unordered":
            return conversations
        if self.order_by.endswith("End"):
            conversations = sorted(
                conversations, key=lambda each: (each.last_activity, each.conversation_id)
            )
        return conversations[::-1] if self.order == "desc" else conversations


class Paging(Body):
    """The page number, counted from 1, and the page size."""

    page_size: int = Field(ge=1)
    page_number: int = Field(ge=1)


class DetailsQuery(ConversationSearch):
    """The synchronous query."""

    paging: Paging | None = None

    @property
    def page_size(self) -> int:
        """The number of rows of a page."""
        return self.paging.page_size if self.paging else DEFAULT_SIZE

    @property
    def page_number(self) -> int:
        """The number of the page."""
        return self.paging.page_number if self.paging else 1


class AsyncSearch(ConversationSearch):
    """The query of a recording job and of a details job."""

    limit: int | None = Field(default=None, ge=1)
    start_of_day_interval_matching: bool = False


def is_details_query(body: bytes) -> bool:
    """Whether the body is an object without the fields of the documented queries."""
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError:
        return False
    return isinstance(found, dict) and DOCUMENTED.isdisjoint(found)
