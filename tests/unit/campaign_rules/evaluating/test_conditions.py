"""Compiled conditions: each operator with each type, and when a condition is false."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from genesys_purge.campaign_rules.evaluating.conditions import compile_rule, compile_rules
from genesys_purge.campaign_rules.rules import Rule

from tests.unit.campaign_rules.examples import condition, rule, with_conditions

NAN, INFINITY = float("nan"), float("inf")


def holds(operator: str, value: object, kind: str, actual: object) -> bool | None:
    matches = compile_rule(with_conditions(condition("a", operator, value, kind)))
    return matches({"a": actual})


@pytest.mark.parametrize(
    ("kind", "less", "value", "more"),
    [
        ("string", "b", "ba", "c"),
        ("string", "B", "a", "\u00fc"),
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
    actual = ["gold member", "gold", "Gold", ""]
    found = [holds("contains", "gold", "string", each) for each in actual]
    assert found == [True, True, False, False]


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


# A value of each type, and values that cannot be read as the type.
READ_AS = {"string": "x", "number": 1, "boolean": True, "date": "2026-01-01"}
UNREADABLE: dict[str, list[Any]] = {
    "string": [1, True, ["x"], {"x": 1}],
    "number": ["one", "1,000", " 1", "", "NaN", "1e400", True, [1], {}],
    "boolean": [1, 0, "True", "yes", [True], {}],
    "date": ["2026-01-01T00:00:00", "soon", 20_260_101, 0, True, ["2026-01-01"], {}],
}


def operators_of(kind: str) -> list[str]:
    ordering = ["greaterThanOrEqual", "lessThanOrEqual"] if kind != "boolean" else []
    return ["equals", "notEquals", *ordering, *(["contains"] if kind == "string" else [])]


def test_value_that_cannot_be_read_is_none_for_every_operator() -> None:
    for kind, value in READ_AS.items():
        for actual in UNREADABLE[kind]:
            found = [holds(operator, value, kind, actual) for operator in operators_of(kind)]
            assert {*found, holds("in", [value], kind, actual)} == {None}, (kind, actual)


def test_null_or_nan_makes_a_condition_false() -> None:
    for kind, value in READ_AS.items():
        assert {holds(each, value, kind, None) for each in operators_of(kind)} == {False}
    assert {holds(each, 1, "number", NAN) for each in operators_of("number")} == {False}


def test_text_of_a_column_is_read_as_the_type() -> None:
    texts = [("number", 10_000, ["10000", "1e4", "10000.0"]), ("boolean", True, ["true"])]
    for kind, value, columns in texts:
        for column in columns:
            assert holds("equals", value, kind, column)
            assert holds("in", [value], kind, column)
            assert holds("notEquals", value, kind, column) is False


# The value of a condition of type string, and contacts below it, above it and not comparable.
ORDERINGS: list[tuple[str, list[Any], list[Any], list[Any]]] = [
    ("5000", ["900", 900, "4999.99", "-1e9"], ["10000", 10_000, "5e4"], ["n/a", "", " 9", True]),
    ("2026-06-01", ["2026-05-31T23:59:59Z"], ["2026-06-01T00:00:01Z"], ["1 June", 20_270_101]),
    ("gold", ["Gold", "10"], ["silver", "\u00fc"], [10, True, ["silver"]]),
    ("5,000", ["10000"], ["6", "900"], [10_000]),
]


def test_ordering_of_a_string_compares_as_its_value_reads() -> None:
    for value, below, above, unreadable in ORDERINGS:
        found = {
            operator: [
                {holds(operator, value, "string", each) for each in contacts}
                for contacts in (below, above, unreadable)
            ]
            for operator in ("greaterThan", "greaterThanOrEqual", "lessThan", "lessThanOrEqual")
        }
        more, less = [{False}, {True}, {None}], [{True}, {False}, {None}]
        assert [*found.values()] == [more, more, less, less], value


def test_other_operators_on_strings_compare_text() -> None:
    assert holds("equals", "5000", "string", "5000")
    assert holds("equals", "5000", "string", "5e3") is False
    assert holds("notEquals", "5000", "string", "5000.0")
    assert holds("contains", "50", "string", "1500")
    assert holds("in", ["5000"], "string", "5000.0") is False
    assert holds("equals", "5000", "string", 5000) is None


def test_rule_is_unreadable_only_if_no_condition_is_false() -> None:
    above = condition("value", "greaterThan", "5000", "string")
    north = condition("region", "equals", "north", "string")
    for conditions in ([above, north], [north, above]):
        matches = compile_rule(with_conditions(*conditions))
        assert matches({"value": "n/a", "region": "north"}) is None
        assert matches({"value": "n/a", "region": "south"}) is False
        assert matches({"value": "n/a"}) is False
        assert matches({"value": "9000", "region": "north"}) is True


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


def test_evaluator_counts_unreadable_contacts_of_each_enabled_rule() -> None:
    evaluator = compile_rules(rules())
    for value in (5, "5", "five", None, [10]):
        evaluator.matching({"n": value})
    assert evaluator.unreadable == {"first": 2, "second": 2}
    assert compile_rules(rules()).unreadable == {}


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
