"""The terms of D5 and of the live platform, in both directions; a missing term is unsupported."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from genesys_purge.campaign_rules.condition_meaning import EXACT
from genesys_purge.campaign_rules.values import Operator, Reading, ValueType, number, reading

LONGEST_NAME = 64
# The prefix of the campaign's own attributes; any other attribute is a contact list column.
CAMPAIGN = "campaign."

VALUE_TYPES = {
    ValueType.STRING: "STRING",
    ValueType.NUMBER: "NUMERIC",
    ValueType.DATE: "DATETIME",
}


class Comparison(NamedTuple):
    """How the platform compares a column of the contact list."""

    operator: str
    inverted: bool = False


COMPARISONS: Mapping[ValueType, Mapping[Operator, Comparison]] = {
    ValueType.STRING: {
        Operator.EQUALS: Comparison("EQUALS"),
        Operator.NOT_EQUALS: Comparison("EQUALS", inverted=True),
        Operator.CONTAINS: Comparison("CONTAINS"),
    },
    ValueType.NUMBER: {
        Operator.EQUALS: Comparison("EQUALS"),
        Operator.NOT_EQUALS: Comparison("EQUALS", inverted=True),
        Operator.GREATER_THAN: Comparison("GREATER_THAN"),
        Operator.GREATER_THAN_OR_EQUAL: Comparison("GREATER_THAN_EQUALS"),
        Operator.LESS_THAN: Comparison("LESS_THAN"),
        Operator.LESS_THAN_OR_EQUAL: Comparison("LESS_THAN_EQUALS"),
    },
    ValueType.DATE: {
        Operator.GREATER_THAN: Comparison("AFTER"),
        Operator.LESS_THAN: Comparison("BEFORE"),
    },
}
CONTACT_ACTIONS = frozenset(
    {"DO_NOT_DIAL", "SWITCH_TO_PREVIEW", "CONTACT_UNCALLABLE", "NUMBER_UNCALLABLE"}
)

CAMPAIGN_OPERATORS = {
    Operator.EQUALS: "equals",
    Operator.GREATER_THAN: "greaterThan",
    Operator.GREATER_THAN_OR_EQUAL: "greaterThanEqualTo",
    Operator.LESS_THAN: "lessThan",
    Operator.LESS_THAN_OR_EQUAL: "lessThanEqualTo",
}
# The conditions that compare one number; conditions on times need settings that D5 lacks.
CAMPAIGN_NUMBERS = frozenset(
    {
        "campaignProgress",
        "campaignAgents",
        "campaignRecordsAttempted",
        "campaignContactsMessaged",
        "campaignBusinessSuccess",
        "campaignBusinessFailure",
        "campaignBusinessNeutral",
        "campaignValidAttempts",
        "campaignRightPartyContacts",
    }
)
TURN_ON = "turnOnCampaign"
CAMPAIGN_ACTIONS = frozenset({TURN_ON, "turnOffCampaign", "recycleCampaign"})
# A campaign cannot turn itself on by these.
NEVER_TURN_ON = frozenset({"campaignProgress", "campaignAgents"})

EMPTY: tuple[object, ...] = (None, [], {})


def is_trigger(attributes: Iterable[str]) -> bool:
    """Whether a rule with these attributes triggers on its campaign, not on contacts."""
    return any(each.startswith(CAMPAIGN) for each in attributes)


def attributes_of(rule: Mapping[str, Any]) -> list[str]:
    """The attributes in the conditions of a rule set's rule in JSON."""
    return [each["attribute"] for each in rule.get("conditions", ())]


def reading_of(condition: Mapping[str, Any]) -> Reading:
    """How a condition of a checked rule compares; a string may compare as a number or a date."""
    operator, kind = Operator(condition["operator"]), ValueType(condition["type"])
    return reading(operator, kind, condition["value"])


def as_decimal(value: float) -> str:
    """A number below 2**53 as text without an exponent."""
    is_whole = value == int(value)
    return format(Decimal(str(int(value) if is_whole else value)), "f")


def as_value(text: object) -> str | None:
    """The value of a condition in a number's text of the platform; None for another text."""
    read = number(text) if isinstance(text, str) else None
    return None if read is None or abs(read) >= EXACT else str(text)


def without_empty(entity: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that are set; the platform may return unset fields as null, [] or {}."""
    return {name: value for name, value in entity.items() if value not in EMPTY}
