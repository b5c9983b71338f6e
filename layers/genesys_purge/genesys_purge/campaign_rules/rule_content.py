"""The content of a rule: the fields that are compared, and the body that is sent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import orjson

from genesys_purge.campaign_rules.condition_meaning import CONDITION, meaning, normalised

ACTION = ("type", "listId", "value")
SERVERS_OWN = frozenset({"id", "selfUri", "version"})
# The field of a rule that keeps the live platform's own form, so that it can be written back. That
# form does not tell a string that compares as a number from a number.
COUNTERPART = "counterpart"
ORDER = "executionOrder"


def content(rule: Mapping[str, Any]) -> dict[str, Any]:
    """A rule's documented fields without its version; missing fields have their defaults."""
    return {
        "name": rule["name"],
        "description": rule.get("description") or "",
        "priority": rule["priority"],
        ORDER: rule.get(ORDER),
        "conditions": _parts(rule.get("conditions"), CONDITION),
        "actions": _parts(rule.get("actions"), ACTION),
        "enabled": rule.get("enabled") is not False,
    }


def is_same(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two rules have the same content, regardless of their versions and ids.

    Conditions are compared by their meaning. If Genesys stores no execution order for one of the
    rules, any order counts as the same.
    """
    return not _changed_fields(one, other)


def difference(before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> dict[str, list[Any]]:
    """`{field: [before, after]}` of every changed field; all non-empty fields of a new rule."""
    if before is None:
        return {
            field: [None, value] for field, value in content(after).items() if value not in ("", [])
        }
    old, new = content(before), content(after)
    return {field: [old[field], new[field]] for field in _changed_fields(before, after)}


def request_body(
    rule: Mapping[str, Any], version: int, replaced: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """The body that writes a rule, with the unknown fields of the rule that it replaces.

    Genesys replaces the whole rule, so a field that is not sent would be lost.
    """
    known = {*content(rule), *SERVERS_OWN}
    kept = {name: value for name, value in (replaced or {}).items() if name not in known}
    fields = {name: value for name, value in rule.items() if name not in SERVERS_OWN}
    return {**kept, **fields, "version": version}


def _parts(items: Iterable[Mapping[str, Any]] | None, names: tuple[str, ...]) -> list[Any]:
    return [{name: each.get(name) for name in names} for each in items or ()]


def _changed_fields(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    is_typed = COUNTERPART not in before and COUNTERPART not in after
    old, new = (_comparable(rule, is_typed=is_typed) for rule in (before, after))
    if None in (before.get(ORDER), after.get(ORDER)):
        del old[ORDER], new[ORDER]
    return [field for field in new if old[field] != new[field]]


def _comparable(rule: Mapping[str, Any], *, is_typed: bool) -> dict[str, bytes]:
    """Each field in a form that is equal for equal content."""
    fields = content(rule)
    fields["conditions"] = [meaning(each, is_typed=is_typed) for each in fields["conditions"]]
    return {
        name: orjson.dumps(normalised(value), option=orjson.OPT_SORT_KEYS)
        for name, value in fields.items()
    }
