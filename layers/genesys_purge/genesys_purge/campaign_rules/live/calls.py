"""What all calls about campaign rules on the live platform share: pages and readable answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

from genesys_purge.campaign_rules.documented.catalogue import IDENTIFIER, MOST_PAGES, NOT_FOUND
from genesys_purge.errors import OutcomeUnknown, RefusedByGenesys, UnreadableAnswer
from genesys_purge.ports import Genesys, Operation

CONFLICT = 409
MALFORMED = (ValueError, TypeError, KeyError, AttributeError)

T = TypeVar("T")


def entities_of(genesys: Genesys, operation: Operation, **path: str) -> Iterator[Mapping[str, Any]]:
    """Every entity of a list, each once; UnreadableAnswer where it cannot be read or has no end."""
    seen = set[str]()
    for page in range(1, MOST_PAGES + 1):
        answer = genesys.read(operation, None, page=str(page), **path)
        entities, known = answer.get("entities"), len(seen)
        if not isinstance(entities, list):
            raise UnreadableAnswer(f"{operation.path} answered without entities")
        for each in entities:
            if identified(each)["id"] not in seen:
                seen.add(each["id"])
                yield each
        # Only whether there is a next page counts: where it leads is not the server's to say.
        if not answer.get("nextUri"):
            return
        if len(seen) == known:
            break
    raise UnreadableAnswer(f"the list of {operation.path} does not end")


def identified(entity: object) -> Mapping[str, Any]:
    """An entity with a name, a version and an id that a path takes; UnreadableAnswer otherwise."""
    fields = entity if isinstance(entity, Mapping) else {}
    is_read = isinstance(fields.get("name"), str) and isinstance(fields.get("version"), int)
    if not is_read or not isinstance(fields.get("id"), str) or not IDENTIFIER(fields["id"]):
        raise UnreadableAnswer("Genesys answered with something that has no name, version or id")
    return fields


def changed(read: Callable[[], T]) -> T:
    """What a changing call answered with; without it nobody knows what it changed."""
    try:
        return read()
    except UnreadableAnswer as error:
        raise OutcomeUnknown(error.message) from None


def readable(read: Callable[[], T]) -> T:
    """What is read of an answer; UnreadableAnswer where it is not of the contract."""
    try:
        return read()
    except MALFORMED:
        raise UnreadableAnswer("Genesys answered with something else than a rule") from None


def removed(genesys: Genesys, operation: Operation, **path: str) -> None:
    """The entity is gone, or was gone before."""
    try:
        genesys.change(operation, None, **path)
    except RefusedByGenesys as error:
        if error.status != NOT_FOUND:
            raise


def conflict(message: str) -> RefusedByGenesys:
    """What is at Genesys is not what this turn read; it may be read again."""
    return RefusedByGenesys(message, status=CONFLICT)
