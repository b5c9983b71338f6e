"""A rule about what its campaign does, as the live platform writes it: a campaign rule."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from genesys_purge.campaign_rules.contents import is_same
from genesys_purge.campaign_rules.live.words import (
    CAMPAIGN,
    CAMPAIGN_ACTIONS,
    CAMPAIGN_NUMBERS,
    CAMPAIGN_OPERATORS,
    COUNTERPART,
    as_number,
    as_text,
    said,
)
from genesys_purge.campaign_rules.rules import DeployedRule, Operator, ValueType

OPERATORS = {word: operator for operator, word in CAMPAIGN_OPERATORS.items()}
SERVERS_OWN = frozenset({"id", "selfUri", "version", "dateCreated", "dateModified", "warnings"})
# Another way to write conditions, which would stand against ours.
GROUPS = frozenset({"campaignRuleProcessing", "conditionGroups"})


def as_new(campaign_id: str, wanted: Mapping[str, Any]) -> dict[str, Any]:
    """The body that creates a rule set's rule."""
    these = {"campaigns": [{"id": campaign_id}]}
    return {
        "name": wanted["name"],
        "campaignRuleEntities": these,
        "campaignRuleConditions": [_condition(each) for each in wanted["conditions"]],
        "campaignRuleActions": [
            {"actionType": each["type"], "campaignRuleActionEntities": these}
            for each in wanted["actions"]
        ],
        "matchAnyConditions": False,
        "enabled": wanted["enabled"],
    }


def _condition(condition: Mapping[str, Any]) -> dict[str, Any]:
    operator = CAMPAIGN_OPERATORS[Operator(condition["operator"])]
    return {
        "conditionType": condition["attribute"].removeprefix(CAMPAIGN),
        "parameters": {"operator": operator, "value": as_text(condition["value"])},
    }


def as_changed(
    campaign_id: str, current: Mapping[str, Any], wanted: Mapping[str, Any]
) -> dict[str, Any]:
    """The body that writes a rule over the current one, whose version it names.

    Where only `enabled` differs everything else is sent as it was read. Otherwise the fields that
    we do not know stay.
    """
    before, enabled = current[COUNTERPART], wanted["enabled"]
    if is_same({**current, "enabled": enabled}, wanted):
        body = before
    elif COUNTERPART in wanted:
        body = wanted[COUNTERPART]
    else:
        kept = {name: value for name, value in before.items() if name not in GROUPS}
        body = {**kept, **as_new(campaign_id, wanted)}
    own = {name: value for name, value in body.items() if name not in SERVERS_OWN}
    return {**own, "enabled": enabled, "version": before["version"]}


def is_of(campaign_id: str, rule: Mapping[str, Any]) -> bool:
    """Whether the rule looks at this campaign, and at nothing else."""
    return _is_only(campaign_id, said(rule["campaignRuleEntities"]))


def _is_only(campaign_id: str, entities: Mapping[str, Any]) -> bool:
    ids = [each["id"] for each in entities.get("campaigns", ())]
    return entities.keys() == {"campaigns"} and ids == [campaign_id]


def as_read(campaign_id: str, rule: Mapping[str, Any]) -> DeployedRule:
    """The rule in D5's words; what they do not reach is told as it is, and equals nothing of ours.

    It has no execution order: the platform keeps none. ValueError, TypeError, KeyError or
    AttributeError where it is no rule.
    """
    conditions = rule.get("campaignRuleConditions") or []
    return DeployedRule.parse(
        {
            "id": rule["id"],
            "name": rule["name"],
            "version": rule["version"],
            "priority": 1,
            "conditions": [*map(_condition_read, conditions), *_besides(rule, len(conditions))],
            "actions": [
                _action_read(campaign_id, each) for each in rule.get("campaignRuleActions") or []
            ],
            "enabled": rule.get("enabled") is True,
            COUNTERPART: rule,
        }
    )


def _condition_read(condition: Mapping[str, Any]) -> Mapping[str, Any]:
    told = said(condition)
    parameters, word = said(told.get("parameters", {})), told.get("conditionType")
    operator = OPERATORS.get(parameters.get("operator", ""))
    number = as_number(parameters.get("value"))
    is_plain = told.keys() <= {"id", "conditionType", "parameters"}
    is_plain = is_plain and parameters.keys() == {"operator", "value"}
    if not is_plain or word not in CAMPAIGN_NUMBERS or operator is None or number is None:
        return {"value": condition}
    kind = ValueType.NUMBER
    return {"attribute": CAMPAIGN + word, "operator": operator, "type": kind, "value": number}


def _besides(rule: Mapping[str, Any], conditions: int) -> Iterable[Mapping[str, Any]]:
    """What a rule says that D5 has no field for, as a condition that no rule set can have."""
    if groups := rule.get("conditionGroups"):
        yield {"value": {"conditionGroups": groups}}
    if rule.get("matchAnyConditions") and conditions > 1:
        yield {"value": {"matchAnyConditions": True}}


def _action_read(campaign_id: str, action: Mapping[str, Any]) -> Mapping[str, Any]:
    told = said(action)
    entities, word = said(told.get("campaignRuleActionEntities", {})), told.get("actionType")
    is_triggering = entities.pop("useTriggeringEntity", False)
    is_plain = told.keys() <= {"id", "actionType", "campaignRuleActionEntities"}
    is_its_own = not entities if is_triggering else _is_only(campaign_id, entities)
    if is_plain and is_its_own and word in CAMPAIGN_ACTIONS:
        return {"type": word}
    return {"type": str(word), "value": action}
