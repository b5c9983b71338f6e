"""Stops in DynamoDB: one item for each scope and name, which a later stop overwrites."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING, Any

import orjson

from genesys_purge.errors import TryLater
from genesys_purge.model.stops import Stop, Stoppable, UnreadableStop
from genesys_purge.model.wire import read_document
from genesys_purge.ports import Prepared
from genesys_purge.store.ledger import Ledger
from genesys_purge.store.transactions import Write

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

    from genesys_purge.model.audit import AuditRecord
    from genesys_purge.store.sizes import Item

LONGEST_PROBLEM = 500
# A list, kept as JSON; every other field is a text.
FURTHER = "further"
# DynamoDB answers a part of the keys when it is busy.
ATTEMPTS = 3
NONE_IN_FORCE = "attribute_not_exists(stopId) OR attribute_exists(resumedAt)"


class DynamoStops:
    """Implements the port `Stops`."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def covering(self, call: Stoppable) -> Sequence[Stop | UnreadableStop]:
        """The stops in force that cover the call; TryLater if they cannot be read now."""
        return [each for each in map(_stop, self._found(call.stop_ids)) if each.is_in_force]

    def last_long_end(self, call: Stoppable) -> datetime | None:
        """The latest end of a stop that covered the call and lasted longer than a day."""
        stops = [each for each in map(_stop, self._found(call.stop_ids)) if isinstance(each, Stop)]
        return max(filter(None, (each.last_long_end for each in stops)), default=None)

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

    def in_force(self) -> int:
        """How many stops are in force."""
        return sum(each.is_in_force for each in all_stops(self._client, self._table))


class DynamoStopStore:
    """Implements the port `StopStore`; every read is consistent."""

    def __init__(self, client: DynamoDBClient, table: str, ledger: Ledger) -> None:
        self._client = client
        self._table = table
        self._ledger = ledger

    def place(self, stop: Stop, record: AuditRecord) -> None:
        self._ledger.commit([Write(self._table, _item(stop), NONE_IN_FORCE)], record)

    def put(self, after: Stop, before: Stop, record: AuditRecord) -> None:
        self._ledger.commit([self._changed(after, before)], record)

    def get(self, stop_id: str) -> Stop | UnreadableStop | None:
        key = {"stopId": {"S": stop_id}}
        answer = self._client.get_item(TableName=self._table, Key=key, ConsistentRead=True)
        item = answer.get("Item")
        return _stop(item) if item else None

    def all(self) -> Sequence[Stop | UnreadableStop]:
        return list(all_stops(self._client, self._table))

    def changing(self, after: Stop, before: Stop | UnreadableStop) -> Prepared:
        if isinstance(before, UnreadableStop):
            return Prepared(Write(self._table, _item(after), "attribute_exists(stopId)"))
        return Prepared(self._changed(after, before))

    def _changed(self, after: Stop, before: Stop) -> Write:
        """What may change of a stop in force is who asked to resume it, and why it is stopped."""
        known, values = _item(before), dict[str, Any]()
        conditions = ["attribute_not_exists(resumedAt)"]
        for name in ("stoppedAt", "resumeApproval", FURTHER):
            if name in known:
                values[f":{name}"] = known[name]
                conditions.append(f"{name} = :{name}")
            else:
                conditions.append(f"attribute_not_exists({name})")
        return Write(self._table, _item(after), " AND ".join(conditions), values)


def all_stops(client: DynamoDBClient, table: str) -> Iterator[Stop | UnreadableStop]:
    """Every stored stop, in force or resumed, read consistently."""
    pages = client.get_paginator("scan").paginate(TableName=table, ConsistentRead=True)
    return (_stop(item) for page in pages for item in page["Items"])


def _item(stop: Stop) -> Item:
    """The stop in the form in which operators read it."""
    known = stop.to_json()
    further = {"further": orjson.dumps(known.pop(FURTHER)).decode()} if FURTHER in known else {}
    return {name: {"S": value} for name, value in (known | further).items()}


def _stop(item: Mapping[str, Any]) -> Stop | UnreadableStop:
    fields: dict[str, Any] = {name: value.get("S") for name, value in item.items()}
    with suppress(orjson.JSONDecodeError):
        fields |= {FURTHER: orjson.loads(fields[FURTHER])} if FURTHER in fields else {}
    found = read_document(Stop, fields)
    if isinstance(found, Stop):
        return found
    return UnreadableStop(str(fields["stopId"]), "; ".join(map(str, found))[:LONGEST_PROBLEM])
