"""Filters of conversations and segments in the live queries."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar, Generic, Literal, TypeAlias, TypeVar

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from simulator.http.wire import Body

CONVERSATION_DIMENSIONS = frozenset(
    {"conversationId", "conversationStart", "conversationEnd", "divisionId", "originatingDirection"}
)
SEGMENT_DIMENSIONS = frozenset(
    {
        "mediaType",
        "messageType",
        "direction",
        "purpose",
        "queueId",
        "userId",
        "wrapUpCode",
        "externalContactId",
        "recording",
        "segmentType",
    }
)
MILLISECONDS = 1000

Value: TypeAlias = str | datetime
Values: TypeAlias = Mapping[str, Value]


class Range(Body):
    """Bounds of a number; times are milliseconds since 1970."""

    gt: float | None = None
    gte: float | None = None
    lt: float | None = None
    lte: float | None = None

    def contains(self, value: Value) -> bool:
        """Whether the time is within the bounds; False for a text."""
        if isinstance(value, str):
            return False
        number = value.timestamp() * MILLISECONDS
        return (
            (self.gt is None or number > self.gt)
            and (self.gte is None or number >= self.gte)
            and (self.lt is None or number < self.lt)
            and (self.lte is None or number <= self.lte)
        )


class Predicate(Body):
    """A condition on one dimension: it matches a value or a range, exists or does not exist."""

    dimensions: ClassVar[frozenset[str]] = frozenset()

    type: Literal["dimension"] = "dimension"
    dimension: str
    operator: Literal["matches", "exists", "notExists"] = "matches"
    value: str | None = None
    range: Range | None = None

    @model_validator(mode="after")
    def _readable(self) -> Predicate:
        if self.dimension not in self.dimensions:
            raise PydanticCustomError("dimension", "the dimension is unknown or not simulated")
        if self.operator == "matches" and (self.value is None) is (self.range is None):
            raise PydanticCustomError("predicate", "matches needs either value or range")
        return self

    @property
    def matches(self) -> bool:
        """Whether it compares the dimension with a value or a range."""
        return self.operator == "matches"

    def accepts(self, values: Values) -> bool:
        """Whether these values, by dimension, meet the condition."""
        found = values.get(self.dimension)
        if not self.matches:
            return (found is not None) is (self.operator == "exists")
        if found is None:
            return False
        return self.range.contains(found) if self.range else found == self.value


class ConversationPredicate(Predicate):
    """A condition on a conversation."""

    dimensions = CONVERSATION_DIMENSIONS

    @property
    def lists_id(self) -> bool:
        """Whether it accepts exactly the conversation with its value as id."""
        return self.dimension == "conversationId" and self.value is not None and self.matches


class SegmentPredicate(Predicate):
    """A condition on a segment."""

    dimensions = SEGMENT_DIMENSIONS


PredicateT = TypeVar("PredicateT", bound=Predicate)


class Clause(Body, Generic[PredicateT]):
    """Predicates; all of them (`and`) or one of them (`or`) must be met."""

    type: Literal["and", "or"]
    predicates: tuple[PredicateT, ...] = Field(min_length=1)

    def accepts(self, values: Values) -> bool:
        """Whether these values meet the condition."""
        joined = all if self.type == "and" else any
        return joined(each.accepts(values) for each in self.predicates)


class Filter(Body, Generic[PredicateT]):
    """Clauses and predicates; all of them (`and`) or one of them (`or`) must be met."""

    type: Literal["and", "or"]
    clauses: tuple[Clause[PredicateT], ...] = ()
    predicates: tuple[PredicateT, ...] = ()

    @model_validator(mode="after")
    def _not_empty(self) -> Filter[PredicateT]:
        if not (self.clauses or self.predicates):
            raise PydanticCustomError("filter", "a filter needs clauses or predicates")
        return self

    @property
    def size(self) -> int:
        """The number of predicates."""
        return len(self.predicates) + sum(len(each.predicates) for each in self.clauses)

    def accepts(self, values: Values) -> bool:
        """Whether these values meet the condition."""
        joined = all if self.type == "and" else any
        parts: tuple[Clause[PredicateT] | PredicateT, ...] = (*self.predicates, *self.clauses)
        return joined(each.accepts(values) for each in parts)


def ids_of(conditions: Filter[ConversationPredicate]) -> frozenset[str] | None:
    """The ids that the filter lists; None if it has any other condition."""
    listed = [each.value for each in conditions.predicates if each.lists_id]
    joined = conditions.type == "or" or len(listed) == 1
    if conditions.clauses or len(listed) < len(conditions.predicates) or not joined:
        return None
    return frozenset(each for each in listed if each is not None)
