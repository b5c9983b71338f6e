"""Reads JSON that people and other systems send: a repeated key is refused, a BOM is skipped."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

import orjson

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
# What a caller may send in one request.
LARGEST_BODY = 1_048_576
LONGEST_PATH = 200
KEY_ENDS = re.compile(rb'"[ \t\n\r]*:')
NOT_JSON = "is not JSON"
REPEATED = "is given more than once; give it once"


class InvalidJson(ValueError):
    """The text is not JSON, or `path` names a key that its object has more than once.

    `detail` says where the text is not JSON, without showing it.
    """

    def __init__(self, path: str = "", detail: str = "") -> None:
        self.path = path
        self.message = REPEATED if path else NOT_JSON
        self.detail = detail
        super().__init__(f"{path}: {self.message}" if path else self.message)


def parsed(content: bytes | str) -> Any:
    """The value in a JSON text; raises InvalidJson.

    Most readers keep the last of two equal keys, so `{"dryRun": true, "dryRun": false}` would
    be a real run.
    """
    try:
        given = content.encode() if isinstance(content, str) else content
        text = given.removeprefix(BYTE_ORDER_MARK)
        value = orjson.loads(text)
    except UnicodeEncodeError:
        raise InvalidJson(detail="it has text that is not Unicode") from None
    except ValueError as error:
        raise InvalidJson(detail=str(error)) from None
    # A list of ids has no object and may have 100 MiB.
    if b"{" in text and not _is_flat_without_repeat(text, value):
        _require_single_keys(text.decode())
    return value


def _is_flat_without_repeat(text: bytes, value: Any) -> bool:
    """Whether the text is one object whose keys are surely all different.

    It is cheaper than a second parse. A quote before a colon ends a key, or stands in a text, so
    there are at least as many of them as keys in the text.
    """
    is_one_object = isinstance(value, dict) and text.count(b"{") == 1
    return is_one_object and len(KEY_ENDS.findall(text)) == len(value)


class _Repeated(ValueError):
    """An object has a key more than once."""


class _Pairs(tuple[tuple[str, Any], ...]):
    """The keys and values of an object, in order."""

    __slots__ = ()


def _require_no_repeat(pairs: list[tuple[str, Any]]) -> None:
    if len(dict(pairs)) < len(pairs):
        raise _Repeated


# Numbers stay text, because orjson has checked them.
_CHECK = json.JSONDecoder(object_pairs_hook=_require_no_repeat, parse_int=str, parse_float=str)
_SEARCH = json.JSONDecoder(object_pairs_hook=_Pairs, parse_int=str, parse_float=str)


def _require_single_keys(text: str) -> None:
    """Parses again, because orjson does not report repeated keys; the path is found only then."""
    try:
        _CHECK.decode(text)
    except _Repeated:
        raise InvalidJson(_path_of_repeat(text)[:LONGEST_PATH]) from None
    except (ValueError, RecursionError):
        raise InvalidJson(detail="it is nested too deeply") from None


def _path_of_repeat(text: str) -> str:
    try:
        return _repeated_key(_SEARCH.decode(text), "")
    except RecursionError:
        return "a deeply nested key"


def _repeated_key(value: object, path: str) -> str:
    """The dotted path of the first repeated key; empty if no key is repeated."""
    seen = set()
    for name, each in _items(value):
        here = f"{path}.{name}" if path else str(name)
        if name in seen:
            return here or '""'
        seen.add(name)
        if found := _repeated_key(each, here):
            return found
    return ""


def _items(value: object) -> Iterable[tuple[object, object]]:
    if isinstance(value, _Pairs):
        return value
    return enumerate(value) if isinstance(value, list) else ()
