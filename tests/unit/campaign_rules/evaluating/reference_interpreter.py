"""A simple interpreter of conditions: the oracle for the compiled ones."""

from __future__ import annotations

import json
import operator
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple

from genesys_purge.campaign_rules.values import moment

COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "equals": operator.eq,
    "notEquals": operator.ne,
    "greaterThan": operator.gt,
    "greaterThanOrEqual": operator.ge,
    "lessThan": operator.lt,
    "lessThanOrEqual": operator.le,
    "contains": operator.contains,
}
DIGITS = set("0123456789.+-eE")


class Prepared(NamedTuple):
    """A condition whose value is read once; `kind` is the type as which both values are read."""

    path: list[str]
    operator: str
    kind: str
    expected: Any


def matches(rule: Mapping[str, Any], contact: object) -> bool | None:
    """Whether a rule of a document is enabled and each of its conditions holds.

    None if no condition is false, but some cannot be read in the contact.
    """
    return rule["enabled"] and all_hold([*map(prepared, rule["conditions"])], contact)


def prepared(condition: Mapping[str, Any]) -> Prepared:
    kind, operator, value = (condition[name] for name in ("type", "operator", "value"))
    path = condition["attribute"].split(".")
    if operator == "in":
        return Prepared(path, operator, kind, [read(kind, each) for each in json.loads(value)])
    is_ordering = operator.startswith(("greater", "less"))
    kinds = ["number", "date", "string"] if kind == "string" and is_ordering else [kind]
    compared = next(each for each in kinds if read(each, value) is not None)
    return Prepared(path, operator, compared, read(compared, value))


def all_hold(conditions: Sequence[Prepared], contact: object) -> bool | None:
    outcomes = [holds(condition, contact) for condition in conditions]
    if False in outcomes:
        return False
    return None if None in outcomes else True


def holds(condition: Prepared, contact: object) -> bool | None:
    actual: Any = contact
    for part in condition.path:
        if not isinstance(actual, dict) or part not in actual:
            return False
        actual = actual[part]
    if actual is None:
        return False
    value = read(condition.kind, actual)
    if value is None:
        return None
    if value != value:  # noqa: PLR0124  only NaN differs from itself
        return False
    if condition.operator == "in":
        return value in condition.expected
    return COMPARISONS[condition.operator](value, condition.expected)


def read(kind: str, value: Any) -> str | bool | float | datetime | None:
    """The value as a type; None if it cannot be read."""
    if kind == "string":
        return value if isinstance(value, str) else None
    if kind == "date":
        return moment(value)
    if kind == "boolean":
        named = {"true": True, "false": False}.get(value) if isinstance(value, str) else None
        return value if isinstance(value, bool) else named
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return value
    return decimal(value) if isinstance(value, str) else None


def decimal(text: str) -> float | None:
    """The number in a decimal text, as a JSON reader holds it."""
    if not set(text) <= DIGITS or text.endswith(".") or ".e" in text.lower() or len(text) > 1000:
        return None
    try:
        exact = Decimal(text)
    except InvalidOperation:
        return None
    if text.lstrip("+-").isdigit() and -(2**63) <= exact < 2**64:
        return int(exact)
    return None if abs(float(exact)) == float("inf") else float(exact)
