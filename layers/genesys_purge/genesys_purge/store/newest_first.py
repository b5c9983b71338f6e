"""Pages of the records of an index, newest first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from genesys_purge.model.dates import LAST_MOMENT
from genesys_purge.model.listing import Listing, Period, Position
from genesys_purge.model.page_tokens import wrong_token

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

    from genesys_purge.store.sizes import Item

# The records that a page reads if there are filters, which DynamoDB applies after reading.
MOST_EXAMINED = 1_000
FIRST_MOMENT = datetime.min.replace(tzinfo=UTC)
A_MICROSECOND = timedelta(microseconds=1)


class Index(NamedTuple):
    """An index of a table: one partition, sorted by a time in UTC and ISO 8601.

    `key` is the attribute that identifies a record; `rest` has the attributes of the keys of table
    and index that are the same for all records.
    """

    table: str
    name: str
    partition: str
    time: str
    key: str
    rest: Mapping[str, str]


class Page(NamedTuple):
    """Items, newest first, and the position after which the next page begins, if any."""

    items: Sequence[Item]
    following: Position | None


def newest_first(client: DynamoDBClient, index: Index, listing: Listing) -> Page:
    """One query, which reads at most 1 MB; InvalidRequest for a position outside the period.

    With filters, a page may be short or empty although others follow.
    """
    # DynamoDB refuses such a position with an error of its own.
    if listing.after and not listing.period.contains(listing.after.at):
        raise wrong_token()
    answer = client.query(**_query(index, listing))
    found = answer["Items"]
    if len(found) > listing.limit:
        return Page(found[: listing.limit], _position(index, found[listing.limit - 1]))
    last = answer.get("LastEvaluatedKey")
    return Page(found, _position(index, last) if last else None)


def _query(index: Index, listing: Listing) -> dict[str, Any]:
    first, last = _bounds(listing.period)
    names = {"#partition": index.partition, "#time": index.time}
    values = {":partition": index.rest[index.partition], ":first": first, ":last": last}
    for number, (name, value) in enumerate(listing.values.items()):
        names[f"#f{number}"], values[f":f{number}"] = name, value
    tests = [f"#f{number} = :f{number}" for number in range(len(listing.values))]
    return {
        "TableName": index.table,
        "IndexName": index.name,
        "KeyConditionExpression": "#partition = :partition AND #time BETWEEN :first AND :last",
        "ExpressionAttributeNames": names,
        "ExpressionAttributeValues": {name: {"S": value} for name, value in values.items()},
        "ScanIndexForward": False,
        # Without filters, one more record shows whether another page follows.
        "Limit": MOST_EXAMINED if tests else listing.limit + 1,
        **({"FilterExpression": " AND ".join(tests)} if tests else {}),
        **({"ExclusiveStartKey": _start(index, listing.after)} if listing.after else {}),
    }


def _bounds(period: Period) -> tuple[str, str]:
    """The first and the last time of the period, because BETWEEN includes both."""
    last = LAST_MOMENT
    if period.end is not None:
        last = max(period.end, FIRST_MOMENT + A_MICROSECOND) - A_MICROSECOND
    return (period.start or FIRST_MOMENT).isoformat(), last.isoformat()


def _position(index: Index, item: Item) -> Position:
    return Position.parse({"at": item[index.time]["S"], "key": item[index.key]["S"]})


def _start(index: Index, after: Position) -> Item:
    text = {**index.rest, index.time: after.at.isoformat(), index.key: after.key}
    return {name: {"S": value} for name, value in text.items()}
