"""Filters: what they accept, of any values."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from simulator.live.conversations.filter import ConversationPredicate, Filter, Values
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


def holds(predicate: dict[str, str], found: Values) -> bool:
    value = found.get(predicate["dimension"])
    match predicate.get("operator"):
        case "exists":
            return value is not None
        case "notExists":
            return value is None
        case _:
            return value == predicate["value"]


@given(filters, values)
def test_and_means_all_and_or_means_one(body: dict[str, Any], found: dict[str, str]) -> None:
    joined = {"and": all, "or": any}
    parts = [holds(each, found) for each in body["predicates"]]
    parts += [
        joined[clause["type"]]([holds(each, found) for each in clause["predicates"]])
        for clause in body["clauses"]
    ]
    assert read(body).accepts(found) is joined[body["type"]](parts)


@given(filters)
def test_the_size_counts_every_predicate(body: dict[str, Any]) -> None:
    in_clauses = sum(len(each["predicates"]) for each in body["clauses"])
    assert read(body).size == len(body["predicates"]) + in_clauses


@pytest.mark.parametrize(
    ("bounds", "inside", "outside"),
    [
        ({"gt": 1000}, 1001, 1000),
        ({"gte": 1000}, 1000, 999),
        ({"lt": 1000}, 999, 1000),
        ({"lte": 1000}, 1000, 1001),
        ({"gt": 10, "lt": 20}, 15, 25),
    ],
)
def test_a_range_of_moments_is_in_milliseconds(
    bounds: dict[str, float], inside: int, outside: int
) -> None:
    predicate = {"dimension": "conversationStart", "range": bounds}
    found = read({"type": "and", "predicates": [predicate]})
    for milliseconds, expected in ((inside, True), (outside, False)):
        moment = datetime.fromtimestamp(milliseconds / 1000, UTC)
        assert found.accepts({"conversationStart": moment}) is expected


def test_nothing_that_is_absent_or_a_text_lies_within_a_range() -> None:
    predicate = {"dimension": "conversationStart", "range": {"gt": 0}}
    found = read({"type": "and", "predicates": [predicate]})
    assert not found.accepts({})
    assert not found.accepts({"conversationStart": "1000"})


@pytest.mark.parametrize("body", [{"type": "and"}, {"predicates": []}])
def test_an_empty_filter_is_refused(body: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        read(body)


@given(moments, moments)
def test_an_interval_touches_every_day_of_which_it_holds_a_moment(
    one: datetime, other: datetime
) -> None:
    start, end = min(one, other), max(one, other)
    if start == end:
        return
    days = parse_interval(f"{start.isoformat()}/{end.isoformat()}").days_touched
    assert days.start.date() == start.date()
    assert days.start <= start < end <= days.end
    assert Interval(days.start, days.end).days_touched == days
    assert (days.end - end).days == 0


@given(st.binary())
def test_only_objects_without_documented_fields_are_the_live_query(body: bytes) -> None:
    assert not is_details_query(body) or body.strip()[:1] == b"{"


@pytest.mark.parametrize("field", ["entity", "filter", "aggregate", "query", "view"])
def test_a_documented_field_makes_it_another_dialect(field: str) -> None:
    assert is_details_query(b'{"interval": "a/b"}')
    assert not is_details_query(b'{"interval": "a/b", "%s": 1}' % field.encode())
