"""D5's words and the live platform's, each way; what is in no table has no counterpart there."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from genesys_purge.campaign_rules.contents import EXACT
from genesys_purge.campaign_rules.rules import Operator, ValueType

LONGEST_NAME = 64
# Where a rule as read keeps what the platform calls it, so that it can be written again as it was.
COUNTERPART = "counterpart"
# An attribute of the campaign itself begins so; every other one is a column of its contact list.
CAMPAIGN = "campaign."

VALUE_TYPES = {
    ValueType.STRING: "STRING",
    ValueType.NUMBER: "NUMERIC",
    ValueType.DATE: "DATETIME",
}


class Comparison(NamedTuple):
    """How the platform compares a contact's column."""

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
# What a number is enough for; the conditions on times need settings that D5 has no words for.
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
# The platform lets no campaign turn itself on by these.
NEVER_TURN_ON = frozenset({"campaignProgress", "campaignAgents"})

NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?", re.ASCII).fullmatch
NOTHING: tuple[object, ...] = (None, [], {})


def is_about_campaign(attributes: Iterable[str]) -> bool:
    """Whether a rule is about what its campaign does, and not about contacts."""
    return any(each.startswith(CAMPAIGN) for each in attributes)


def attributes_of(rule: Mapping[str, Any]) -> list[str]:
    """The attributes of a rule set's rule as JSON."""
    return [each["attribute"] for each in rule.get("conditions", ())]


def as_text(number: float) -> str:
    """A number below 2**53 as the platform's text, without an exponent."""
    return format(Decimal(str(number)), "f")


def as_number(text: object) -> int | float | None:
    """The number that a text of the platform's is; None for one that is none of ours."""
    if not isinstance(text, str) or not NUMBER(text):
        return None
    number = float(text) if "." in text else int(text)
    return number if abs(number) < EXACT else None


def said(entity: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of an entity that say anything: the platform may write out what was left out."""
    return {name: value for name, value in entity.items() if value not in NOTHING}
