"""Trigger rules: rules on the campaign's own numbers, which Genesys calls campaign rules."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from genesys_purge.campaign_rules.live.terms import (
    CAMPAIGN,
    CAMPAIGN_ACTIONS,
    CAMPAIGN_NUMBERS,
    CAMPAIGN_OPERATORS,
    as_decimal,
    as_value,
    reading_of,
    without_empty,
)
from genesys_purge.campaign_rules.rule_content import COUNTERPART, is_same
from genesys_purge.campaign_rules.rules import DeployedRule
from genesys_purge.campaign_rules.values import Operator, ValueType

OPERATORS = {term: operator for operator, term in CAMPAIGN_OPERATORS.items()}
SERVERS_OWN = frozenset({"id", "selfUri", "version", "dateCreated", "dateModified", "warnings"})
# Another way to write conditions, which would contradict ours.
GROUPS = frozenset({"campaignRuleProcessing", "conditionGroups"})


def as_new(campaign_id: str, wanted: Mapping[str, Any]) -> dict[str, Any]:
    """The body that creates a rule of a rule set."""
    campaign = {"campaigns": [{"id": campaign_id}]}
    return {
        "name": wanted["name"],
        "campaignRuleEntities": campaign,
        "campaignRuleConditions": [_condition(each) for each in wanted["conditions"]],
        "campaignRuleActions": [
            {"actionType": each["type"], "campaignRuleActionEntities": campaign}
            for each in wanted["actions"]
        ],
        "matchAnyConditions": False,
        "enabled": wanted["enabled"],
    }


def _condition(condition: Mapping[str, Any]) -> dict[str, Any]:
    operator = CAMPAIGN_OPERATORS[Operator(condition["operator"])]
    return {
        "conditionType": condition["attribute"].removeprefix(CAMPAIGN),
        "parameters": {"operator": operator, "value": as_decimal(reading_of(condition).value)},
    }


def as_changed(
    campaign_id: str, current: Mapping[str, Any], wanted: Mapping[str, Any]
) -> dict[str, Any]:
    """The body that replaces the current rule and names its version.

    If only `enabled` differs, every other field is sent as it was read. Otherwise unknown fields
    keep their values.
    """
    before, enabled = current[COUNTERPART], wanted["enabled"]
    if is_same({**current, "enabled": enabled}, wanted):
        body = before
    elif COUNTERPART in wanted:
        body = wanted[COUNTERPART]
    else:
        kept = {name: value for name, value in before.items() if name not in GROUPS}
        body = {**kept, **as_new(campaign_id, wanted)}
    fields = {name: value for name, value in body.items() if name not in SERVERS_OWN}
    return {**fields, "enabled": enabled, "version": before["version"]}


def is_of(campaign_id: str, rule: Mapping[str, Any]) -> bool:
    """Whether the rule watches this campaign and nothing else."""
    return _is_only(campaign_id, without_empty(rule["campaignRuleEntities"]))


def campaigns_of(rule: Mapping[str, Any]) -> frozenset[str]:
    """The campaigns that a rule watches or acts on."""
    actions = rule.get("campaignRuleActions") or ()
    entities = [
        rule.get("campaignRuleEntities"),
        *(each.get("campaignRuleActionEntities") for each in actions),
    ]
    return frozenset(
        campaign["id"] for each in entities for campaign in (each or {}).get("campaigns") or ()
    )


def _is_only(campaign_id: str, entities: Mapping[str, Any]) -> bool:
    ids = [each["id"] for each in entities.get("campaigns", ())]
    return entities.keys() == {"campaigns"} and ids == [campaign_id]


def as_read(campaign_id: str, rule: Mapping[str, Any]) -> DeployedRule:
    """The rule in the terms of D5; an unsupported part is kept and equals no rule of a rule set.

    It has no execution order, because the platform stores none. ValueError, TypeError, KeyError
    or AttributeError if it is not a rule.
    """
    conditions = rule.get("campaignRuleConditions") or []
    return DeployedRule.parse(
        {
            "id": rule["id"],
            "name": rule["name"],
            "version": rule["version"],
            "priority": 1,
            "conditions": [
                *map(_condition_read, conditions),
                *_unsupported(rule, len(conditions)),
            ],
            "actions": [
                _action_read(campaign_id, each) for each in rule.get("campaignRuleActions") or []
            ],
            "enabled": rule.get("enabled") is True,
            COUNTERPART: rule,
        }
    )


def _condition_read(condition: Mapping[str, Any]) -> Mapping[str, Any]:
    fields = without_empty(condition)
    parameters = without_empty(fields.get("parameters", {}))
    value, kind = as_value(parameters.get("value")), fields.get("conditionType")
    operator = OPERATORS.get(parameters.get("operator", ""))
    is_plain = fields.keys() <= {"id", "conditionType", "parameters"}
    is_plain = is_plain and parameters.keys() == {"operator", "value"}
    if not is_plain or kind not in CAMPAIGN_NUMBERS or operator is None or value is None:
        return {"value": condition}
    return {
        "attribute": CAMPAIGN + kind,
        "operator": operator,
        "type": ValueType.NUMBER,
        "value": value,
    }


def _unsupported(rule: Mapping[str, Any], conditions: int) -> Iterable[Mapping[str, Any]]:
    """Turns fields that D5 lacks into conditions that equal no condition of a rule set."""
    if groups := rule.get("conditionGroups"):
        yield {"value": {"conditionGroups": groups}}
    if rule.get("matchAnyConditions") and conditions > 1:
        yield {"value": {"matchAnyConditions": True}}


def _action_read(campaign_id: str, action: Mapping[str, Any]) -> Mapping[str, Any]:
    fields = without_empty(action)
    entities = without_empty(fields.get("campaignRuleActionEntities", {}))
    kind, is_triggering = fields.get("actionType"), entities.pop("useTriggeringEntity", False)
    is_plain = fields.keys() <= {"id", "actionType", "campaignRuleActionEntities"}
    is_its_own = not entities if is_triggering else _is_only(campaign_id, entities)
    if is_plain and is_its_own and kind in CAMPAIGN_ACTIONS:
        return {"type": kind}
    return {"type": str(kind), "value": action}
