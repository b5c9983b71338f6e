"""The filters and intervals of live queries."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from simulator.live.conversations.filter import ConversationPredicate, Filter, Values, ids_of
from simulator.live.conversations.search import is_details_query
from simulator.live.interval import Interval, parse_interval

DIMENSIONS = ("conversationId", "divisionId", "originatingDirection")
WORDS = ("a", "b", "c")
values = st.dictionaries(st.sampled_from(DIMENSIONS), st.sampled_from(WORDS))
matches = st.fixed_dictionaries(
    {"dimension": st.sampled_from(DIMENSIONS), "value": st.sampled_from(WORDS)}
)
exists = st.fixed_dictionaries(
    {
        "dimension": st.sampled_from(DIMENSIONS),
        "operator": st.sampled_from(("exists", "notExists")),
    }
)
predicates = st.lists(matches | exists, min_size=1, max_size=3)
kinds = st.sampled_from(("and", "or"))
clauses = st.fixed_dictionaries({"type": kinds, "predicates": predicates})
filters = st.fixed_dictionaries(
    {"type": kinds, "predicates": predicates, "clauses": st.lists(clauses, max_size=2)}
)
moments = st.floats(0, 4_000_000_000).map(lambda each: datetime.fromtimestamp(each, UTC))


def read(body: dict[str, Any]) -> Filter[ConversationPredicate]:
    return Filter[ConversationPredicate].model_validate_json(json.dumps(body))


def is_met(predicate: dict[str, str], found: Values) -> bool:
    value = found.get(predicate["dimension"])
    match predicate.get("operator"):
        case "exists":
            return value is not None
        case "notExists":
            return value is None
        case _:
            return value == predicate["value"]


@given(filters, values)
def test_filter_needs_all_with_and_one_with_or(body: dict[str, Any], found: dict[str, str]) -> None:
    joined = {"and": all, "or": any}
    parts = [is_met(each, found) for each in body["predicates"]]
    parts += [
        joined[clause["type"]]([is_met(each, found) for each in clause["predicates"]])
        for clause in body["clauses"]
    ]
    assert read(body).accepts(found) is joined[body["type"]](parts)


@given(filters)
def test_size_counts_every_predicate(body: dict[str, Any]) -> None:
    in_clauses = sum(len(each["predicates"]) for each in body["clauses"])
    assert read(body).size == len(body["predicates"]) + in_clauses


def test_range_of_times_is_in_milliseconds() -> None:
    cases: list[tuple[dict[str, float], int, int]] = [
        ({"gt": 1000}, 1001, 1000),
        ({"gte": 1000}, 1000, 999),
        ({"lt": 1000}, 999, 1000),
        ({"lte": 1000}, 1000, 1001),
        ({"gt": 10, "lt": 20}, 15, 25),
    ]
    for bounds, inside, outside in cases:
        predicate = {"dimension": "conversationStart", "range": bounds}
        found = read({"type": "and", "predicates": [predicate]})
        for milliseconds, expected in ((inside, True), (outside, False)):
            moment = datetime.fromtimestamp(milliseconds / 1000, UTC)
            assert found.accepts({"conversationStart": moment}) is expected


def test_range_accepts_neither_absent_values_nor_texts() -> None:
    predicate = {"dimension": "conversationStart", "range": {"gt": 0}}
    found = read({"type": "and", "predicates": [predicate]})
    assert not found.accepts({})
    assert not found.accepts({"conversationStart": "1000"})


def test_empty_filters_are_refused() -> None:
    bodies: list[dict[str, Any]] = [{"type": "and"}, {"predicates": []}]
    for body in bodies:
        with pytest.raises(ValidationError):
            read(body)


@given(moments, moments)
def test_days_touched_are_all_days_of_the_interval(one: datetime, other: datetime) -> None:
    start, end = min(one, other), max(one, other)
    if start == end:
        return
    days = parse_interval(f"{start.isoformat()}/{end.isoformat()}").days_touched
    assert days.start.date() == start.date()
    assert days.start <= start < end <= days.end
    assert Interval(days.start, days.end).days_touched == days
    assert (days.end - end).days == 0


@given(st.binary())
def test_only_json_objects_are_live_queries(body: bytes) -> None:
    assert not is_details_query(body) or body.strip()[:1] == b"{"


def test_documented_fields_are_not_in_live_queries() -> None:
    assert is_details_query(b'{"interval": "a/b"}')
    for field in (b"entity", b"filter", b"aggregate", b"query", b"view"):
        assert not is_details_query(b'{"interval": "a/b", "%s": 1}' % field)


@given(filters, values, st.sampled_from(WORDS))
def test_filter_accepts_no_other_than_its_listed_ids(
    body: dict[str, Any], found: dict[str, str], conversation_id: str
) -> None:
    conditions = read(body)
    listed = ids_of(conditions)
    accepted = conditions.accepts(found | {"conversationId": conversation_id})
    assert listed is None or accepted is (conversation_id in listed)


@pytest.mark.parametrize(
    ("kind", "ids", "expected"),
    [("or", "ab", {"a", "b"}), ("and", "a", {"a"}), ("or", "a", {"a"}), ("and", "ab", None)],
)
def test_ids_of_a_filter_are_found(kind: str, ids: str, expected: set[str] | None) -> None:
    named = [{"dimension": "conversationId", "value": each} for each in ids]
    assert ids_of(read({"type": kind, "predicates": named})) == expected


def test_filter_with_another_condition_lists_no_ids() -> None:
    named = {"dimension": "conversationId", "value": "a"}
    other = {"dimension": "divisionId", "value": "b"}
    clause = {"type": "and", "predicates": [named]}
    assert ids_of(read({"type": "or", "predicates": [named, other]})) is None
    assert ids_of(read({"type": "or", "predicates": [named], "clauses": [clause]})) is None
