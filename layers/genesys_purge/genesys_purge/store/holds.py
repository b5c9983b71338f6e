"""Legal holds in DynamoDB: people write them; this application writes the times beside them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from genesys_purge.errors import Misconfigured
from genesys_purge.holds.ports import UnreadableHold
from genesys_purge.model.held_times import HeldTimes
from genesys_purge.model.holds import LONGEST_PROBLEM, Hold, HoldDocument, read_hold
from genesys_purge.model.wire import read_document
from genesys_purge.ports import Clock
from genesys_purge.store.ledger import Ledger, Write
from genesys_purge.store.sizes import within_limit

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

    from genesys_purge.model.audit import AuditRecord
    from genesys_purge.store.sizes import Item


class DynamoHolds:
    """Implements the ports `Holds`, `HoldBook` and `HoldStore`; every read is consistent."""

    def __init__(
        self, client: DynamoDBClient, table: str, times: str, ledger: Ledger, now: Clock
    ) -> None:
        self._client = client
        self._table = table
        self._times = times
        self._ledger = ledger
        self._now = now

    def active(self) -> Sequence[Hold]:
        """The active holds; raises Misconfigured if one may cover anything."""
        holds = []
        for each in self.readings():
            if isinstance(each, Misconfigured):
                raise each
            holds.append(each)
        return holds

    def readings(self) -> Sequence[Hold | Misconfigured]:
        """Each active hold with its times, or the error of one that cannot be read."""
        now = self._now()
        found = [each for item in self._items(self._table) if (each := _reading(item, now))]
        if not any(isinstance(each, Hold) and each.conversation_ids for each in found):
            return found
        times = {each.hold_id: each for each in self._all_times()}
        return [
            each.timed(times.get(each.hold_id)) if isinstance(each, Hold) else each
            for each in found
        ]

    def place(self, hold: HoldDocument, record: AuditRecord) -> None:
        item = _item(hold)
        self._ledger.commit([Write(self._table, item, "attribute_not_exists(holdId)")], record)

    def get(self, hold_id: str) -> HoldDocument | UnreadableHold | None:
        key = {"holdId": {"S": hold_id}}
        answer = self._client.get_item(TableName=self._table, Key=key, ConsistentRead=True)
        item = answer.get("Item")
        return _document(item) if item else None

    def all(self) -> Sequence[HoldDocument | UnreadableHold]:
        return list(map(_document, self._items(self._table)))

    def put_times(self, times: HeldTimes) -> None:
        body = times.model_dump_json(by_alias=True, exclude_none=True)
        self._client.put_item(
            TableName=self._times,
            Item={"holdId": {"S": times.hold_id}, "body": {"S": body}},
        )

    def _all_times(self) -> Iterator[HeldTimes]:
        """The stored times; malformed ones are unknown times."""
        for item in self._items(self._times):
            times = read_document(HeldTimes, item["body"]["S"]) if "body" in item else ()
            if isinstance(times, HeldTimes):
                yield times

    def _items(self, table: str) -> Iterator[Mapping[str, Any]]:
        pages = self._client.get_paginator("scan").paginate(TableName=table, ConsistentRead=True)
        for page in pages:
            yield from page["Items"]


def _document(item: Mapping[str, Any]) -> HoldDocument | UnreadableHold:
    fields = fields_of(item)
    found = read_document(HoldDocument, fields)
    if isinstance(found, HoldDocument):
        return found
    return UnreadableHold(str(fields.get("holdId")), "; ".join(map(str, found))[:LONGEST_PROBLEM])


@within_limit
def _item(hold: HoldDocument) -> Item:
    """The hold in the form in which operators write it."""
    return {name: _attribute(value) for name, value in hold.to_json().items()}


def _attribute(value: Any) -> Any:
    match value:
        case dict():
            return {"M": {name: _attribute(each) for name, each in value.items()}}
        case list():
            return {"L": [_attribute(each) for each in value]}
    return {"S": value}


def _reading(item: Mapping[str, Any], now: Any) -> Hold | Misconfigured | None:
    try:
        return read_hold(fields_of(item), now)
    except Misconfigured as error:
        return error


def fields_of(item: Mapping[str, Any]) -> dict[str, Any]:
    """The fields in an item; plain JSON stays as it is."""
    return {name: _plain(value) for name, value in item.items()}


def _plain(value: Any) -> Any:
    """The text, list or map in an attribute; a hold has no other types."""
    match value:
        case {"S": text}:
            return text
        case {"SS": texts}:
            return texts
        case {"L": values}:
            return [_plain(each) for each in values]
        case {"M": fields}:
            return {name: _plain(each) for name, each in fields.items()}
        case {"B": _} | {"BS": _}:
            # JSON has no bytes; the field is reported as malformed.
            return {}
    return value
