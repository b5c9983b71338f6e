"""Stops in DynamoDB: one item for each scope and name, which a later stop overwrites."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from genesys_purge.errors import TryLater
from genesys_purge.model.stops import Stop, Stoppable, UnreadableStop
from genesys_purge.model.wire import read_document
from genesys_purge.store.ledger import Ledger, Write

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

    from genesys_purge.model.audit import AuditRecord

LONGEST_PROBLEM = 500
# DynamoDB answers a part of the keys when it is busy.
ATTEMPTS = 3
NONE_IN_FORCE = "attribute_not_exists(stopId) OR attribute_exists(resumedAt)"


class DynamoStops:
    """Implements the ports `Stops` and `StopStore`; every read is consistent."""

    def __init__(self, client: DynamoDBClient, table: str, ledger: Ledger) -> None:
        self._client = client
        self._table = table
        self._ledger = ledger

    def covering(self, call: Stoppable) -> Sequence[Stop | UnreadableStop]:
        """The stops in force that cover the call; TryLater if they cannot be read now."""
        return [each for each in map(_stop, self._found(call.stop_ids)) if each.is_in_force]

    def _found(self, stop_ids: Sequence[str]) -> Iterator[Mapping[str, Any]]:
        """The stored items of these ids."""
        asked: Any = {
            self._table: {
                "Keys": [{"stopId": {"S": each}} for each in stop_ids],
                "ConsistentRead": True,
            }
        }
        for _ in range(ATTEMPTS):
            answer = self._client.batch_get_item(RequestItems=asked)
            yield from answer["Responses"].get(self._table, ())
            asked = answer.get("UnprocessedKeys")
            if not asked:
                return
        raise TryLater("the stops could not be read; they are read again")

    def place(self, stop: Stop, record: AuditRecord) -> None:
        item: Any = {name: {"S": value} for name, value in stop.to_json().items()}
        self._ledger.commit([Write(self._table, item, NONE_IN_FORCE)], record)

    def get(self, stop_id: str) -> Stop | UnreadableStop | None:
        key = {"stopId": {"S": stop_id}}
        answer = self._client.get_item(TableName=self._table, Key=key, ConsistentRead=True)
        item = answer.get("Item")
        return _stop(item) if item else None

    def all(self) -> Sequence[Stop | UnreadableStop]:
        scan = self._client.get_paginator("scan")
        pages = scan.paginate(TableName=self._table, ConsistentRead=True)
        return [_stop(item) for page in pages for item in page["Items"]]


def _stop(item: Mapping[str, Any]) -> Stop | UnreadableStop:
    fields = {name: value.get("S") for name, value in item.items()}
    found = read_document(Stop, fields)
    if isinstance(found, Stop):
        return found
    return UnreadableStop(str(fields["stopId"]), "; ".join(map(str, found))[:LONGEST_PROBLEM])
