"""A simple interpreter of conditions: the oracle for the compiled ones."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from typing import Any

from genesys_purge.campaign_rules.rules import moment

COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "equals": operator.eq,
    "notEquals": operator.ne,
    "greaterThan": operator.gt,
    "greaterThanOrEqual": operator.ge,
    "lessThan": operator.lt,
    "lessThanOrEqual": operator.le,
    "contains": operator.contains,
}


def matches(rule: Mapping[str, Any], contact: object) -> bool:
    """Whether a rule of a document is enabled and each of its conditions holds."""
    return rule["enabled"] and all(holds(condition, contact) for condition in rule["conditions"])


def holds(condition: Mapping[str, Any], contact: object) -> bool:
    actual: Any = contact
    for part in condition["attribute"].split("."):
        if not isinstance(actual, dict) or part not in actual:
            return False
        actual = actual[part]
    kind, expected = condition["type"], condition["value"]
    if not is_a(kind, actual):
        return False
    if condition["operator"] == "in":
        return read(kind, actual) in [read(kind, each) for each in expected]
    return COMPARISONS[condition["operator"]](read(kind, actual), read(kind, expected))


def is_a(kind: str, value: object) -> bool:
    if kind == "string":
        return isinstance(value, str)
    if kind == "boolean":
        return isinstance(value, bool)
    if kind == "date":
        return moment(value) is not None
    is_nan = value != value  # noqa: PLR0124  only NaN differs from itself
    return isinstance(value, (int, float)) and not isinstance(value, bool) and not is_nan


def read(kind: str, value: Any) -> Any:
    return moment(value) if kind == "date" else value
