"""One filter of a purge rule's scope."""

from __future__ import annotations

import re
from enum import StrEnum
from math import isfinite
from typing import Annotated, TypeAlias

from pydantic import BeforeValidator
from pydantic_core import PydanticCustomError

from simulator.http.wire import Body
from simulator.organisation.conversation import Conversation

ATTRIBUTE = "attributes."
FIELD = re.compile(r"type|status|queueId|externalContactId|classification|attributes\..{1,100}")
NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")
# Every JSON parser reads integers up to this size exactly.
LARGEST_INTEGER = 2**53

Scalar: TypeAlias = str | bool | int | float


def check_field(value: object) -> object:
    """Checks the field of a filter."""
    if isinstance(value, str) and not FIELD.fullmatch(value):
        raise PydanticCustomError(
            "field",
            "must be type, status, queueId, externalContactId, classification or attributes.<name>",
        )
    return value


def check_value(value: object) -> object:
    """Checks the value of a filter."""
    if isinstance(value, str | bool):
        return value
    if isinstance(value, int | float) and isfinite(value) and abs(value) <= LARGEST_INTEGER:
        return value
    raise PydanticCustomError("value", "must be a string, a number or a boolean")


class Comparison(StrEnum):
    """The operators of a filter."""

    EQ = "eq"
    NEQ = "neq"
    GT = "gt"
    LT = "lt"


class RuleFilter(Body):
    """A condition on a field or, with the prefix `attributes.`, on a custom attribute."""

    field: Annotated[str, BeforeValidator(check_field)]
    operator: Comparison
    value: Annotated[Scalar, BeforeValidator(check_value)]

    def accepts(self, conversation: Conversation) -> bool:
        """Whether the conversation meets the condition; False without the field."""
        found = _value(conversation, self.field)
        if found is None:
            return False
        one, other = _text(found), _text(self.value)
        match self.operator:
            case Comparison.EQ:
                return one == other
            case Comparison.NEQ:
                return one != other
            case Comparison.GT:
                return order(one, other) > 0
            case Comparison.LT:
                return order(one, other) < 0


def order(one: str, other: str) -> int:
    """Returns 1, 0 or -1: compares two numbers, or two other texts; a mixed pair returns 0."""
    numbers = [float(each) for each in (one, other) if NUMBER.fullmatch(each)]
    if len(numbers) == 1:
        return 0
    if numbers:
        return (numbers[0] > numbers[1]) - (numbers[0] < numbers[1])
    return (one > other) - (one < other)


def _value(conversation: Conversation, field: str) -> str | bool | None:
    if field.startswith(ATTRIBUTE):
        return conversation.custom_attributes.get(field.removeprefix(ATTRIBUTE))
    return {
        "type": conversation.media_type,
        "status": conversation.status,
        "queueId": conversation.queue_id,
        "externalContactId": conversation.external_contact_id,
        "classification": conversation.classification,
    }[field]


def _text(value: Scalar) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
