"""The conversation ids of large holds, in parts that are named by their content."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

    from genesys_purge.store.sizes import Item

# A hold's own item has room for this many bytes of ids, and an item of the table for one part.
MOST_IN_ITEM = MOST_IN_PART = 350_000
# An answer has at most 16 MB.
MOST_READ = 40
NAME, IDS = "sha256", "ids"


class Damaged(Exception):
    """A part is missing, or its content is not the one of its name."""


class Part(NamedTuple):
    """A part of the ids: the SHA-256 of its text, and its lines."""

    name: str
    text: str


class HeldIds:
    """Writes and reads parts. No part is ever changed or deleted, so one that was read is kept."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table
        self._known: dict[tuple[str, ...], frozenset[str]] = {}
        self._used: set[tuple[str, ...]] = set()

    def put(self, ids: Iterable[str]) -> tuple[str, ...]:
        """Store the ids, and return the names of their parts."""
        parts = list(_parts(ids))
        names = tuple(part.name for part in parts)
        # Parts that were read are stored; every change of a large hold writes its names again.
        for part in parts if names not in self._known else ():
            item: Item = {NAME: {"S": part.name}, IDS: {"S": part.text}}
            self._client.put_item(TableName=self._table, Item=item)
        return names

    def read(self, names: Sequence[str]) -> frozenset[str]:
        """The ids of these parts; Damaged if they are not exactly those that were stored."""
        key = tuple(dict.fromkeys(names))
        self._used.add(key)
        if key not in self._known:
            self._known[key] = self._read(key)
        return self._known[key]

    def forget_unused(self) -> None:
        """Keep only the ids in memory that were read since the last call of this method."""
        self._known = {names: ids for names, ids in self._known.items() if names in self._used}
        self._used = set()

    def _read(self, names: Sequence[str]) -> frozenset[str]:
        texts: dict[str, str] = {}
        for first in range(0, len(names), MOST_READ):
            for item in self._items(names[first : first + MOST_READ]):
                name, text = item[NAME]["S"], item.get(IDS, {}).get("S", "")
                if _name_of(text) != name:
                    raise Damaged(f"the part {name} of its ids is not what was stored")
                texts[name] = text
        missing = [each for each in names if each not in texts]
        if missing or not names:
            raise Damaged(f"{len(missing)} of {len(names)} parts of its ids are missing")
        return frozenset(each for text in texts.values() for each in text.split("\n"))

    def _items(self, names: Sequence[str]) -> Iterator[Mapping[str, Any]]:
        waiting: dict[str, Any] = {
            self._table: {"Keys": [{NAME: {"S": name}} for name in names], "ConsistentRead": True}
        }
        while waiting:
            answer = self._client.batch_get_item(RequestItems=waiting)
            found = answer["Responses"].get(self._table, [])
            yield from found
            waiting = answer.get("UnprocessedKeys") or {}
            if waiting and not found:
                raise Damaged("the parts of its ids cannot be read now, because the table is busy")


def bytes_of(ids: Iterable[str]) -> int:
    """The bytes of the ids in an item, with those that DynamoDB adds to each text of a list."""
    return sum(len(each.encode()) + 3 for each in ids)


def _parts(ids: Iterable[str]) -> Iterator[Part]:
    lines: list[str] = []
    size = 0
    for each in sorted(ids):
        length = len(each.encode()) + 1
        if size + length > MOST_IN_PART:
            yield _part(lines)
            lines, size = [], 0
        lines.append(each)
        size += length
    if lines:
        yield _part(lines)


def _part(lines: Sequence[str]) -> Part:
    text = "\n".join(lines)
    return Part(_name_of(text), text)


def _name_of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
