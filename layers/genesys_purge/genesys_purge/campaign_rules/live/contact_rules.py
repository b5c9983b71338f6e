"""A rule about contacts as the live platform writes it, in a rule set before each call."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from genesys_purge.campaign_rules.live.words import (
    CAMPAIGN,
    COMPARISONS,
    CONTACT_ACTIONS,
    COUNTERPART,
    VALUE_TYPES,
    Comparison,
    as_number,
    as_text,
    said,
)
from genesys_purge.campaign_rules.rules import DeployedRule, Operator, ValueType

BEFORE_CALLS = "DIALER_PRECALL"
ON_A_COLUMN = "contactAttributeCondition"
WORDS = {
    (VALUE_TYPES[kind], *comparison): (kind, operator)
    for kind, operators in COMPARISONS.items()
    for operator, comparison in operators.items()
}
FIELDS = {"type", "attributeName", "operator", "value", "valueType", "inverted"}
ACTION_FIELDS = {"type", "actionTypeName"}
# Between the rule set's id, which has none, and the rule's name: the platform's own ids of rules
# need not outlive a change of their set.
MARK = "#"


def identifier(rule_set_id: str, name: str) -> str:
    """The id by which a deployment knows the rule."""
    return f"{rule_set_id}{MARK}{name}"


def is_about_contacts(rule_id: str | None) -> bool:
    """Whether it is the id of a rule about contacts."""
    return MARK in (rule_id or "")


def name_in(rule_id: str) -> str:
    """The rule's name."""
    return rule_id.partition(MARK)[2]


def rule_set_id_in(rule_id: str | None) -> str:
    """The id of the rule's set."""
    return (rule_id or "").partition(MARK)[0]


def as_written(wanted: Mapping[str, Any]) -> dict[str, Any]:
    """The platform's rule of a rule set's rule, or of one that was read."""
    if counterpart := wanted.get(COUNTERPART):
        return {**counterpart, "order": wanted["executionOrder"]}
    return {
        "name": wanted["name"],
        "order": wanted["executionOrder"],
        "category": BEFORE_CALLS,
        "conditions": [_condition(each) for each in wanted.get("conditions", ())],
        "actions": [
            {"type": "Action", "actionTypeName": each["type"]} for each in wanted.get("actions", ())
        ],
    }


def _condition(condition: Mapping[str, Any]) -> dict[str, Any]:
    kind = ValueType(condition["type"])
    comparison = COMPARISONS[kind][Operator(condition["operator"])]
    value = condition["value"]
    return {
        "type": ON_A_COLUMN,
        "attributeName": condition["attribute"],
        "operator": comparison.operator,
        "inverted": comparison.inverted,
        "value": as_text(value) if kind is ValueType.NUMBER else value,
        "valueType": VALUE_TYPES[kind],
    }


def as_read(rule_set: Mapping[str, Any], rule: Mapping[str, Any], *, enabled: bool) -> DeployedRule:
    """The rule in D5's words; what they do not reach is told as it is, and equals nothing of ours.

    ValueError, TypeError, KeyError or AttributeError where it is no rule.
    """
    return DeployedRule.parse(
        {
            "id": identifier(rule_set["id"], rule["name"]),
            "name": rule["name"],
            "version": rule_set["version"],
            "priority": 1,
            "executionOrder": rule.get("order") or 0,
            "conditions": [*map(_condition_read, rule.get("conditions") or ()), *_besides(rule)],
            "actions": [_action_read(each) for each in rule.get("actions") or ()],
            "enabled": enabled,
            COUNTERPART: rule,
        }
    )


def _condition_read(condition: Mapping[str, Any]) -> Mapping[str, Any]:
    told = said(condition)
    comparison = Comparison(told.get("operator", ""), told.get("inverted", False))
    known = WORDS.get((told.get("valueType", ""), *comparison))
    attribute, value = told.get("attributeName", CAMPAIGN), told.get("value")
    if known and known[0] is ValueType.NUMBER:
        value = as_number(value)
    is_plain = told.get("type") == ON_A_COLUMN and told.keys() <= FIELDS
    if not is_plain or known is None or value is None or attribute.startswith(CAMPAIGN):
        return {"value": condition}
    kind, operator = known
    return {"attribute": attribute, "operator": operator, "type": kind, "value": value}


def _besides(rule: Mapping[str, Any]) -> Iterable[Mapping[str, Any]]:
    """What a rule says that D5 has no field for, as a condition that no rule set can have."""
    category = rule.get("category")
    return () if category == BEFORE_CALLS else ({"value": {"category": category}},)


def _action_read(action: Mapping[str, Any]) -> Mapping[str, Any]:
    told = said(action)
    word = told.get("actionTypeName")
    is_plain = told.keys() <= ACTION_FIELDS and told.get("type") == "Action"
    if is_plain and word in CONTACT_ACTIONS:
        return {"type": word}
    return {"type": str(word), "value": action}
