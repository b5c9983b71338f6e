"""Consistent reads of many items of a table by their keys."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from genesys_purge.errors import TryLater

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

    from genesys_purge.store.sizes import Item


def items_with(
    client: DynamoDBClient, table: str, key: str, values: Iterable[str], at_a_time: int
) -> Iterator[Item]:
    """The items whose key `key` has one of the values; TryLater if the table is too busy.

    An answer has at most 16 MB; the rest is asked for again. A call may ask for 100 items.
    """
    names = list(dict.fromkeys(values))
    for first in range(0, len(names), at_a_time):
        yield from _items(client, table, key, names[first : first + at_a_time])


def _items(client: DynamoDBClient, table: str, key: str, names: Sequence[str]) -> Iterator[Item]:
    keys = [{key: {"S": name}} for name in names]
    waiting: dict[str, Any] = {table: {"Keys": keys, "ConsistentRead": True}}
    while waiting:
        answer = client.batch_get_item(RequestItems=waiting)
        found = answer["Responses"].get(table, [])
        yield from found
        waiting = answer.get("UnprocessedKeys") or {}
        if waiting and not found:
            raise TryLater(f"the table {table} is busy; it is read again")
