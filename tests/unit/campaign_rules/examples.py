"""Rule sets as people write them, rules as Genesys answers with them, and their errors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import pytest
from genesys_purge.campaign_rules.checking import check
from genesys_purge.campaign_rules.rules import DeployedRule, Rule
from genesys_purge.errors import InvalidRequest


class Wrong(NamedTuple):
    """One wrong field of a document."""

    path: str
    message: str


def condition(attribute: str, operator: str, value: object, kind: str) -> dict[str, Any]:
    return {"attribute": attribute, "operator": operator, "value": value, "type": kind}


def set_list(list_id: str, value: object) -> dict[str, Any]:
    return {"type": "setList", "listId": list_id, "value": value}


def rule(name: str = "A", order: int = 1, **fields: Any) -> dict[str, Any]:
    """A rule of a document; fields in camelCase."""
    return {"name": name, "version": 1, "priority": 10, "executionOrder": order} | fields


def rule_set(*rules: object, **fields: Any) -> dict[str, Any]:
    return {"campaignId": "campaign-1", "rules": list(rules)} | fields


def deployed(name: str = "Z", order: int = 99, **fields: Any) -> DeployedRule:
    return DeployedRule.parse(rule(name, order, id="id-1", selfUri="/rules/id-1") | fields)


def with_conditions(*conditions: dict[str, Any], **fields: Any) -> Rule:
    return Rule.parse(rule(conditions=list(conditions), **fields))


def found(document: object, deployed: Sequence[DeployedRule] = ()) -> list[Wrong]:
    """The errors of a document; none where it is accepted."""
    try:
        check(document, deployed)
    except InvalidRequest as refused:
        return [Wrong(each.path, each.message) for each in refused.errors()]
    return []


def paths(document: object, deployed: Sequence[DeployedRule] = ()) -> list[str]:
    return [error.path for error in found(document, deployed)]


def only(document: object, deployed: Sequence[DeployedRule] = ()) -> Wrong:
    """The one error of a document."""
    errors = found(document, deployed)
    if len(errors) != 1:
        pytest.fail(f"not one error: {errors}")
    return errors[0]
