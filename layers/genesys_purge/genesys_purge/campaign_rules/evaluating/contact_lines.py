"""Reads contacts from JSON Lines as a stream, one line at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from genesys_purge.errors import FieldError, InvalidRequest
from genesys_purge.model import strict_json
from genesys_purge.model.strict_json import BYTE_ORDER_MARK, InvalidJson

LONGEST_LINE = 1_048_576


def contacts_in(pieces: Iterable[bytes]) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """Each contact and its line's number from 0; blank lines are counted and skipped.

    InvalidRequest names a line that is too long or not a JSON object, counted from 1.
    """
    for number, line in enumerate(_lines_in(pieces)):
        text = line if number else line.removeprefix(BYTE_ORDER_MARK)
        if text.strip():
            yield number, _contact_in(text, number)


def _contact_in(line: bytes, number: int) -> Mapping[str, Any]:
    try:
        contact = strict_json.parsed(line)
    except InvalidJson as error:
        reason = f"has {error.path} more than once" if error.path else error.message
        raise _refused(number, reason) from None
    if not isinstance(contact, dict):
        raise _refused(number, "is not a JSON object")
    return contact


def _lines_in(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Lines without their ends; at most one line and one piece are in memory."""
    rest, number = b"", 0
    for piece in pieces:
        *lines, rest = (rest + piece).split(b"\n")
        for line in lines:
            yield _short(line, number)
            number += 1
        _short(rest, number)
    yield rest


def _short(line: bytes, number: int) -> bytes:
    if len(line) > LONGEST_LINE:
        raise _refused(number, f"is longer than {LONGEST_LINE} bytes")
    return line


def _refused(number: int, message: str) -> InvalidRequest:
    return InvalidRequest([FieldError(f"line {number + 1}", f"contact {number} {message}")])
