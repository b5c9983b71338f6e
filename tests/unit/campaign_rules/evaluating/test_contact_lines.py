"""Contacts in JSON Lines: read one at a time, and a wrong line is named."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from genesys_purge.campaign_rules.evaluating.contact_lines import LONGEST_LINE, contacts_in
from genesys_purge.errors import InvalidRequest
from hypothesis import given
from hypothesis import strategies as st

contacts = st.lists(
    st.dictionaries(st.text(max_size=3), st.text(max_size=9) | st.integers(0, 9), max_size=3),
    max_size=8,
)


def read(content: bytes, piece: int = 5) -> list[tuple[int, Any]]:
    pieces = (content[start : start + piece] for start in range(0, len(content), piece))
    return list(contacts_in(pieces))


def refused(content: bytes, piece: int = 5) -> str:
    with pytest.raises(InvalidRequest) as error:
        read(content, piece)
    (only,) = error.value.errors()
    return str(only)


CONTACTS: list[tuple[bytes, list[Any]]] = [
    (b"", []),
    (b"\n\n", []),
    (b'{"a":1}', [(0, {"a": 1})]),
    (b'{"a":1}\n', [(0, {"a": 1})]),
    (b'{"a":1}\n{"b":2}\n', [(0, {"a": 1}), (1, {"b": 2})]),
    (b'{"a":1}\r\n{"b":2}', [(0, {"a": 1}), (1, {"b": 2})]),
    (b'{"a":1}\n \t\n\n{"b":2}', [(0, {"a": 1}), (3, {"b": 2})]),
    (b'\xef\xbb\xbf{"a":1}', [(0, {"a": 1})]),
    (b'{"a":1}\n\xef\xbb\xbf{"b":2}', [(0, {"a": 1}), (1, {"b": 2})]),
    ('{"a":"\u2028ü"}'.encode(), [(0, {"a": "\u2028ü"})]),
]
WRONG_LINES = [
    (b"{", "is not JSON"),
    (b"a", "is not JSON"),
    (b'{"a": NaN}', "is not JSON"),
    (b'{"a": 1} {"a": 2}', "is not JSON"),
    (b'\xff{"a": 1}', "is not JSON"),
    (b'{"a": "\xe4"}', "is not JSON"),
    (b'{"a": 1, "b": {"c": 1, "c": 2}}', "has b.c more than once"),
    (b"[" * 5_000, "is not JSON"),
    (b"[]", "is not a JSON object"),
    (b"null", "is not a JSON object"),
    (b'"a"', "is not a JSON object"),
]


def test_contact_is_a_line_numbered_from_0() -> None:
    for content, found in CONTACTS:
        assert read(content) == found


def test_line_that_is_no_contact_is_named() -> None:
    for line, message in WRONG_LINES:
        assert refused(b'{"a": 1}\n' + line + b'\n{"a": 1}') == f"line 2: contact 1 {message}"
        assert refused(b'{"a": 1}\n' + line) == f"line 2: contact 1 {message}"


@pytest.mark.parametrize("piece", [65_536, LONGEST_LINE + 1, 5_000_000])
def test_line_may_have_a_mebibyte_and_no_more(piece: int) -> None:
    frame = len(b'{"a":""}')
    longest = b'{"a":"' + b"x" * (LONGEST_LINE - frame) + b'"}'
    message = f"line 2: contact 1 is longer than {LONGEST_LINE} bytes"
    for end in (b"", b'\n{"a": 1}'):
        assert len(read(longest + end, piece)[0][1]["a"]) == LONGEST_LINE - frame
        assert refused(b"{}\n " + longest + end, piece) == message


def test_endless_line_is_not_read_to_its_end() -> None:
    read_so_far = 0

    def endless() -> Iterator[bytes]:
        nonlocal read_so_far
        while True:
            read_so_far += 65_536
            yield b"x" * 65_536

    with pytest.raises(InvalidRequest):
        list(contacts_in(endless()))
    assert read_so_far <= LONGEST_LINE + 65_536


def test_first_wrong_line_is_named() -> None:
    assert refused(b"{}\nwrong\n" + b"x" * (LONGEST_LINE + 1), 5_000_000).startswith("line 2")


def test_contact_is_returned_before_the_next_piece_is_read() -> None:
    def two() -> Iterator[bytes]:
        yield b'{"a": 1}\n{"b"'
        raise AssertionError("read too far")

    assert next(contacts_in(two())) == (0, {"a": 1})


@given(contacts, st.integers(1, 40), st.sampled_from(["\n", "\r\n"]))
def test_contacts_are_the_same_for_any_size_of_pieces(
    written: list[dict[str, Any]], piece: int, end: str
) -> None:
    content = "".join(json.dumps(each, ensure_ascii=False) + end for each in written).encode()
    assert read(content, piece) == list(enumerate(written))


@given(st.binary(max_size=60), st.integers(1, 60))
def test_any_bytes_are_contacts_or_refused_by_line(content: bytes, piece: int) -> None:
    with suppress(InvalidRequest):
        found = read(content, piece)
        assert all(isinstance(contact, dict) for _, contact in found)
        return
    assert refused(content, piece).startswith("line ")
