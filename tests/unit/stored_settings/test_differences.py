"""The differences between two documents."""

from __future__ import annotations

from typing import Any

import pytest
from genesys_purge.stored_settings.differences import ABSENT, LONGEST_VALUE, changes

A, B = {"name": "a", "days": 1}, {"name": "b", "days": 2}


def rows(before: Any, after: Any) -> list[tuple[str, str | None, str | None]]:
    return [(each.path, each.before, each.after) for each in changes(before, after)]


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        ({"a": 1}, {"a": 1}, []),
        ({"a": 1}, {"a": 2}, [("a", "1", "2")]),
        ({"a": {"b": 1}}, {"a": {"b": 1, "c": [2]}}, [("a.c", None, "[2]")]),
        ({"a": 1}, {}, [("a", "1", None)]),
        ({"r": [A, B]}, {"r": [B]}, [("r.a", '{"days":1,"name":"a"}', None)]),
        ({"r": [A]}, {"r": [A | {"days": 3}]}, [("r.a.days", "1", "3")]),
        ({"r": [A, B]}, {"r": [B, A]}, [("r", '["a","b"]', '["b","a"]')]),
        ({"r": [A, A]}, {"r": []}, [("r", '[{"days":1,"name":"a"},{"days":1,"name":"a"}]', "[]")]),
        (ABSENT, {"a": 1}, [("", None, '{"a":1}')]),
    ],
)
def test_difference_names_paths_with_both_values(before: Any, after: Any, found: Any) -> None:
    assert rows(before, after) == found


def test_long_value_is_cut() -> None:
    ((_, _, after),) = rows({"a": 1}, {"a": "x" * 1_000})
    assert after is not None
    assert len(after) == LONGEST_VALUE
    assert after.endswith("…")
