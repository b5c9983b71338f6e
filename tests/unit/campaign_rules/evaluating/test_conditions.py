"""Compiled conditions: each operator with each type, and when a condition is false."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from genesys_purge.campaign_rules.evaluating.conditions import compile_rule, compile_rules
from genesys_purge.campaign_rules.rules import Rule

from tests.unit.campaign_rules.examples import condition, rule, with_conditions

NAN, INFINITY = float("nan"), float("inf")


def holds(operator: str, value: object, kind: str, actual: object) -> bool:
    matches = compile_rule(with_conditions(condition("a", operator, value, kind)))
    return matches({"a": actual})


@pytest.mark.parametrize(
    ("kind", "less", "value", "more"),
    [
        ("string", "b", "ba", "c"),
        ("string", "10", "9", "\u00fc"),
        ("number", 499.5, 500, 501),
        ("number", -INFINITY, 0.1, 10**400),
        ("date", "2026-01-01T23:59:59Z", "2026-01-02", "2026-01-02T00:00:00.000001Z"),
        ("date", "2026-01-02T00:59:59+01:00", "2026-01-02T00:00:00Z", "2026-01-02T00:00:00-00:01"),
        ("date", "0001-01-01T00:00:00+23:59", "2026-01-02", "9999-12-31T23:59:59-23:59"),
    ],
)
def test_ordered_types_compare_by_their_order(kind: str, less: Any, value: Any, more: Any) -> None:
    expected = {
        "equals": [False, True, False],
        "notEquals": [True, False, True],
        "greaterThan": [False, False, True],
        "greaterThanOrEqual": [False, True, True],
        "lessThan": [True, False, False],
        "lessThanOrEqual": [True, True, False],
    }
    found = {
        operator: [holds(operator, value, kind, actual) for actual in (less, value, more)]
        for operator in expected
    }
    assert found == expected


def test_booleans_are_equal_or_not() -> None:
    cases: list[tuple[str, object, bool, bool]] = [
        ("equals", True, True, False),
        ("equals", False, False, True),
        ("notEquals", True, False, True),
        ("notEquals", False, True, False),
        ("in", [True], True, False),
        ("in", [True, False], True, True),
    ]
    for operator, value, when_true, when_false in cases:
        assert holds(operator, value, "boolean", actual=True) is when_true
        assert holds(operator, value, "boolean", actual=False) is when_false


def test_contains_finds_a_substring() -> None:
    actual: list[object] = ["gold member", "gold", "Gold", "", ["gold"]]
    found = [holds("contains", "gold", "string", each) for each in actual]
    assert found == [True, True, False, False, False]


def test_in_finds_one_of_the_values() -> None:
    dates = ["2026-01-01", "2026-02-01"]
    cases: list[tuple[str, list[Any], Any, Any]] = [
        ("string", ["DE", "FR"], "FR", "fr"),
        ("number", [1, 2.5], 1.0, 2),
        ("date", dates, "2026-02-01T01:00:00+01:00", "2026-02-01T01:00:00Z"),
    ]
    for kind, values, inside, outside in cases:
        assert holds("in", values, kind, inside)
        assert not holds("in", values, kind, outside)


RIGHT = {"string": "1", "number": 1, "boolean": True, "date": "2026-01-01"}
OF_ANOTHER_TYPE: dict[str, list[Any]] = {
    "string": [1, True, None, ["1"], {"1": 1}],
    "number": ["1", True, None, [1], {}, NAN],
    "boolean": [1, 0, "true", None, [True], {}],
    "date": ["2026-01-01T00:00:00", "soon", 20_260_101, 0, True, None, ["2026-01-01"], {}],
}


def test_value_of_another_type_makes_every_condition_false() -> None:
    for kind, value in RIGHT.items():
        operators = ["equals", "notEquals"]
        operators += ["greaterThanOrEqual", "lessThanOrEqual"] if kind != "boolean" else []
        operators += ["contains"] if kind == "string" else []
        for actual in OF_ANOTHER_TYPE[kind]:
            assert not any(holds(operator, value, kind, actual) for operator in operators), actual
            assert not holds("in", [value], kind, actual)


def test_missing_attribute_makes_a_condition_false() -> None:
    contacts: list[dict[str, Any]] = [
        {},
        {"a": None},
        {"a": {}},
        {"a": {"b": None}},
        {"a": {"b": {"c": None}}},
        {"a": {"b": {"d": "x"}}},
        {"a": {"b": "c"}},
        {"a": "b"},
        {"a": ["b"]},
        {"a": [{"b": {"c": "x"}}]},
        {"a": 1},
        {"a": True},
        {"a.b.c": "x"},
        {"a": {"b.c": "x"}},
    ]
    for operator in ("equals", "notEquals"):
        matches = compile_rule(with_conditions(condition("a.b.c", operator, "y", "string")))
        assert [each for each in contacts if matches(each)] == []
    assert matches({"a": {"b": {"c": "x"}}})


FIVE = [
    condition("status", "equals", "active", "string"),
    condition("customFields.lifetimeValue", "greaterThan", 500, "number"),
    condition("customFields.tier", "in", ["gold", "silver"], "string"),
    condition("consent.marketing", "equals", True, "boolean"),
    condition("consent.until", "greaterThanOrEqual", "2026-06-01", "date"),
]


def contact() -> dict[str, Any]:
    return {
        "status": "active",
        "customFields": {"lifetimeValue": 500.01, "tier": "gold"},
        "consent": {"marketing": True, "until": "2026-06-01"},
    }


def test_rule_matches_if_all_conditions_hold() -> None:
    assert compile_rule(with_conditions(*FIVE))(contact())


def test_rule_does_not_match_if_one_condition_fails() -> None:
    changes: list[tuple[str, str, object]] = [
        ("", "status", "inactive"),
        ("customFields", "lifetimeValue", 500),
        ("customFields", "tier", "bronze"),
        ("consent", "marketing", False),
        ("consent", "until", "2026-05-31T23:59:59Z"),
    ]
    matches = compile_rule(with_conditions(*FIVE))
    for section, field, value in changes:
        changed = contact()
        (changed[section] if section else changed)[field] = value
        assert not matches(changed), field


def test_several_conditions_may_share_an_attribute() -> None:
    within = compile_rule(
        with_conditions(
            condition("at", "greaterThanOrEqual", "2026-01-01", "date"),
            condition("at", "lessThan", "2026-02-01", "date"),
            condition("at", "contains", "Z", "string"),
        )
    )
    moments = ["2025-12-31T23:59:59Z", "2026-01-01T00:00:00Z", "2026-01-31T23:59:59Z", "2026-02-01"]
    assert [within({"at": at}) for at in moments] == [False, True, True, False]


def test_rule_without_conditions_matches_every_contact() -> None:
    assert compile_rule(with_conditions())({})
    assert compile_rule(with_conditions())({"a": 1})


def test_disabled_rule_matches_nothing() -> None:
    assert not compile_rule(with_conditions(enabled=False))({})
    assert not compile_rule(with_conditions(*FIVE, enabled=False))(contact())


def rules() -> list[Rule]:
    minimums = {"second": (3, 10, True), "first": (2, 5, True), "off": (1, 0, False)}
    return [
        Rule.parse(
            rule(
                name,
                order,
                enabled=enabled,
                conditions=[condition("n", "greaterThanOrEqual", minimum, "number")],
            )
        )
        for name, (order, minimum, enabled) in minimums.items()
    ]


def test_evaluator_returns_matching_rules_in_execution_order() -> None:
    evaluator = compile_rules(rules())
    expected = {4: (), 5: ("first",), 10: ("first", "second"), None: ()}
    assert {number: evaluator.matching({"n": number}) for number in expected} == expected


def test_missing_attribute_of_one_rule_does_not_affect_others() -> None:
    other = Rule.parse(rule("other", 9, conditions=[condition("m", "equals", 1, "number")]))
    evaluator = compile_rules([other, *rules()])
    assert evaluator.matching({"n": 10}) == ("first", "second")
    assert evaluator.matching({"m": 1}) == ("other",)


def test_evaluator_without_rules_matches_nothing() -> None:
    assert compile_rules([]).matching({"n": 10}) == ()


def test_contacts_are_read_one_at_a_time() -> None:
    read: list[int] = []

    def contacts() -> Iterator[dict[str, Any]]:
        for number in range(4, 100):
            read.append(number)
            yield {"n": number}

    results = compile_rules(rules()).over(contacts())
    assert read == []
    assert [next(results), next(results)] == [(), ("first",)]
    assert read == [4, 5]


def test_contact_is_not_changed() -> None:
    before = contact()
    compile_rule(with_conditions(*FIVE, condition("x.y", "equals", 1, "number")))(before)
    assert before == contact()
