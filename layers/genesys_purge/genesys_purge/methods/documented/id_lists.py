"""Checks lists of conversation ids, whose length is no limit for the memory."""

from __future__ import annotations

from array import array
from collections.abc import Container, Iterable, Iterator
from hashlib import blake2b
from itertools import islice

from genesys_purge.errors import FieldError, InvalidRequest
from genesys_purge.methods.ports import IdList, IdLists
from genesys_purge.model.conversation_id import CONVERSATION_ID

PATH = "conversationIdsFrom.{}"
MOST_LISTED_ERRORS = 20
# Sorting one group at a time needs a part of the memory.
GROUPS = 64


class Everything(Container[str]):
    """Contains every id."""

    def __contains__(self, _: object) -> bool:
        return True


class Marked(Container[str]):
    """Contains the ids with one of the marks."""

    def __init__(self, marks: frozenset[int]) -> None:
        self._marks = marks

    def __contains__(self, conversation_id: object) -> bool:
        return _mark(str(conversation_id)) in self._marks


def checked_list(id_lists: IdLists, url: str) -> IdList:
    """The list; InvalidRequest with the first wrong ids if an id is malformed or repeated.

    The list is read three times, so that no more than eight bytes of an id are kept in memory.
    """
    listed = id_lists.read(url)

    def again() -> Iterable[str]:
        return id_lists.read(url, listed.version).ids

    found = wrong_ids(again(), PATH, Marked(_repeated(listed.ids)))
    if wrong := list(islice(found, MOST_LISTED_ERRORS)):
        raise InvalidRequest(wrong)
    return id_lists.read(url, listed.version)


EVERYTHING = Everything()


def wrong_ids(
    ids: Iterable[str], path: str, suspects: Container[str] = EVERYTHING
) -> Iterator[FieldError]:
    """An error for each malformed id, and for each of the suspects that is repeated.

    `path` has a placeholder for the position.
    """
    seen: dict[str, int] = {}
    for position, conversation_id in enumerate(ids):
        key = conversation_id.casefold()
        if not CONVERSATION_ID.fullmatch(conversation_id):
            yield FieldError(path.format(position), "is not a conversation id")
        elif key in seen:
            yield FieldError(path.format(position), f"repeats {path.format(seen[key])}")
        if key not in seen and key in suspects:
            seen[key] = position


def _repeated(ids: Iterable[str]) -> frozenset[int]:
    """The marks of every id that is repeated, and of few others."""
    groups = [array("Q") for _ in range(GROUPS)]
    for each in ids:
        mark = _mark(each)
        groups[mark % GROUPS].append(mark)
    return frozenset(mark for group in groups for mark in _repeated_in(group))


def _repeated_in(group: array[int]) -> Iterator[int]:
    before = None
    for mark in sorted(group):
        if mark == before:
            yield mark
        before = mark


def _mark(conversation_id: str) -> int:
    """Eight bytes that are the same for the same id in any case."""
    digest = blake2b(conversation_id.casefold().encode(errors="replace"), digest_size=8)
    return int.from_bytes(digest.digest(), "big")
