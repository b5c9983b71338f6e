"""Campaign rules (D5), as a rule set defines them and as Genesys returns them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints, field_validator
from pydantic_core.core_schema import ValidationInfo

from genesys_purge.model.answers import Count, Exact
from genesys_purge.model.dates import without_leap_second
from genesys_purge.model.request import OrganisationName
from genesys_purge.model.wire import Wire

SET_LIST = "setList"
MOST_RULES, MOST_CONDITIONS, MOST_ACTIONS, MOST_VALUES = 500, 50, 20, 1_000
LONGEST_TEXT = 1_000
LARGEST = 2**31 - 1

RFC_3339 = re.compile(
    r"\d{4}-\d\d-\d\d"
    r"(?:[Tt ](?:[01]\d|2[0-3]):\d\d:\d\d(?:\.\d{1,9})?(?:[Zz]|[+-](?:[01]\d|2[0-3]):[0-5]\d))?",
    re.ASCII,
)


class Operator(StrEnum):
    """How a contact's value is compared with a condition's value."""

    EQUALS = "equals"
    NOT_EQUALS = "notEquals"
    GREATER_THAN = "greaterThan"
    GREATER_THAN_OR_EQUAL = "greaterThanOrEqual"
    LESS_THAN = "lessThan"
    LESS_THAN_OR_EQUAL = "lessThanOrEqual"
    CONTAINS = "contains"
    IN = "in"


class ValueType(StrEnum):
    """The type of both values; strings compare by code points."""

    STRING = "string"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DATE = "date"


ALIKE = frozenset({Operator.EQUALS, Operator.NOT_EQUALS, Operator.IN})
ORDERED = ALIKE | {
    Operator.GREATER_THAN,
    Operator.GREATER_THAN_OR_EQUAL,
    Operator.LESS_THAN,
    Operator.LESS_THAN_OR_EQUAL,
}
OPERATORS = {
    ValueType.STRING: ORDERED | {Operator.CONTAINS},
    ValueType.NUMBER: ORDERED,
    ValueType.BOOLEAN: ALIKE,
    ValueType.DATE: ORDERED,
}
EXPECTED = {
    ValueType.STRING: f"text of at most {LONGEST_TEXT} characters",
    ValueType.NUMBER: "a number",
    ValueType.BOOLEAN: "true or false",
    ValueType.DATE: "a date: RFC 3339 with an offset, or YYYY-MM-DD",
}


def moment(value: object) -> datetime | None:
    """The time in an RFC 3339 text with an offset, midnight UTC for YYYY-MM-DD, otherwise None."""
    if type(value) is not str:
        return None
    text = without_leap_second(value.upper())
    if RFC_3339.fullmatch(text) is None:
        return None
    is_day = len(text) == len("YYYY-MM-DD")
    try:
        return datetime.fromisoformat(f"{text}T00:00:00Z" if is_day else text)
    except ValueError:  # such as 30 February
        return None


def fits(value: object, kind: ValueType) -> bool:
    """Whether a JSON value has that type; `true` and `"1"` are not numbers."""
    match kind:
        case ValueType.STRING:
            return isinstance(value, str) and len(value) <= LONGEST_TEXT
        case ValueType.NUMBER:
            return isinstance(value, int | float) and not isinstance(value, bool)
        case ValueType.BOOLEAN:
            return isinstance(value, bool)
        case ValueType.DATE:
            return moment(value) is not None


def _no_empty_part(path: str) -> str:
    if not all(path.split(".")):
        raise ValueError("must be names joined by single dots")
    return path


def _scalar(value: object) -> object:
    is_short = isinstance(value, str) and len(value) <= LONGEST_TEXT
    if not (is_short or isinstance(value, int | float | None)):
        raise ValueError(f"must be {EXPECTED[ValueType.STRING]}, a number, true or false")
    return value


def _on_one_line(name: str) -> str:
    if not name.isprintable():
        raise ValueError("must be printable, on one line")
    return name


Name = Annotated[
    str,
    StringConstraints(min_length=1, max_length=100, pattern=r"\S"),
    AfterValidator(_on_one_line),
]
Path = Annotated[str, StringConstraints(max_length=200), AfterValidator(_no_empty_part)]
CampaignId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,80}$")]


class Condition(Wire):
    """Compares the contact's value at the dotted path `attribute` with `value`.

    `value` has the type `type`; for the operator `in` it is a list of such values.
    """

    attribute: Path
    operator: Operator
    type: ValueType
    # Declared last, because its validator reads the other fields.
    value: Any

    @field_validator("value")
    @classmethod
    def _fits(cls, value: Any, others: ValidationInfo) -> Any:
        operator, kind = others.data.get("operator"), others.data.get("type")
        if operator is None or kind is None:
            return value
        if operator not in OPERATORS[kind]:
            raise ValueError(f"{operator} does not compare values of type {kind}")
        if operator is not Operator.IN:
            if not fits(value, kind):
                raise ValueError(f"must be {EXPECTED[kind]}")
            return value
        if not isinstance(value, list | tuple) or not 1 <= len(value) <= MOST_VALUES:
            raise ValueError(f"must be a list of 1 to {MOST_VALUES} values")
        for position, each in enumerate(value):
            if not fits(each, kind):
                raise ValueError(f"every value must be {EXPECTED[kind]}; value {position} is not")
        return tuple(value)


class Action(Wire):
    """What a rule does with a matching contact; only `setList` is checked further."""

    type: Name
    list_id: Name | None = None
    value: Annotated[Any, AfterValidator(_scalar)] = None


class Rule(Wire):
    """One rule of a rule set; without conditions it matches every contact."""

    name: Name
    description: Annotated[str, StringConstraints(max_length=LONGEST_TEXT)] | None = None
    version: Annotated[int, Field(ge=1, le=LARGEST)]
    priority: Annotated[int, Field(ge=1, le=1_000)]
    execution_order: Annotated[int, Field(ge=1, le=LARGEST)]
    conditions: Annotated[tuple[Condition, ...], Field(max_length=MOST_CONDITIONS)] = ()
    actions: Annotated[tuple[Action, ...], Field(max_length=MOST_ACTIONS)] = ()
    enabled: bool = True


class RuleSet(Wire):
    """The rules of one campaign of one organisation, deployed together."""

    campaign_id: CampaignId
    organisation: OrganisationName | None = None
    rules: Annotated[tuple[Rule, ...], Field(max_length=MOST_RULES)]


class DeployedAction(Wire):
    """An action as Genesys returns it; unknown fields are kept."""

    model_config = ConfigDict(extra="allow")

    type: str
    list_id: str | None = None
    value: Any = None


class DeployedRule(Wire):
    """A rule as Genesys returns it; unknown fields are kept, so that it can be rolled back.

    `conditions` are not interpreted. `execution_order` is None where Genesys stores none.
    """

    model_config = ConfigDict(extra="allow")

    id: str | None = None
    self_uri: str | None = None
    name: str
    description: str | None = None
    version: Count
    priority: Exact
    execution_order: Exact | None = None
    conditions: tuple[Mapping[str, Any], ...] | None = None
    actions: tuple[DeployedAction, ...] | None = None
    enabled: bool | None = None
