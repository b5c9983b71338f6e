"""The content of a rule, and the body that writes it."""

from __future__ import annotations

from typing import Any

from genesys_purge.campaign_rules.rule_content import difference, is_same, request_body
from genesys_purge.campaign_rules.rules import RuleSet
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.campaign_rules.examples import condition, rule, rule_set, set_list

FULL = rule(
    description="good customers",
    conditions=[condition("value", "greaterThan", 10, "number")],
    actions=[set_list("list-1", 1)],
    enabled=False,
)


def test_version_id_and_uri_are_not_compared() -> None:
    assert is_same(FULL, FULL | {"version": 7, "id": "id-1", "selfUri": "/rules/id-1"})


def test_missing_field_equals_its_default() -> None:
    default: dict[str, Any] = {"description": "", "conditions": [], "actions": [], "enabled": True}
    assert is_same(rule(), rule(**default))
    assert is_same(rule(), rule() | dict.fromkeys(default))


def test_unknown_fields_are_not_compared() -> None:
    assert is_same(rule(), rule(modifiedBy="somebody"))
    known = set_list("list-1", 1)
    assert is_same(rule(actions=[known]), rule(actions=[known | {"color": "red"}]))


def test_every_documented_field_is_compared() -> None:
    changes: list[tuple[str, Any]] = [
        ("name", "B"),
        ("description", "other customers"),
        ("priority", 11),
        ("executionOrder", 2),
        ("conditions", [condition("value", "greaterThan", 11, "number")]),
        ("actions", [set_list("list-1", "1")]),
        ("actions", []),
        ("enabled", True),
    ]
    for field, value in changes:
        assert not is_same(FULL, FULL | {field: value})
        assert list(difference(FULL, FULL | {field: value})) == [field]


def test_numbers_are_compared_by_value_and_never_equal_other_types() -> None:
    def same(one: Any, other: Any) -> bool:
        rules = (rule(actions=[set_list("list-1", each)]) for each in (one, other))
        return is_same(*rules)

    assert same(1, 1.0)
    assert not same(1, True)
    assert not same(0, False)
    assert not same(1, "1")


def compared(operator: str, value: object, kind: str, **fields: Any) -> dict[str, Any]:
    return rule(conditions=[condition("a", operator, value, kind)], **fields)


def test_conditions_are_compared_by_meaning() -> None:
    same: list[tuple[str, str, list[object]]] = [
        ("greaterThan", "number", ["5000", 5000, 5000.0, "5e3", "5000.0", "+5000"]),
        ("equals", "boolean", ["true", True]),
        ("lessThan", "date", ["2026-01-01", "2026-01-01T00:00:00Z", "2026-01-01T01:00:00+01:00"]),
        ("greaterThan", "string", ["5000", "5e3"]),
        ("lessThan", "string", ["2026-01-01", "2026-01-01T00:00:00Z"]),
        ("in", "number", ["[1,2]", ["2", "1"], [1, 2.0, 2], '["1","2e0"]']),
        ("in", "string", ['["a","b"]', ["b", "a", "a"]]),
        ("in", "date", [["2026-01-01"], '["2026-01-01T00:00:00Z"]']),
    ]
    for operator, kind, (first, *others) in same:
        for other in others:
            one, another = compared(operator, first, kind), compared(operator, other, kind)
            assert is_same(one, another), (operator, kind, other)
            assert difference(one, another) == {}


def test_conditions_of_other_meaning_differ() -> None:
    five = compared("greaterThan", "5000", "number")
    assert difference(five, compared("greaterThan", "5000.5", "number")).keys() == {"conditions"}
    different: list[tuple[dict[str, Any], dict[str, Any]]] = [
        (five, compared("greaterThan", "5000", "string")),
        (five, compared("greaterThan", "5,000", "number")),
        (compared("equals", "5000", "string"), compared("equals", "5e3", "string")),
        (compared("equals", "5000", "string"), compared("equals", 5000, "string")),
        (compared("in", ["1"], "string"), compared("in", ["1.0"], "string")),
        (compared("in", ["1"], "number"), compared("in", ["1", "2"], "number")),
        (compared("matches", "1", "number"), compared("matches", "1.0", "number")),
        (compared("equals", "1", "text"), compared("equals", ["1"], "text")),
    ]
    for one, other in different:
        assert not is_same(one, other), (one, other)


def test_condition_that_cannot_be_read_equals_itself() -> None:
    unknown = compared("equals", {"a": [1]}, "number")
    assert is_same(unknown, unknown)
    assert is_same(rule(conditions=[{"value": {"a": 1}}]), rule(conditions=[{"value": {"a": 1}}]))


def test_live_platform_does_not_tell_a_string_from_the_number_it_compares_as() -> None:
    text = compared("greaterThan", "5000", "string")
    live = compared("greaterThan", "5000", "number", counterpart={"name": "A"})
    assert is_same(text, live)
    assert is_same(live, text)
    assert not is_same(compared("equals", "5000", "string"), live)


def test_missing_execution_order_equals_any_order() -> None:
    assert is_same(rule(), rule() | {"executionOrder": None})
    assert difference(rule(), rule() | {"executionOrder": None}) == {}


def test_difference_shows_old_and_new_value_of_each_field() -> None:
    assert difference(FULL, FULL | {"priority": 20, "description": ""}) == {
        "priority": [10, 20],
        "description": ["good customers", ""],
    }
    assert difference(FULL, FULL | {"version": 5}) == {}


def test_difference_of_a_new_rule_shows_its_non_empty_fields() -> None:
    assert difference(None, rule()) == {
        "name": [None, "A"],
        "priority": [None, 10],
        "executionOrder": [None, 1],
        "enabled": [None, True],
    }


def test_body_has_the_new_version_and_unknown_fields_of_the_old_rule() -> None:
    current = rule(id="id-1", selfUri="/r", version=4, description="old", division="sales")
    assert request_body(rule(priority=20), 5, replaced=current) == rule(
        priority=20, version=5, division="sales"
    )


def test_body_of_a_roll_back_has_its_own_unknown_fields() -> None:
    before = rule(id="id-1", selfUri="/r", version=4, division="sales")
    current = rule(id="id-1", selfUri="/r", version=5, division="marketing")
    assert request_body(before, 6, replaced=current) == rule(version=6, division="sales")


VALUES = st.none() | st.booleans() | st.integers(-9, 9) | st.floats(-9, 9) | st.text(max_size=3)


@given(st.lists(VALUES, max_size=3), st.lists(VALUES, max_size=3), st.integers(1, 9))
def test_body_has_the_same_content_and_differences_are_complete(
    ones: list[Any], others: list[Any], version: int
) -> None:
    one, other = (
        rule(actions=[set_list("list-1", each) for each in values]) for values in (ones, others)
    )
    assert is_same(one, request_body(one, version, replaced=other))
    assert is_same(one, other) is (difference(one, other) == {})
    (parsed,) = RuleSet.parse(rule_set(one)).rules
    assert is_same(one, parsed.to_json())
