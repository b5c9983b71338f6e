"""Keeps items below DynamoDB's limit, so that the outcome of a run can always be stored."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import wraps
from typing import TYPE_CHECKING, TypeVar

from genesys_purge.model.wire import Wire

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef

    Item = dict[str, AttributeValueTypeDef]

W = TypeVar("W", bound=Wire)

# DynamoDB's limit of 400 KB for an item: its attribute names and values in UTF-8.
MOST_BYTES = 400 * 1024
EXPLANATIONS = frozenset({"detail", "reason", "error_reason"})
SHORT = 100


def size_of(item: Item) -> int:
    """The bytes of an item of texts and numbers.

    A number takes a byte for two digits and one more, so its text and one byte are enough.
    """
    return sum(
        len(name.encode()) + len(str(content).encode()) + (1 if kind == "N" else 0)
        for name, value in item.items()
        for kind, content in value.items()
    )


def within_limit(item_of: Callable[[W], Item]) -> Callable[[W], Item]:
    """Makes `item_of` shorten the explanations of a record that is too large for an item.

    If that is not enough, it leaves them out.
    """

    @wraps(item_of)
    def fitting(record: W) -> Item:
        for candidate in shorter(record):
            item = item_of(candidate)
            if size_of(item) <= MOST_BYTES:
                break
        return item

    return fitting


def shorter(record: W) -> Iterator[W]:
    """The record, then with its explanations shortened, then without them."""
    yield record
    for longest in (SHORT, 0):
        yield shortened(record, longest)


def shortened(record: W, longest: int) -> W:
    """The record, and the records in it, with explanations of at most `longest` characters."""
    changes = {name: _shortened(name, value, longest) for name, value in record}
    return record.model_copy(update=changes)


def _shortened(name: str, value: object, longest: int) -> object:
    match value:
        case Wire():
            return shortened(value, longest)
        case tuple():
            return tuple(_shortened(name, each, longest) for each in value)
        case str() if name in EXPLANATIONS:
            return value[:longest] or None
    return value
