"""The differences between two documents, as paths with the values before and after."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from genesys_purge.model.setting_facts import Change
from genesys_purge.model.stored_setting import text_of

LONGEST_VALUE, LONGEST_PATH = 200, 300
NAME = "name"
ABSENT = object()


def changes(before: Any, after: Any, path: str = "") -> Iterator[Change]:
    """Each changed value; the entries of a list are compared by their names, if all have one."""
    if before == after:
        return
    old, new = _entries(before), _entries(after)
    if old is None or new is None:
        yield Change(path=path[:LONGEST_PATH], before=_shown(before), after=_shown(after))
        return
    for name in {**old, **new}:
        inner = f"{path}.{name}" if path else name
        yield from changes(old.get(name, ABSENT), new.get(name, ABSENT), inner)
    common = [name for name in old if name in new]
    if isinstance(before, list) and common != [name for name in new if name in old]:
        yield Change(path=path[:LONGEST_PATH], before=_shown(list(old)), after=_shown(list(new)))


def _entries(value: Any) -> Mapping[str, Any] | None:
    """The parts of an object, or of a list of objects with different names, by name."""
    if isinstance(value, dict):
        return value
    if not isinstance(value, list):
        return None
    named = {each[NAME]: each for each in value if isinstance(each, dict) and _is_named(each)}
    return named if len(named) == len(value) else None


def _is_named(entry: Mapping[str, Any]) -> bool:
    return isinstance(entry.get(NAME), str)


def _shown(value: Any) -> str | None:
    if value is ABSENT:
        return None
    text = text_of(value)
    return text if len(text) <= LONGEST_VALUE else f"{text[: LONGEST_VALUE - 1]}…"
