"""Strict JSON: one value for each key, and nothing before the text but a byte order mark."""

from __future__ import annotations

import json
from typing import Any

import orjson
import pytest
from genesys_purge.model.strict_json import InvalidJson, parsed
from hypothesis import given
from hypothesis import strategies as st

names = st.text(max_size=2)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
    max_leaves=8,
)


def refused(content: bytes | str) -> InvalidJson:
    with pytest.raises(InvalidJson) as error:
        parsed(content)
    return error.value


@pytest.mark.parametrize(
    ("content", "path"),
    [
        ('{"dryRun": true, "dryRun": false}', "dryRun"),
        ('{"a": 1, "b": {"c": [0, {"d": 1, "d": 1}]}}', "b.c.1.d"),
        ('[{}, {"a": {}, "a": {}}]', "1.a"),
        (r'{"a": 1, "\u0061": 2}', "a"),
        ('{"a" : 1, "a"\t: 2}', "a"),
        (r'{"a": "\": ", "b": 1, "b": 2}', "b"),
        ('{"": 1, "": 2}', '""'),
        ('{"x": {"y": 1, "y": 2}, "x": 3}', "x.y"),
    ],
)
def test_repeated_key_is_named_with_its_path(content: str, path: str) -> None:
    error = refused(content)
    assert (error.path, error.message) == (path, "is given more than once; give it once")


def test_path_of_a_repeated_key_has_at_most_200_characters() -> None:
    name = "k" * 500
    assert refused(f'{{"{name}": 1, "{name}": 2}}').path == name[:200]


@pytest.mark.parametrize("depth", [900, 1_000, 1_023, 100_000])
def test_deeply_nested_repeated_key_is_refused(depth: int) -> None:
    error = refused('{"a":' * depth + '{"a": 1, "a": 2}' + "}" * depth)
    # It names the key, or says why it could not look that deep.
    assert bool(error.path) != bool(error.detail)


@pytest.mark.parametrize(
    "content", ["", "{", "{} {}", "NaN", "\ud800", b"\xff{}", "\ufeff\ufeff{}"]
)
def test_text_that_is_not_json_is_refused(content: bytes | str) -> None:
    error = refused(content)
    assert (error.path, error.message) == ("", "is not JSON")


@pytest.mark.parametrize("content", [b'\xef\xbb\xbf{"a": 1}', '\ufeff{"a": 1}', ' {"a": 1}\n'])
def test_byte_order_mark_is_skipped(content: bytes | str) -> None:
    assert parsed(content) == {"a": 1}


def test_error_does_not_contain_the_text() -> None:
    error = refused('{"hush": "hush"')
    assert "hush" not in f"{error} {error.detail} {error.__cause__}"
    assert error.detail


@given(values)
def test_json_without_repeated_keys_is_read_unchanged(value: Any) -> None:
    assert parsed(json.dumps(value)) == parsed(orjson.dumps(value)) == value


@given(st.dictionaries(names, values, min_size=1), st.data())
def test_every_repeated_key_is_refused(value: dict[str, Any], data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(value)))
    pairs = [*value.items(), (name, data.draw(values))]
    body = ", ".join(f"{json.dumps(key)}: {json.dumps(each)}" for key, each in pairs)
    assert refused(f"[{{{body}}}]").path
