"""Campaign rules (D5), as a rule set defines them and as Genesys returns them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import orjson
from pydantic import AfterValidator, ConfigDict, Field, StringConstraints, field_validator
from pydantic_core.core_schema import ValidationInfo

from genesys_purge.campaign_rules.values import (
    LONGEST_TEXT,
    ORDERING,
    Operator,
    Reading,
    ValueType,
    as_text,
    listed,
    reading,
)
from genesys_purge.model.answers import Count, Exact
from genesys_purge.model.request import OrganisationName
from genesys_purge.model.wire import Wire

SET_LIST = "setList"
MOST_RULES, MOST_CONDITIONS, MOST_ACTIONS, MOST_VALUES = 500, 50, 20, 1_000
LARGEST = 2**31 - 1

ALIKE = frozenset({Operator.EQUALS, Operator.NOT_EQUALS, Operator.IN})
ORDERED = ALIKE | ORDERING
OPERATORS = {
    ValueType.STRING: ORDERED | {Operator.CONTAINS},
    ValueType.NUMBER: ORDERED,
    ValueType.BOOLEAN: ALIKE,
    ValueType.DATE: ORDERED,
}
EXPECTED = {
    ValueType.STRING: f"text of at most {LONGEST_TEXT} characters",
    ValueType.NUMBER: "a number, such as 5000, 0.5 or 1e3, without blanks",
    ValueType.BOOLEAN: "true or false",
    ValueType.DATE: "a date: RFC 3339 with an offset, or YYYY-MM-DD",
}


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

    `value` is text that reads as the type `type`; for the operator `in` it is a JSON array of such
    values. JSON numbers, booleans and lists are accepted, and become text.
    """

    attribute: Path
    operator: Operator
    type: ValueType
    # Declared last, because its validator reads the other fields.
    value: str

    @field_validator("value", mode="before")
    @classmethod
    def _as_text(cls, value: Any, others: ValidationInfo) -> str:
        operator, kind = others.data.get("operator"), others.data.get("type")
        if operator is None or kind is None:
            return ""
        if operator not in OPERATORS[kind]:
            raise ValueError(f"{operator} does not compare values of type {kind}")
        if operator is Operator.IN:
            return _list_as_text(value, kind)
        if (given := as_text(value, kind)) is None:
            raise ValueError(f"must be {EXPECTED[kind]}")
        return given

    @property
    def reading(self) -> Reading:
        """How the condition compares, and its value."""
        return reading(self.operator, self.type, self.value)


def _list_as_text(value: object, kind: ValueType) -> str:
    """The JSON array that carries the values of `in`; a text is sent as it was given."""
    given = listed(value)
    if given is None or not 1 <= len(given) <= MOST_VALUES:
        raise ValueError(f"must be a list of 1 to {MOST_VALUES} values")
    texts = [as_text(each, kind) for each in given]
    if None in texts:
        wrong = f"every value must be {EXPECTED[kind]}; value {texts.index(None)} is not"
        raise ValueError(wrong)
    return value if isinstance(value, str) else orjson.dumps(texts).decode()


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
