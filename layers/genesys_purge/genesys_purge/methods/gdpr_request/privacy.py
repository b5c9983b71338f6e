"""Keeps the subject's identifiers out of errors and of the audit."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TypeVar

from genesys_purge.errors import PurgeError, RefusedByGenesys

T = TypeVar("T")
LEFT_OUT = "; Genesys's own words are left out, because they may name the subject"


def without_words(call: Callable[[], T]) -> T:
    """What `call` returns; its errors lose Genesys's words, which may name the subject."""
    try:
        return call()
    except PurgeError as error:
        if error.quoted:
            error.quoted = None
            error.sentence += LEFT_OUT
        if isinstance(error, RefusedByGenesys):
            error.fields, error.entity_id, error.entity_name = (), None, None
        raise error from None


def texts_in(value: object) -> Iterator[str]:
    """Every text in a JSON value, at any depth."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from texts_in(each)
    elif isinstance(value, Sequence):
        for each in value:
            yield from texts_in(each)
