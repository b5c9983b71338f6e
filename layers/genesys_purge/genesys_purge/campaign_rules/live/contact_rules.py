"""Contact rules: the rules of a rule set that the live platform applies before each call."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from genesys_purge.campaign_rules.live.terms import (
    CAMPAIGN,
    COMPARISONS,
    CONTACT_ACTIONS,
    VALUE_TYPES,
    Comparison,
    as_decimal,
    as_value,
    reading_of,
    without_empty,
)
from genesys_purge.campaign_rules.rule_content import COUNTERPART
from genesys_purge.campaign_rules.rules import DeployedRule
from genesys_purge.campaign_rules.values import Operator, ValueType

BEFORE_CALLS = "DIALER_PRECALL"
ON_A_COLUMN = "contactAttributeCondition"
TERMS = {
    (VALUE_TYPES[kind], *comparison): (kind, operator)
    for kind, operators in COMPARISONS.items()
    for operator, comparison in operators.items()
}
FIELDS = {"type", "attributeName", "operator", "value", "valueType", "inverted"}
ACTION_FIELDS = {"type", "actionTypeName"}
# Joins the id of the rule set, which cannot contain it, and the name of the rule. The platform's
# own ids of rules may change with every change of the set.
SEPARATOR = "#"


def rule_id_of(rule_set_id: str, name: str) -> str:
    """The id of a contact rule in a deployment."""
    return f"{rule_set_id}{SEPARATOR}{name}"


def is_contact_rule(rule_id: str | None) -> bool:
    """Whether it is the id of a contact rule."""
    return SEPARATOR in (rule_id or "")


def name_in(rule_id: str) -> str:
    """The rule's name."""
    return rule_id.partition(SEPARATOR)[2]


def rule_set_id_in(rule_id: str | None) -> str:
    """The id of the rule's set."""
    return (rule_id or "").partition(SEPARATOR)[0]


def as_written(wanted: Mapping[str, Any]) -> dict[str, Any]:
    """The platform's form of a rule from a rule set, or of a rule that was read."""
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
    kind, read = reading_of(condition)
    comparison = COMPARISONS[kind][Operator(condition["operator"])]
    return {
        "type": ON_A_COLUMN,
        "attributeName": condition["attribute"],
        "operator": comparison.operator,
        "inverted": comparison.inverted,
        "value": as_decimal(read) if kind is ValueType.NUMBER else condition["value"],
        "valueType": VALUE_TYPES[kind],
    }


def as_read(rule_set: Mapping[str, Any], rule: Mapping[str, Any], *, enabled: bool) -> DeployedRule:
    """The rule in the terms of D5; an unsupported part is kept and equals no rule of a rule set.

    ValueError, TypeError, KeyError or AttributeError if it is not a rule.
    """
    return DeployedRule.parse(
        {
            "id": rule_id_of(rule_set["id"], rule["name"]),
            "name": rule["name"],
            "version": rule_set["version"],
            "priority": 1,
            "executionOrder": rule.get("order") or 0,
            "conditions": [
                *map(_condition_read, rule.get("conditions") or ()),
                *_unsupported(rule),
            ],
            "actions": [_action_read(each) for each in rule.get("actions") or ()],
            "enabled": enabled,
            COUNTERPART: rule,
        }
    )


def _condition_read(condition: Mapping[str, Any]) -> Mapping[str, Any]:
    fields = without_empty(condition)
    comparison = Comparison(fields.get("operator", ""), fields.get("inverted", False))
    known = TERMS.get((fields.get("valueType", ""), *comparison))
    attribute, value = fields.get("attributeName", CAMPAIGN), fields.get("value")
    if known and known[0] is ValueType.NUMBER:
        value = as_value(value)
    is_plain = fields.get("type") == ON_A_COLUMN and fields.keys() <= FIELDS
    if not is_plain or known is None or value is None or attribute.startswith(CAMPAIGN):
        return {"value": condition}
    kind, operator = known
    return {"attribute": attribute, "operator": operator, "type": kind, "value": value}


def _unsupported(rule: Mapping[str, Any]) -> Iterable[Mapping[str, Any]]:
    """Turns fields that D5 lacks into a condition that equals no condition of a rule set."""
    category = rule.get("category")
    return () if category == BEFORE_CALLS else ({"value": {"category": category}},)


def _action_read(action: Mapping[str, Any]) -> Mapping[str, Any]:
    fields = without_empty(action)
    kind = fields.get("actionTypeName")
    is_plain = fields.keys() <= ACTION_FIELDS and fields.get("type") == "Action"
    if is_plain and kind in CONTACT_ACTIONS:
        return {"type": kind}
    return {"type": str(kind), "value": action}
