"""How each ordering condition of a rule set compares: numbers, moments or text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from genesys_purge.campaign_rules.values import ORDERING, Operator, ValueType, reading

WORDS = {
    ValueType.NUMBER: "numbers",
    ValueType.DATE: "moments",
    ValueType.STRING: "text",
}


def comparisons(rules: Iterable[Mapping[str, Any]]) -> Iterator[dict[str, str]]:
    """`{path, attribute, operator, value, compares}` of each ordering condition in checked rules.

    The type alone does not say it: `greaterThan` with type string and value "5000" compares
    numbers.
    """
    for position, rule in enumerate(rules):
        for number, each in enumerate(rule.get("conditions", ())):
            operator, kind = Operator(each["operator"]), ValueType(each["type"])
            if operator not in ORDERING:
                continue
            yield {
                "path": f"rules.{position}.conditions.{number}",
                "attribute": each["attribute"],
                "operator": operator,
                "value": each["value"],
                "compares": WORDS[reading(operator, kind, each["value"]).kind],
            }


def sentence(comparison: Mapping[str, str]) -> str:
    """A comparison on one line, such as `rules.0.conditions.0: age lessThan "5" compares text`."""
    path, attribute, operator, value, compares = comparison.values()
    return f'{path}: {attribute} {operator} "{value}" compares {compares}'
