"""Pages of the records of an index, newest first, with filters and an opaque token."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

import orjson

from genesys_purge.errors import FieldError, InvalidRequest
from genesys_purge.model import strict_json
from genesys_purge.model.dates import Window
from genesys_purge.model.list_filters import Listing

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

    from genesys_purge.store.sizes import Item

# A page ends after so many queries, even if the filters have found little.
MOST_QUERIES = 10
# The items that one query reads if there are filters, which DynamoDB applies after reading.
READ_AT_ONCE = 500
A_MICROSECOND = timedelta(microseconds=1)
LONGEST_PART = 1_024


class Index(NamedTuple):
    """An index of a table: one partition, sorted by a time in ISO 8601.

    All attributes are text. `key` has the attributes of the table's own key.
    """

    table: str
    name: str
    partition: str
    value: str
    sort: str
    key: tuple[str, ...]

    @property
    def position(self) -> tuple[str, ...]:
        """The attributes that, with the partition, are the position of an item."""
        return (self.sort, *self.key)


class Page(NamedTuple):
    """Items in order; `following` is the token of the next page, None after the last one."""

    items: Sequence[Item]
    following: str | None


def newest_first(client: DynamoDBClient, index: Index, listing: Listing) -> Page:
    """The page; InvalidRequest for a token that no page of this list has."""
    query = _query(index, listing)
    if listing.token is not None:
        query["ExclusiveStartKey"] = _start(index, listing)
    found: list[Item] = []
    for _ in range(MOST_QUERIES):
        answer = client.query(**query)
        found += answer["Items"]
        if len(found) > listing.limit:
            return Page(found[: listing.limit], _token(index, found[listing.limit - 1]))
        if "LastEvaluatedKey" not in answer:
            return Page(found, None)
        query["ExclusiveStartKey"] = answer["LastEvaluatedKey"]
    return Page(found, _token(index, query["ExclusiveStartKey"]))


def _query(index: Index, listing: Listing) -> dict[str, Any]:
    start, end = _bounds(listing.window)
    names = {"#partition": index.partition, "#sort": index.sort}
    values = {":partition": index.value, ":start": start, ":end": end}
    query: dict[str, Any] = {}
    if listing.filters:
        names |= {f"#f{number}": name for number, name in enumerate(listing.filters)}
        values |= {f":f{number}": value for number, value in enumerate(listing.filters.values())}
        tests = [f"#f{number} = :f{number}" for number in range(len(listing.filters))]
        query["FilterExpression"] = " AND ".join(tests)
    return query | {
        "TableName": index.table,
        "IndexName": index.name,
        "KeyConditionExpression": "#partition = :partition AND #sort BETWEEN :start AND :end",
        "ExpressionAttributeNames": names,
        "ExpressionAttributeValues": {name: {"S": value} for name, value in values.items()},
        "ScanIndexForward": False,
        "Limit": READ_AT_ONCE if listing.filters else listing.limit + 1,
    }


def _bounds(window: Window) -> tuple[str, str]:
    """The first and the last time in the window, both of which BETWEEN includes."""
    return window.start.isoformat(), (window.end - A_MICROSECOND).isoformat()


def _token(index: Index, item: Item) -> str:
    """The position of an item as text that is safe in a URL."""
    parts = [item[name]["S"] for name in index.position]
    return urlsafe_b64encode(orjson.dumps(parts)).decode()


def _start(index: Index, listing: Listing) -> Item:
    """The key at which the page starts; DynamoDB refuses one outside of the window."""
    parts = _parts_in(listing.token or "")
    start, end = _bounds(listing.window)
    if len(parts) != len(index.position) or not start <= parts[0] <= end:
        message = "must be the next of an earlier answer to the same list"
        raise InvalidRequest([FieldError("next", message)])
    named = zip((index.partition, *index.position), (index.value, *parts), strict=True)
    return {name: {"S": text} for name, text in named}


def _parts_in(token: str) -> list[str]:
    """The parts of a token; none if it has another form."""
    try:
        parts = strict_json.parsed(urlsafe_b64decode(token))
    except ValueError:
        return []
    is_token = isinstance(parts, list) and all(
        isinstance(part, str) and 0 < len(part) <= LONGEST_PART for part in parts
    )
    return parts if is_token else []
