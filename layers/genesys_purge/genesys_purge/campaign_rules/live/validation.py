"""Reports what a rule needs that the live platform lacks, each with the nearest alternative."""

from __future__ import annotations

from collections.abc import Iterator

from genesys_purge.campaign_rules.condition_meaning import EXACT
from genesys_purge.campaign_rules.live.terms import (
    CAMPAIGN,
    CAMPAIGN_ACTIONS,
    CAMPAIGN_NUMBERS,
    CAMPAIGN_OPERATORS,
    COMPARISONS,
    CONTACT_ACTIONS,
    LONGEST_NAME,
    NEVER_TURN_ON,
    TURN_ON,
    is_trigger,
)
from genesys_purge.campaign_rules.rules import SET_LIST, Action, Condition, Rule
from genesys_purge.campaign_rules.values import ValueType
from genesys_purge.errors import FieldError

NO_LISTS = (
    "the live platform has no setList; use the campaign's contact list filter, or create an action "
    "MODIFY_CONTACT_ATTRIBUTE at Genesys"
)
ALTERNATIVES = {
    ValueType.BOOLEAN: 'use type string with "true" or "false", as stored in the contact list',
    ValueType.STRING: "a string supports equals, notEquals and contains, and comparisons if its "
    "value reads as a number; instead of in, use one rule for each value",
    ValueType.NUMBER: "a number supports every operator except in; instead of in, use one rule "
    "for each value",
    ValueType.DATE: "a date supports greaterThan (AFTER) and lessThan (BEFORE)",
}


def errors_in(position: int, rule: Rule) -> Iterator[FieldError]:
    """Every error of the rule at that position; a rule's wrong fields are None."""
    conditions, actions = rule.conditions or (), rule.actions or ()
    triggers = is_trigger(each.attribute for each in conditions)
    found = [
        *_in_fields(rule, triggers=triggers),
        *(
            (f"conditions.{number}.{path}", message)
            for number, each in enumerate(conditions)
            for path, message in _in_condition(each, triggers=triggers)
        ),
        *(
            (f"actions.{number}.{path}", message)
            for number, each in enumerate(actions)
            for path, message in _in_action(each, rule, triggers=triggers)
        ),
    ]
    for path, message in found:
        yield FieldError(f"rules.{position}.{path}", message)


def _in_fields(rule: Rule, *, triggers: bool) -> Iterator[tuple[str, str]]:
    if rule.name and len(rule.name) > LONGEST_NAME:
        yield "name", f"may have at most {LONGEST_NAME} characters on the live platform"
    if rule.description:
        yield "description", "is not stored by the live platform; leave it out and use the name"
    if rule.priority not in (1, None):
        yield "priority", "must be 1: the live platform orders rules by executionOrder only"
    if rule.enabled is False and not triggers:
        yield "enabled", "must be true: a rule set applies as a whole; leave the rule out"
    if rule.conditions == ():
        yield "conditions", "must hold at least one on the live platform"
    if rule.actions == ():
        yield "actions", "must hold at least one on the live platform"


def _in_condition(condition: Condition, *, triggers: bool) -> Iterator[tuple[str, str]]:
    kind, value = condition.reading
    if kind is ValueType.NUMBER and _is_large(value):
        yield "value", f"must be a number between -{EXACT:,} and {EXACT:,} on the live platform"
    if condition.attribute.startswith(CAMPAIGN):
        yield from _in_trigger(condition, kind)
    elif triggers:
        message = "is of contacts, but other conditions are of the campaign; split this rule in two"
        yield "attribute", message
    elif condition.operator not in COMPARISONS.get(kind, {}):
        field = "operator" if kind in COMPARISONS else "type"
        yield field, f"is not supported by the live platform: {ALTERNATIVES[kind]}"


def _in_trigger(condition: Condition, kind: ValueType) -> Iterator[tuple[str, str]]:
    if condition.attribute.removeprefix(CAMPAIGN) not in CAMPAIGN_NUMBERS:
        known = ", ".join(sorted(CAMPAIGN + each for each in CAMPAIGN_NUMBERS))
        yield "attribute", f"must be one of {known}; create conditions on times at Genesys"
    if kind is not ValueType.NUMBER:
        yield "type", "must be number: a campaign rule compares numbers"
    if condition.operator not in CAMPAIGN_OPERATORS:
        known = ", ".join(CAMPAIGN_OPERATORS)
        yield "operator", f"must be one of {known}: a campaign rule supports no others"


def _in_action(action: Action, rule: Rule, *, triggers: bool) -> Iterator[tuple[str, str]]:
    if not action.type:
        return
    if action.type == SET_LIST:
        yield "type", NO_LISTS
        return
    attributes = {each.attribute for each in rule.conditions or ()}
    known = CAMPAIGN_ACTIONS if triggers else CONTACT_ACTIONS
    if triggers and not all(each.startswith(CAMPAIGN) for each in attributes):
        # The rule must be split in two, and the action may belong to either part.
        known = CAMPAIGN_ACTIONS | CONTACT_ACTIONS
    if action.type not in known:
        supported = ", ".join(sorted(known))
        yield "type", f"must be one of {supported}; create actions with further settings at Genesys"
    if action.list_id is not None:
        yield "listId", "is not supported by the live platform; leave it out"
    if action.value is not None:
        yield "value", "is not supported by the live platform; leave it out"
    progress = {each.removeprefix(CAMPAIGN) for each in attributes} & NEVER_TURN_ON
    if triggers and action.type == TURN_ON and progress:
        names = ", ".join(sorted(progress))
        yield "type", f"cannot turn a campaign on by its own {names}; use another condition"


def _is_large(value: object) -> bool:
    return isinstance(value, int | float) and abs(value) >= EXACT
