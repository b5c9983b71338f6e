"""Campaign rules: what a rule set may say, and what is kept of a deployed rule."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from genesys_purge.campaign_rules.checking import check
from genesys_purge.campaign_rules.rules import (
    OPERATORS,
    DeployedRule,
    Operator,
    RuleSet,
    ValueType,
    moment,
)
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from tests.unit.campaign_rules.examples import condition, deployed, found, only, rule, rule_set

VALUES: dict[str, list[Any]] = {
    "string": ["", "x", "1", "true", "2026-01-01"],
    "number": [0, -1, 1.5, 2**53, -(2**63), 2**64 - 1, 1e300],
    "boolean": [True, False],
    "date": [
        "2026-01-01",
        "2024-02-29",
        "2026-01-01T00:00:00Z",
        "2026-01-01t01:02:03.5+02:00",
        "2026-01-01t00:00:00z",
    ],
}
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
        conditions=[condition("customFields.tier", "in", ["gold", "silver"], "string")],
        actions=[{"type": "setList", "listId": "list-1", "value": "hot"}],
        enabled=False,
    )


def test_a_rule_set_is_read_and_written_as_it_was() -> None:
    document = rule_set(full_rule())
    assert check(document).to_json() == document
    assert RuleSet.parse(document) == check(document)


def test_a_rule_is_enabled_and_does_and_asks_nothing_unless_it_says_so() -> None:
    (read,) = check(rule_set(rule())).rules
    assert (read.enabled, read.conditions, read.actions, read.description) == (True, (), (), None)


@pytest.mark.parametrize("field", ["name", "version", "priority", "executionOrder"])
def test_a_rule_lacks_what_is_required(field: str) -> None:
    lacking = {name: value for name, value in rule().items() if name != field}
    assert only(rule_set(lacking)) == (f"rules.0.{field}", "is required")


@pytest.mark.parametrize("field", ["attribute", "operator", "value", "type"])
def test_a_condition_lacks_what_is_required(field: str) -> None:
    lacking = condition("status", "equals", "active", "string")
    del lacking[field]
    path = f"rules.0.conditions.0.{field}"
    assert only(rule_set(rule(conditions=[lacking]))) == (path, "is required")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", " \n"),
        ("name", "x" * 101),
        ("name", 7),
        ("description", "x" * 1_001),
        ("version", 0),
        ("version", 2**31),
        ("version", "1"),
        ("version", 1.5),
        ("version", True),
        ("priority", 0),
        ("priority", 1_001),
        ("executionOrder", -1),
        ("executionOrder", 2**31),
        ("enabled", "yes"),
        ("enabled", 1),
        ("conditions", {}),
        ("conditions", [condition("a", "equals", 1, "number")] * 51),
        ("actions", {}),
        ("name", "two\nlines"),
        ("name", "\x1b[31mred"),
        ("actions", [{"type": "callNext"}] * 21),
        ("colour", "red"),
        ("execution_order", 1),
        ("id", "rule-1"),
    ],
)
def test_one_wrong_field_of_a_rule_is_told_alone_and_by_its_path(field: str, value: Any) -> None:
    assert only(rule_set(rule(**{field: value}))).path == f"rules.0.{field}"


@pytest.mark.parametrize(
    "fields",
    [
        {"name": "x" * 100, "description": "x" * 1_000, "priority": 1, "version": 2**31 - 1},
        {"name": "ü '\"", "priority": 1_000, "executionOrder": 0},
        {"conditions": [condition("a", "equals", 1, "number")] * 50},
        {"actions": [{"type": "callNext"}] * 20},
    ],
)
def test_the_shortest_and_the_longest_of_each_are_allowed(fields: dict[str, Any]) -> None:
    assert found(rule_set(rule(**fields))) == []


@pytest.mark.parametrize(
    ("action", "field"),
    [
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
    ],
)
def test_one_wrong_field_of_an_action_is_told_alone_and_by_its_path(
    action: object, field: str
) -> None:
    assert only(rule_set(rule(actions=[action]))).path == f"rules.0.actions.0{field}"


@pytest.mark.parametrize("value", ["", "x" * 1_000, 0, 1.5, True, None])
def test_an_action_may_set_any_single_value(value: object) -> None:
    action = {"type": "setList", "listId": "x" * 100, "value": value}
    assert found(rule_set(rule(actions=[action]))) == []


@pytest.mark.parametrize("attribute", ["", ".", "a.", ".a", "a..b", "x" * 201, 7, None])
def test_an_attribute_is_a_path_without_empty_parts(attribute: Any) -> None:
    document = rule_set(rule(conditions=[condition(attribute, "equals", 1, "number")]))
    assert only(document).path == "rules.0.conditions.0.attribute"


@pytest.mark.parametrize(
    "attribute", ["a", " ", "__class__.__init__", "ü.\n.'\"", "a." * 99 + "ab", "x" * 200]
)
def test_an_attribute_may_be_called_anything(attribute: str) -> None:
    document = rule_set(rule(conditions=[condition(attribute, "equals", 1, "number")]))
    assert found(document) == []


@pytest.mark.parametrize("kind", ValueType)
@pytest.mark.parametrize("operator", Operator)
def test_an_operator_is_accepted_for_the_types_that_it_compares(
    operator: Operator, kind: ValueType
) -> None:
    value = VALUES[kind][:1] if operator is Operator.IN else VALUES[kind][0]
    document = rule_set(rule(), rule("B", 2, conditions=[condition("a", operator, value, kind)]))
    if operator in OPERATORS[kind]:
        assert found(document) == []
    else:
        message = f"{operator} does not compare values of type {kind}"
        assert only(document) == ("rules.1.conditions.0.value", message)


def test_only_text_contains_and_truth_has_no_order() -> None:
    alike = {Operator.EQUALS, Operator.NOT_EQUALS, Operator.IN}
    assert OPERATORS[ValueType.BOOLEAN] == alike
    assert OPERATORS[ValueType.STRING] == set(Operator)
    assert OPERATORS[ValueType.NUMBER] == set(Operator) - {Operator.CONTAINS}
    assert OPERATORS[ValueType.DATE] == set(Operator) - {Operator.CONTAINS}


MISFITS: list[tuple[str, object]] = [
    *(("string", value) for value in (1, True, None, ["x"], {"x": 1}, "x" * 1_001)),
    *(("number", value) for value in ("1", True, None, [1], float("nan"), float("inf"))),
    *(("boolean", value) for value in ("true", 1, 0, None, [True])),
    *(("date", value) for value in (*NO_DATES, 20_260_101, None, True, ["2026-01-01"])),
]


@pytest.mark.parametrize(("kind", "value"), MISFITS)
def test_a_value_that_does_not_fit_its_type_is_told_by_its_path(kind: str, value: object) -> None:
    right = condition("a", "in", VALUES[kind], kind)
    alone = rule(conditions=[right, condition("a", "equals", value, kind)])
    listed = rule(conditions=[right, condition("a", "in", [*VALUES[kind], value], kind)])
    assert only(rule_set(alone)).path == "rules.0.conditions.1.value"
    assert only(rule_set(listed)).path == "rules.0.conditions.1.value"


@pytest.mark.parametrize(
    ("kind", "value"), [(kind, value) for kind, values in VALUES.items() for value in values]
)
def test_a_value_that_fits_its_type_is_accepted(kind: str, value: object) -> None:
    assert found(rule_set(rule(conditions=[condition("a", "equals", value, kind)]))) == []
    assert found(rule_set(rule(conditions=[condition("a", "in", [value], kind)]))) == []


@pytest.mark.parametrize("value", ["gold", {"0": "gold"}, [], ["x"] * 1_001])
def test_in_takes_a_list_of_some_values(value: object) -> None:
    document = rule_set(rule(conditions=[condition("a", "in", value, "string")]))
    message = "must be a list of 1 to 1000 values"
    assert only(document) == ("rules.0.conditions.0.value", message)


def test_a_wrong_operator_or_type_is_told_without_guesses_at_the_value() -> None:
    conditions = [condition("a", "like", None, "string"), condition("a", "equals", None, "text")]
    errors = found(rule_set(rule(conditions=conditions)))
    assert [error.path for error in errors] == [
        "rules.0.conditions.0.operator",
        "rules.0.conditions.1.type",
    ]


def test_a_day_begins_at_midnight_utc() -> None:
    assert moment("2026-01-02") == datetime(2026, 1, 2, tzinfo=UTC)


@pytest.mark.parametrize("text", NO_DATES)
def test_what_is_not_rfc_3339_with_an_offset_is_no_moment(text: str) -> None:
    assert moment(text) is None


@pytest.mark.parametrize("value", [None, True, 0, 1.5, [], {}, b"2026-01-01"])
def test_what_is_not_text_is_no_moment(value: object) -> None:
    assert moment(value) is None


offsets = st.integers(-1_439, 1_439).map(lambda minutes: timezone(timedelta(minutes=minutes)))


@given(st.datetimes(timezones=offsets))
def test_a_moment_written_in_rfc_3339_is_that_moment(at: datetime) -> None:
    assert moment(at.isoformat()) == at


@given(st.text() | st.from_regex(r"\d{4}-\d\d-\d\d([Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|.\d\d:\d\d))?"))
def test_any_text_is_a_moment_with_an_offset_or_none(text: str) -> None:
    at = moment(text)
    assert at is None or at.utcoffset() is not None


def test_a_deployed_rule_keeps_what_we_do_not_know() -> None:
    answer = full_rule() | {
        "id": "id-1",
        "selfUri": "/rules/id-1",
        "dateCreated": "2026-01-01T00:00:00Z",
        "actions": [{"type": "setList", "listId": "list-1", "value": {"a": [1]}, "order": 3}],
        "conditions": [{"attribute": "a", "operator": "matches", "flags": ["i"]}],
    }
    assert DeployedRule.parse(answer).to_json() == answer


def test_a_deployed_rule_may_lack_what_is_not_required() -> None:
    read = DeployedRule.parse(rule() | {"conditions": None, "actions": None, "enabled": None})
    assert read.to_json() == rule()
    assert (read.id, read.self_uri) == (None, None)


@pytest.mark.parametrize("field", ["name", "version", "priority"])
def test_an_answer_without_what_every_rule_has_is_no_rule(field: str) -> None:
    answer = {name: value for name, value in rule().items() if name != field}
    with pytest.raises(ValidationError, match=field):
        DeployedRule.parse(answer)


def test_a_deployed_rule_is_not_held_to_the_limits_of_a_document() -> None:
    assert deployed("x" * 500, -1, priority=5_000).priority == 5_000
