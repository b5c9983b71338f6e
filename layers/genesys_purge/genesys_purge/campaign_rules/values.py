"""Reads values as their type: the text of a condition, and what a contact holds.

The value of a condition is always text on the wire, and its type says what the text means.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from genesys_purge.model import strict_json
from genesys_purge.model.dates import without_leap_second
from genesys_purge.model.strict_json import InvalidJson

LONGEST_TEXT = 1_000
# Integers out of this range are read as the nearest float, as most JSON readers do.
INTEGERS = range(-(2**63), 2**64)

DECIMAL = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[Ee][+-]?[0-9]+)?")
INTEGER = re.compile(r"[+-]?[0-9]{1,20}")
RFC_3339 = re.compile(
    r"\d{4}-\d\d-\d\d"
    r"(?:[Tt ](?:[01]\d|2[0-3]):\d\d:\d\d(?:\.\d{1,9})?(?:[Zz]|[+-](?:[01]\d|2[0-3]):[0-5]\d))?",
    re.ASCII,
)
TRUTHS = {"true": True, "false": False}


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


ORDERING = frozenset(
    {
        Operator.GREATER_THAN,
        Operator.GREATER_THAN_OR_EQUAL,
        Operator.LESS_THAN,
        Operator.LESS_THAN_OR_EQUAL,
    }
)


def text(value: object) -> str | None:
    """The text itself; None for any other value."""
    return value if type(value) is str else None


def number(value: object) -> int | float | None:
    """The number in a decimal text such as `5000`, `-0.5` or `1e3`; otherwise None.

    Blanks, separators of thousands, NaN and infinity are not read.
    """
    if type(value) is not str or len(value) > LONGEST_TEXT or not DECIMAL.fullmatch(value):
        return None
    if INTEGER.fullmatch(value) and (whole := int(value)) in INTEGERS:
        return whole
    read = float(value)
    return read if math.isfinite(read) else None


def truth(value: object) -> bool | None:
    """The boolean that the text `true` or `false` names; otherwise None."""
    return TRUTHS.get(value) if type(value) is str else None


def moment(value: object) -> datetime | None:
    """The time in an RFC 3339 text with an offset, midnight UTC for YYYY-MM-DD, otherwise None."""
    if type(value) is not str:
        return None
    given = without_leap_second(value.upper())
    if RFC_3339.fullmatch(given) is None:
        return None
    is_day = len(given) == len("YYYY-MM-DD")
    try:
        return datetime.fromisoformat(f"{given}T00:00:00Z" if is_day else given)
    except ValueError:  # such as 30 February
        return None


READERS: Mapping[ValueType, Callable[[object], Any]] = {
    ValueType.STRING: text,
    ValueType.NUMBER: number,
    ValueType.BOOLEAN: truth,
    ValueType.DATE: moment,
}


def as_text(value: object, kind: ValueType) -> str | None:
    """The text that carries a value of that type; None if the value cannot be read as the type."""
    if isinstance(value, bool):
        return str(value).lower() if kind is ValueType.BOOLEAN else None
    if isinstance(value, int | float):
        value = str(value) if kind is ValueType.NUMBER else None
    if not isinstance(value, str) or len(value) > LONGEST_TEXT:
        return None
    return value if READERS[kind](value) is not None else None


def listed(value: object) -> Sequence[Any] | None:
    """The values of the operator `in`: a list, or a JSON array as text; otherwise None."""
    if isinstance(value, str):
        try:
            value = strict_json.parsed(value)
        except InvalidJson:
            return None
    return value if isinstance(value, list | tuple) else None


class Reading(NamedTuple):
    """The type as which both values are read, and the condition's value read so.

    The value of `in` is a set.
    """

    kind: ValueType
    value: Any


def reading(operator: Operator, kind: ValueType, value: object) -> Reading:
    """How a condition compares; ValueError if its value cannot be read as its type.

    An operator of order on strings compares numbers if the condition's value reads as a number,
    moments if it reads as a date, and otherwise text.
    """
    if operator is Operator.IN:
        return Reading(kind, frozenset(_read(each, kind) for each in listed(value) or (None,)))
    read = _read(value, kind)
    if kind is ValueType.STRING and operator in ORDERING:
        for other in (ValueType.NUMBER, ValueType.DATE):
            if (ordered := READERS[other](read)) is not None:
                return Reading(other, ordered)
    return Reading(kind, read)


def _read(value: object, kind: ValueType) -> Any:
    given = as_text(value, kind)
    if given is None:
        raise ValueError(f"the value of a condition is no {kind}")
    return READERS[kind](given)
