"""The conversation ids of large holds, in parts that are named by their content."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from genesys_purge.store.batch_reads import items_with

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

    from genesys_purge.store.sizes import Item

# Every deleting call reads the items of all holds, so an item has the bytes of about 25 UUIDs only.
MOST_IN_ITEM = 1_000
# An item has at most 400 KB, and an answer 16 MB.
MOST_IN_PART, MOST_READ = 350_000, 40
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
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = _ids_in(self._texts(key), key)
        return found

    def load(self, lists: Iterable[Sequence[str]]) -> None:
        """Read the parts of several holds together, and keep only these in memory.

        What cannot be read is left to `read`, which says why.
        """
        keys = {tuple(dict.fromkeys(names)) for names in lists}
        known = {key: ids for key, ids in self._known.items() if key in keys}
        new = keys - known.keys()
        texts = self._texts(name for key in new for name in key)
        for key in new:
            with suppress(Damaged):
                known[key] = _ids_in(texts, key)
        self._known = known

    def _texts(self, names: Iterable[str]) -> Mapping[str, str]:
        """The stored texts of these parts, by their names."""
        found = items_with(self._client, self._table, NAME, names, MOST_READ)
        return {item[NAME]["S"]: item.get(IDS, {}).get("S", "") for item in found}


def _ids_in(texts: Mapping[str, str], names: Sequence[str]) -> frozenset[str]:
    """The ids in the parts of these names; Damaged if one is missing or changed."""
    missing = [each for each in names if each not in texts]
    if missing or not names:
        raise Damaged(f"{len(missing)} of {len(names)} parts of its ids are missing")
    for name in names:
        if _name_of(texts[name]) != name:
            raise Damaged(f"the part {name} of its ids is not what was stored")
    return frozenset(each for name in names for each in texts[name].split("\n"))


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
