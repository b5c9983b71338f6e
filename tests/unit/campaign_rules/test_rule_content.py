"""What of a rule counts, and what is sent of it."""

from __future__ import annotations

from typing import Any

import pytest
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


def test_version_id_and_uri_are_not_content() -> None:
    assert is_same(FULL, FULL | {"version": 7, "id": "id-1", "selfUri": "/rules/id-1"})


def test_what_is_left_out_is_its_default() -> None:
    default: dict[str, Any] = {"description": "", "conditions": [], "actions": [], "enabled": True}
    assert is_same(rule(), rule(**default))
    assert is_same(rule(), rule() | dict.fromkeys(default))


def test_fields_that_we_do_not_know_are_not_content() -> None:
    assert is_same(rule(), rule(modifiedBy="somebody"))
    known = set_list("list-1", 1)
    assert is_same(rule(actions=[known]), rule(actions=[known | {"color": "red"}]))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "B"),
        ("description", "other customers"),
        ("priority", 11),
        ("executionOrder", 2),
        ("conditions", [condition("value", "greaterThan", 11, "number")]),
        ("actions", [set_list("list-1", "1")]),
        ("actions", []),
        ("enabled", True),
    ],
)
def test_each_documented_field_is(field: str, value: Any) -> None:
    assert not is_same(FULL, FULL | {field: value})
    assert list(difference(FULL, FULL | {field: value})) == [field]


@pytest.mark.parametrize(
    ("one", "other", "same"), [(1, 1.0, True), (1, True, False), (0, False, False), (1, "1", False)]
)
def test_numbers_are_numbers_however_they_are_written(one: Any, other: Any, same: bool) -> None:  # noqa: FBT001
    values = (rule(actions=[set_list("list-1", each)]) for each in (one, other))
    assert is_same(*values) is same


def test_a_difference_is_told_by_field_as_it_was_and_as_it_will_be() -> None:
    assert difference(FULL, FULL | {"priority": 20, "description": ""}) == {
        "priority": [10, 20],
        "description": ["good customers", ""],
    }
    assert difference(FULL, FULL | {"version": 5}) == {}


def test_of_a_new_rule_the_difference_is_all_that_it_says() -> None:
    assert difference(None, rule()) == {
        "name": [None, "A"],
        "priority": [None, 10],
        "executionOrder": [None, 1],
        "enabled": [None, True],
    }


def test_a_rule_is_sent_in_its_new_version_with_what_we_do_not_know_of_the_old_one() -> None:
    current = rule(id="id-1", selfUri="/r", version=4, description="old", division="sales")
    assert request_body(rule(priority=20), 5, replaced=current) == rule(
        priority=20, version=5, division="sales"
    )


def test_a_rule_is_rolled_back_with_what_it_had_itself() -> None:
    before = rule(id="id-1", selfUri="/r", version=4, division="sales")
    current = rule(id="id-1", selfUri="/r", version=5, division="marketing")
    assert request_body(before, 6, replaced=current) == rule(version=6, division="sales")


VALUES = st.none() | st.booleans() | st.integers(-9, 9) | st.floats(-9, 9) | st.text(max_size=3)


@given(st.lists(VALUES, max_size=3), st.lists(VALUES, max_size=3), st.integers(1, 9))
def test_a_rule_as_sent_is_the_same_and_two_that_differ_say_where(
    ones: list[Any], others: list[Any], version: int
) -> None:
    one, other = (
        rule(actions=[set_list("list-1", each) for each in values]) for values in (ones, others)
    )
    assert is_same(one, request_body(one, version, replaced=other))
    assert is_same(one, other) is (difference(one, other) == {})
    (parsed,) = RuleSet.parse(rule_set(one)).rules
    assert is_same(one, parsed.to_json())
