"""What of a rule counts: its documented content, to be compared and to be sent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import orjson

CONDITION = ("attribute", "operator", "type", "value")
ACTION = ("type", "listId", "value")
SERVERS_OWN = frozenset({"id", "selfUri", "version"})
# Beyond it a float may stand for several integers.
EXACT = 2**53
ORDER = "executionOrder"


def content(rule: Mapping[str, Any]) -> dict[str, Any]:
    """A rule's documented fields but its version; what is left out reads as its default."""
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
    """Whether two rules have the same content, whatever their versions and ids.

    Where Genesys keeps no execution order of a rule, any order is the same.
    """
    return not _unlike(content(one), content(other))


def difference(before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> dict[str, list[Any]]:
    """`{field: [before, after]}` of every field that differs; of a new rule all but empty ones."""
    if before is None:
        return {
            field: [None, value] for field, value in content(after).items() if value not in ("", [])
        }
    old, new = content(before), content(after)
    return {field: [old[field], new[field]] for field in _unlike(old, new)}


def sent(
    rule: Mapping[str, Any], version: int, replaced: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """The body that writes a rule; of the one it replaces it keeps the fields that we do not know.

    Genesys puts the whole rule in place of the old one: what is not sent would be gone.
    """
    known = {*content(rule), *SERVERS_OWN}
    kept = {name: value for name, value in (replaced or {}).items() if name not in known}
    own = {name: value for name, value in rule.items() if name not in SERVERS_OWN}
    return {**kept, **own, "version": version}


def _parts(items: Iterable[Mapping[str, Any]] | None, names: tuple[str, ...]) -> list[Any]:
    return [{name: each.get(name) for name in names} for each in items or ()]


def _unlike(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """The fields that differ."""
    return [
        field
        for field in new
        if _comparable(old[field]) != _comparable(new[field])
        and not (field == ORDER and None in (old[field], new[field]))
    ]


def _comparable(value: Any) -> bytes:
    return orjson.dumps(_plain(value), option=orjson.OPT_SORT_KEYS)


def _plain(value: Any) -> Any:
    """JSON has one kind of number: 1.0 is 1, and neither is true."""
    if isinstance(value, float) and value.is_integer() and abs(value) < EXACT:
        return int(value)
    if isinstance(value, Mapping):
        return {name: _plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return value
