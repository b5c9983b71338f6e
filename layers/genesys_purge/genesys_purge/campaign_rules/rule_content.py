"""The content of a rule: the fields that are compared, and the body that is sent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import orjson

CONDITION = ("attribute", "operator", "type", "value")
ACTION = ("type", "listId", "value")
SERVERS_OWN = frozenset({"id", "selfUri", "version"})
# Above it, several integers share one float.
EXACT = 2**53
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

    If Genesys stores no execution order for one of them, any order counts as the same.
    """
    return not _changed_fields(content(one), content(other))


def difference(before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> dict[str, list[Any]]:
    """`{field: [before, after]}` of every changed field; all non-empty fields of a new rule."""
    if before is None:
        return {
            field: [None, value] for field, value in content(after).items() if value not in ("", [])
        }
    old, new = content(before), content(after)
    return {field: [old[field], new[field]] for field in _changed_fields(old, new)}


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


def _changed_fields(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    return [
        field
        for field in new
        if _comparable(old[field]) != _comparable(new[field])
        and not (field == ORDER and None in (old[field], new[field]))
    ]


def _comparable(value: Any) -> bytes:
    return orjson.dumps(_normalised(value), option=orjson.OPT_SORT_KEYS)


def _normalised(value: Any) -> Any:
    """JSON has one kind of number: 1.0 equals 1, and neither equals true."""
    if isinstance(value, float) and value.is_integer() and abs(value) < EXACT:
        return int(value)
    if isinstance(value, Mapping):
        return {name: _normalised(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_normalised(each) for each in value]
    return value
