"""Campaign rules: the fields that a rule set may have, and what is kept of a deployed rule."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from genesys_purge.campaign_rules.checking import check
from genesys_purge.campaign_rules.rules import DeployedRule, RuleSet
from genesys_purge.campaign_rules.values import Operator, ValueType, moment
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from tests.unit.campaign_rules.examples import condition, deployed, found, only, rule, rule_set

VALUES: dict[str, list[Any]] = {
    "string": ["", "x", "1", "true", "2026-01-01"],
    "number": [
        *(0, -1, 1.5, 2**53, -(2**63), 2**64 - 1, 1e300),
        *("5000", "-0.5", "+1", "1e3", "1E-3", "007", ".5", "1e+300", "9" * 300),
    ],
    "boolean": [True, False, "true", "false"],
    "date": [
        "2026-01-01",
        "2024-02-29",
        "2026-01-01T00:00:00Z",
        "2026-01-01t01:02:03.5+02:00",
        "2026-01-01t00:00:00z",
    ],
}
NO_NUMBERS = [
    *("", " ", "1,000", "1 000", " 1", "1 ", "1\n", "1_000", "1.", "1e", "e3", "0x10", "--1"),
    *("NaN", "nan", "Infinity", "-inf", "1e400", "one", "true", "\u0661", "1" * 1_001),
]
NO_DATES = [
    "",
    "2026",
    "2026-02-30",
    "2026-1-1",
    "20260101",
    "2026-W01-1",
    "2026-01-01T",
    "2026-01-01T10Z",
    "2026-01-01T10:00Z",
    "2026-01-01T10:00:00",
    "2026-01-01T10:00:00+01",
    "2026-01-01T10:00:00+0100",
    "2026-01-01T10:00:00+01:00:30",
    "2026-01-01T10:00:00+24:00",
    "2026-01-01T10:00:00.Z",
    "2026-01-01T10:00:00,5Z",
    "2026-01-01x10:00:00Z",
    "2026-01-01T24:00:00Z",
    "2026-01-01T10:00:60Z",
    "2026-01-01\n",
    " 2026-01-01",
    "\u0662026-01-01",
    "0000-01-01",
]


def full_rule() -> dict[str, Any]:
    return rule(
        description="gold customers first",
        conditions=[
            condition("customFields.tier", "in", '["gold", "silver"]', "string"),
            condition("customFields.lifetimeValue", "greaterThan", "5e3", "number"),
            condition("consent", "equals", "true", "boolean"),
        ],
        actions=[{"type": "setList", "listId": "list-1", "value": "hot"}],
        enabled=False,
    )


def test_rule_set_is_written_as_it_was_read() -> None:
    document = rule_set(full_rule())
    assert check(document).to_json() == document
    assert RuleSet.parse(document) == check(document)


def test_defaults_of_a_rule() -> None:
    (read,) = check(rule_set(rule())).rules
    assert (read.enabled, read.conditions, read.actions, read.description) == (True, (), (), None)


def test_missing_field_of_a_rule_is_reported() -> None:
    for field in ("name", "version", "priority", "executionOrder"):
        lacking = {name: value for name, value in rule().items() if name != field}
        assert only(rule_set(lacking)) == (f"rules.0.{field}", "is required")


def test_missing_field_of_a_condition_is_reported() -> None:
    for field in ("attribute", "operator", "value", "type"):
        lacking = condition("status", "equals", "active", "string")
        del lacking[field]
        path = f"rules.0.conditions.0.{field}"
        assert only(rule_set(rule(conditions=[lacking]))) == (path, "is required")


WRONG_FIELDS: list[tuple[str, Any]] = [
    ("name", ""),
    ("name", " \n"),
    ("name", "x" * 101),
    ("name", 7),
    ("name", "two\nlines"),
    ("name", "\x1b[31mred"),
    ("description", "x" * 1_001),
    ("version", 0),
    ("version", 2**31),
    ("version", "1"),
    ("version", 1.5),
    ("version", True),
    ("priority", 0),
    ("priority", 1_001),
    ("executionOrder", 0),
    ("executionOrder", -1),
    ("executionOrder", 2**31),
    ("enabled", "yes"),
    ("enabled", 1),
    ("conditions", {}),
    ("conditions", [condition("a", "equals", 1, "number")] * 51),
    ("actions", {}),
    ("actions", [{"type": "callNext"}] * 21),
    ("colour", "red"),
    ("execution_order", 1),
    ("id", "rule-1"),
]


def test_wrong_field_of_a_rule_is_the_only_error() -> None:
    for field, value in WRONG_FIELDS:
        assert only(rule_set(rule(**{field: value}))).path == f"rules.0.{field}", value


def test_shortest_and_longest_values_are_allowed() -> None:
    limits: list[dict[str, Any]] = [
        {"name": "x" * 100, "description": "x" * 1_000, "priority": 1, "version": 2**31 - 1},
        {"name": "ü '\"", "priority": 1_000, "executionOrder": 1},
        {"conditions": [condition("a", "equals", 1, "number")] * 50},
        {"actions": [{"type": "callNext"}] * 20},
    ]
    for fields in limits:
        assert found(rule_set(rule(**fields))) == []


WRONG_ACTIONS: list[tuple[object, str]] = [
    ({"type": ""}, ".type"),
    ({"listId": "list-1"}, ".type"),
    ({"type": "setList", "listId": ""}, ".listId"),
    ({"type": "setList", "listId": "x" * 101}, ".listId"),
    ({"type": "setList", "value": 1}, ".listId"),
    ({"type": "setList", "listId": "list-1", "value": [1]}, ".value"),
    ({"type": "setList", "listId": "list-1", "value": "x" * 1_001}, ".value"),
    ({"type": "callNext", "colour": "red"}, ".colour"),
    ({"type": "callNext", "list_id": "list-1"}, ".list_id"),
    ("setList", ""),
]


def test_wrong_field_of_an_action_is_the_only_error() -> None:
    for action, field in WRONG_ACTIONS:
        assert only(rule_set(rule(actions=[action]))).path == f"rules.0.actions.0{field}"


def test_action_may_set_any_single_value() -> None:
    for value in ("", "x" * 1_000, 0, 1.5, True, None):
        action = {"type": "setList", "listId": "x" * 100, "value": value}
        assert found(rule_set(rule(actions=[action]))) == []


def test_attribute_is_a_path_without_empty_parts() -> None:
    wrong: list[Any] = ["", ".", "a.", ".a", "a..b", "x" * 201, 7, None]
    for attribute in wrong:
        document = rule_set(rule(conditions=[condition(attribute, "equals", 1, "number")]))
        assert only(document).path == "rules.0.conditions.0.attribute"
    for attribute in ("a", " ", "__class__.__init__", "ü.\n.'\"", "a." * 99 + "ab", "x" * 200):
        document = rule_set(rule(conditions=[condition(attribute, "equals", 1, "number")]))
        assert found(document) == []


ALIKE = {"equals", "notEquals", "in"}
ORDERED = ALIKE | {"greaterThan", "greaterThanOrEqual", "lessThan", "lessThanOrEqual"}
COMPARES = {
    "string": ORDERED | {"contains"},
    "number": ORDERED,
    "boolean": ALIKE,
    "date": ORDERED,
}


def test_operator_is_accepted_only_for_types_that_it_compares() -> None:
    assert set(COMPARES) == set(ValueType)
    for kind, operators in COMPARES.items():
        for operator in Operator:
            value = VALUES[kind] if operator is Operator.IN else VALUES[kind][0]
            wrong = rule("B", 2, conditions=[condition("a", operator, value, kind)])
            message = f"{operator} does not compare values of type {kind}"
            expected = [] if operator in operators else [("rules.1.conditions.0.value", message)]
            assert found(rule_set(rule(), wrong)) == expected


MISFITS: list[tuple[str, object]] = [
    *(("string", value) for value in (1, True, None, ["x"], {"x": 1}, "x" * 1_001)),
    *(("number", value) for value in (*NO_NUMBERS, True, None, [1], float("nan"), float("inf"))),
    *(("boolean", value) for value in ("True", "yes", "", " true", 1, 0, None, [True])),
    *(("date", value) for value in (*NO_DATES, 20_260_101, None, True, ["2026-01-01"])),
]


def test_value_of_another_type_is_reported_by_its_path() -> None:
    for kind, value in MISFITS:
        right = condition("a", "in", VALUES[kind], kind)
        alone = rule(conditions=[right, condition("a", "equals", value, kind)])
        listed = rule(conditions=[right, condition("a", "in", [*VALUES[kind], value], kind)])
        for each in (alone, listed):
            assert only(rule_set(each)).path == "rules.0.conditions.1.value", (kind, value)


def test_value_of_its_type_is_accepted() -> None:
    for kind, values in VALUES.items():
        compared = [condition("a", "equals", each, kind) for each in values]
        listed = [condition("a", "in", [each], kind) for each in values]
        assert found(rule_set(rule(conditions=[*compared, *listed]))) == []


def test_json_value_becomes_the_text_of_the_wire() -> None:
    cases: list[tuple[str, str, object, str]] = [
        ("equals", "number", 5000, "5000"),
        ("equals", "number", 0.5, "0.5"),
        ("equals", "number", 1e300, "1e+300"),
        ("equals", "boolean", True, "true"),
        ("in", "boolean", [False, "true"], '["false","true"]'),
        ("in", "number", [1, "2e0", 2.5], '["1","2e0","2.5"]'),
        ("in", "number", "[1, 2.5]", "[1, 2.5]"),
        ("in", "string", ["a,b", '"'], '["a,b","\\""]'),
    ]
    for operator, kind, value, text in cases:
        document = rule_set(rule(conditions=[condition("a", operator, value, kind)]))
        sent = check(document).to_json()
        assert sent["rules"][0]["conditions"] == [condition("a", operator, text, kind)]
        assert check(sent).to_json() == sent


def test_operator_in_takes_a_list_of_one_to_a_thousand_values() -> None:
    wrong: list[object] = ["gold", '"gold"', "[", "[]", {"0": "gold"}, [], ["x"] * 1_001]
    for value in wrong:
        document = rule_set(rule(conditions=[condition("a", "in", value, "string")]))
        message = "must be a list of 1 to 1000 values"
        assert only(document) == ("rules.0.conditions.0.value", message)


def test_wrong_operator_or_type_adds_no_error_about_the_value() -> None:
    conditions = [condition("a", "like", None, "string"), condition("a", "equals", None, "text")]
    errors = found(rule_set(rule(conditions=conditions)))
    assert [error.path for error in errors] == [
        "rules.0.conditions.0.operator",
        "rules.0.conditions.1.type",
    ]


def test_day_begins_at_midnight_utc() -> None:
    assert moment("2026-01-02") == datetime(2026, 1, 2, tzinfo=UTC)


def test_moment_in_a_leap_second_is_the_second_before() -> None:
    before = datetime(2016, 12, 31, 23, 59, 59, tzinfo=UTC)
    for text in ("2016-12-31T23:59:60Z", "2016-12-31t23:59:60z", "2017-01-01T00:59:60+01:00"):
        assert moment(text) == before
    assert moment("2016-12-30T23:59:60Z") is None


def test_moment_is_text_in_rfc_3339_with_an_offset() -> None:
    no_text: list[object] = [None, True, 0, 1.5, [], {}, b"2026-01-01"]
    assert [each for each in (*NO_DATES, *no_text) if moment(each) is not None] == []


offsets = st.integers(-1_439, 1_439).map(lambda minutes: timezone(timedelta(minutes=minutes)))


@given(st.datetimes(timezones=offsets))
def test_moment_is_read_as_it_was_written(at: datetime) -> None:
    assert moment(at.isoformat()) == at


@given(st.text() | st.from_regex(r"\d{4}-\d\d-\d\d([Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|.\d\d:\d\d))?"))
def test_any_text_is_none_or_a_moment_with_an_offset(text: str) -> None:
    at = moment(text)
    assert at is None or at.utcoffset() is not None


def test_deployed_rule_keeps_unknown_fields() -> None:
    answer = full_rule() | {
        "id": "id-1",
        "selfUri": "/rules/id-1",
        "dateCreated": "2026-01-01T00:00:00Z",
        "actions": [{"type": "setList", "listId": "list-1", "value": {"a": [1]}, "order": 3}],
        "conditions": [{"attribute": "a", "operator": "matches", "flags": ["i"]}],
    }
    assert DeployedRule.parse(answer).to_json() == answer


def test_deployed_rule_may_lack_optional_fields() -> None:
    read = DeployedRule.parse(rule() | {"conditions": None, "actions": None, "enabled": None})
    assert read.to_json() == rule()
    assert (read.id, read.self_uri) == (None, None)


def test_deployed_rule_needs_name_version_and_priority() -> None:
    for field in ("name", "version", "priority"):
        answer = {name: value for name, value in rule().items() if name != field}
        with pytest.raises(ValidationError, match=field):
            DeployedRule.parse(answer)


def test_deployed_rule_may_exceed_the_limits_of_a_document() -> None:
    assert deployed("x" * 500, -1, priority=5_000).priority == 5_000
