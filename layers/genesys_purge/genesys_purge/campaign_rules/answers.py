"""Reads Genesys's answers about campaign rules: pages, ids and the outcome of changing calls."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, TypeVar

from genesys_purge.errors import NotAtGenesys, OutcomeUnknown, RefusedByGenesys, UnreadableAnswer
from genesys_purge.model.answers import is_count
from genesys_purge.operation import Operation
from genesys_purge.ports import Genesys

CONFLICT = 409
MOST_PAGES = 200
# An id becomes part of a path, where an id of dots only would name another path.
IDENTIFIER = re.compile(r"(?!\.+$)[A-Za-z0-9._:-]{1,100}").fullmatch
MALFORMED = (ValueError, TypeError, KeyError, AttributeError)

T = TypeVar("T")


def entities_of(
    genesys: Genesys,
    operation: Operation,
    read: Callable[[object], T],
    id_of: Callable[[T], str],
    **path: str,
) -> list[T]:
    """Every entity of a paged list, each once, as its last page has it.

    UnreadableAnswer if a page cannot be read, or if the pages do not end.
    """
    found: dict[str, T] = {}
    for page in range(1, MOST_PAGES + 1):
        answer = genesys.read(operation, None, page=str(page), **path)
        entities, known = answer.get("entities"), len(found)
        if not isinstance(entities, list):
            raise UnreadableAnswer(f"{operation.path} answered without a list of entities")
        found |= {id_of(each): each for each in map(read, entities)}
        # The URI of the next page is never followed: pages are requested by number.
        if not answer.get("nextUri"):
            return list(found.values())
        if len(found) == known:
            break
    raise UnreadableAnswer(f"the pages of {operation.path} do not end")


def entity_in(answer: object) -> Mapping[str, Any]:
    """An entity with a name, a version and a usable id; UnreadableAnswer otherwise."""
    fields = answer if isinstance(answer, Mapping) else {}
    is_read = isinstance(fields.get("name"), str) and is_count(fields.get("version"))
    if not is_read or not isinstance(fields.get("id"), str) or not IDENTIFIER(fields["id"]):
        raise UnreadableAnswer("Genesys answered with an entity without a name, version or id")
    return fields


def entity_id(entity: Mapping[str, Any]) -> str:
    """The id of what `entity_in` returned."""
    return str(entity["id"])


def parsed(read: Callable[[], T]) -> T:
    """The result of `read`; UnreadableAnswer if the answer does not match the contract."""
    try:
        return read()
    except MALFORMED:
        raise UnreadableAnswer("Genesys answered with something other than a rule") from None


def outcome_of(read: Callable[[], T]) -> T:
    """What a changing call answered; OutcomeUnknown if `read` cannot read it."""
    try:
        return read()
    except UnreadableAnswer as error:
        raise OutcomeUnknown(error.message) from None


def delete(genesys: Genesys, operation: Operation, **path: str) -> None:
    """Deletes an entity; no error if it is gone already."""
    with suppress(NotAtGenesys):
        genesys.change(operation, None, **path)


def conflict(message: str) -> RefusedByGenesys:
    """The error for a rule that changed since it was read; read it again and retry."""
    return RefusedByGenesys(message, status=CONFLICT)
