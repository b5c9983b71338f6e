"""The meaning of a condition: equal for two conditions that hold for the same contacts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

from genesys_purge.campaign_rules.values import Operator, ValueType, reading

# The fields of a condition that are compared.
CONDITION = ("attribute", "operator", "type", "value")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
# Above it, several integers share one float.
EXACT = 2**53


def meaning(condition: Mapping[str, Any], *, is_typed: bool = True) -> dict[str, Any]:
    """A condition in JSON with its value as it is read: "5000", 5000 and "5e3" are one number.

    The order of the values of `in` has no meaning. With `is_typed=False`, a string that compares
    as a number has the meaning of a number. A condition that cannot be read is returned as it is.
    """
    fields = {name: condition.get(name) for name in CONDITION}
    try:
        kind = ValueType(fields["type"] or "")
        compared, value = reading(Operator(fields["operator"] or ""), kind, fields["value"])
    except ValueError:
        return fields
    is_list = isinstance(value, frozenset)
    read = sorted(map(_in_json, value), key=orjson.dumps) if is_list else _in_json(value)
    return {
        "attribute": fields["attribute"],
        "operator": fields["operator"],
        "type": kind if is_typed else compared,
        "reads": [compared, read],
    }


def _in_json(value: Any) -> Any:
    """Equal for equal values: a time as microseconds, a whole number as an integer."""
    if isinstance(value, datetime):
        return (value - EPOCH) // MICROSECOND
    return normalised(value)


def normalised(value: Any) -> Any:
    """JSON has one kind of number: 1.0 equals 1, and neither equals true."""
    if isinstance(value, float) and value.is_integer() and abs(value) < EXACT:
        return int(value)
    if isinstance(value, Mapping):
        return {name: normalised(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [normalised(each) for each in value]
    return value
