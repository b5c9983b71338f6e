"""What of one rule the live platform has no counterpart for, each with the nearest thing it has."""

from __future__ import annotations

from collections.abc import Iterator

from genesys_purge.campaign_rules.contents import EXACT
from genesys_purge.campaign_rules.live.words import (
    CAMPAIGN,
    CAMPAIGN_ACTIONS,
    CAMPAIGN_NUMBERS,
    CAMPAIGN_OPERATORS,
    COMPARISONS,
    CONTACT_ACTIONS,
    LONGEST_NAME,
    NEVER_TURN_ON,
    TURN_ON,
    is_about_campaign,
)
from genesys_purge.campaign_rules.rules import SET_LIST, Action, Condition, Rule, ValueType
from genesys_purge.errors import FieldError

NO_LISTS = (
    "the live platform sets no list: let the campaign's contact list filter choose, or at Genesys "
    "an action MODIFY_CONTACT_ATTRIBUTE write the column"
)
KINDS = {
    ValueType.BOOLEAN: 'compare type string with "true" or "false", as the contact list has it',
    ValueType.STRING: "text is compared by equals, notEquals and contains; for each value of "
    "in a rule of its own",
    ValueType.NUMBER: "numbers are compared by all but in; for each value a rule of its own",
    ValueType.DATE: "dates are compared by greaterThan (AFTER) and lessThan (BEFORE)",
}


def refusals_of(position: int, rule: Rule) -> Iterator[FieldError]:
    """Every error of the rule in that place; what a wrong rule lacks is None."""
    conditions, actions = rule.conditions or (), rule.actions or ()
    is_campaigns = is_about_campaign(each.attribute for each in conditions)
    found = [
        *_of_fields(rule, is_campaigns=is_campaigns),
        *(
            (f"conditions.{number}.{path}", message)
            for number, each in enumerate(conditions)
            for path, message in _of_condition(each, is_campaigns=is_campaigns)
        ),
        *(
            (f"actions.{number}.{path}", message)
            for number, each in enumerate(actions)
            for path, message in _of_action(each, rule, is_campaigns=is_campaigns)
        ),
    ]
    for path, message in found:
        yield FieldError(f"rules.{position}.{path}", message)


def _of_fields(rule: Rule, *, is_campaigns: bool) -> Iterator[tuple[str, str]]:
    if rule.name and len(rule.name) > LONGEST_NAME:
        yield "name", f"may have at most {LONGEST_NAME} characters on the live platform"
    if rule.description:
        yield "description", "is not kept by the live platform; leave it out, the name must do"
    if rule.priority not in (1, None):
        yield "priority", "must be 1: the live platform has executionOrder alone"
    if rule.enabled is False and not is_campaigns:
        yield "enabled", "a rule set is in force whole; leave the rule out of it"
    if rule.conditions == ():
        yield "conditions", "must hold at least one; the live platform has no rule without"
    if rule.actions == ():
        yield "actions", "must hold at least one; the live platform has no rule without"


def _of_condition(condition: Condition, *, is_campaigns: bool) -> Iterator[tuple[str, str]]:
    if condition.type is ValueType.NUMBER and _is_large(condition.value):
        yield "value", f"must be a number between -{EXACT:,} and {EXACT:,} on the live platform"
    if condition.attribute.startswith(CAMPAIGN):
        yield from _of_campaigns(condition)
    elif is_campaigns:
        message = "is a contact's, beside conditions on the campaign; make two rules: a rule set"
        yield "attribute", f"{message} knows contacts, and a campaign rule knows its campaign"
    elif condition.operator not in COMPARISONS.get(condition.type, {}):
        field = "operator" if condition.type in COMPARISONS else "type"
        yield field, f"has no counterpart on the live platform: {KINDS[condition.type]}"


def _of_campaigns(condition: Condition) -> Iterator[tuple[str, str]]:
    if condition.attribute.removeprefix(CAMPAIGN) not in CAMPAIGN_NUMBERS:
        known = ", ".join(sorted(CAMPAIGN + each for each in CAMPAIGN_NUMBERS))
        message = f"must be one of {known}; conditions on times are made at Genesys"
        yield "attribute", message
    if condition.type is not ValueType.NUMBER:
        yield "type", "must be number: a campaign rule compares numbers"
    if condition.operator not in CAMPAIGN_OPERATORS:
        known = ", ".join(CAMPAIGN_OPERATORS)
        yield "operator", f"must be one of {known}: a campaign rule has no other"


def _of_action(action: Action, rule: Rule, *, is_campaigns: bool) -> Iterator[tuple[str, str]]:
    if not action.type:
        return
    if action.type == SET_LIST:
        yield "type", NO_LISTS
        return
    attributes = {each.attribute for each in rule.conditions or ()}
    known = CAMPAIGN_ACTIONS if is_campaigns else CONTACT_ACTIONS
    if is_campaigns and not all(each.startswith(CAMPAIGN) for each in attributes):
        # Either of the two rules that it has to be made into may have the action.
        known = CAMPAIGN_ACTIONS | CONTACT_ACTIONS
    if action.type not in known:
        words = ", ".join(sorted(known))
        yield "type", f"must be one of {words}; what needs further settings is made at Genesys"
    if action.list_id is not None:
        yield "listId", "has no counterpart on the live platform; leave it out"
    if action.value is not None:
        yield "value", "has no counterpart on the live platform; leave it out"
    progress = {each.removeprefix(CAMPAIGN) for each in attributes} & NEVER_TURN_ON
    if is_campaigns and action.type == TURN_ON and progress:
        words = ", ".join(sorted(progress))
        yield "type", f"no campaign can turn itself on by its {words}; use another condition"


def _is_large(value: object) -> bool:
    return isinstance(value, int | float) and abs(value) >= EXACT
