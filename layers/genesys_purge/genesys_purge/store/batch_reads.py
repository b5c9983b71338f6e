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
    """The items whose key `key` has one of the values; TryLater if the table is too busy."""
    return items_at(
        client, table, [{key: {"S": value}} for value in dict.fromkeys(values)], at_a_time
    )


def items_at(
    client: DynamoDBClient, table: str, keys: Sequence[Item], at_a_time: int
) -> Iterator[Item]:
    """The items at different keys; TryLater if the table is too busy.

    An answer has at most 16 MB; the rest is asked for again. A call may ask for 100 items.
    """
    for first in range(0, len(keys), at_a_time):
        yield from _items(client, table, keys[first : first + at_a_time])


def _items(client: DynamoDBClient, table: str, keys: Sequence[Item]) -> Iterator[Item]:
    waiting: dict[str, Any] = {table: {"Keys": keys, "ConsistentRead": True}}
    while waiting:
        answer = client.batch_get_item(RequestItems=waiting)
        found = answer["Responses"].get(table, [])
        yield from found
        waiting = answer.get("UnprocessedKeys") or {}
        if waiting and not found:
            raise TryLater(f"the table {table} is busy; it is read again")
