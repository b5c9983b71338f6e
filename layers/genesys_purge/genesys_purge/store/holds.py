"""Legal holds in DynamoDB: people write them; this application writes the times beside them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from genesys_purge.errors import Misconfigured
from genesys_purge.holds.ports import StoredHold, UnreadableHold
from genesys_purge.model.held_times import HeldTimes
from genesys_purge.model.holds import Hold, HoldDocument
from genesys_purge.model.wire import read_document
from genesys_purge.ports import Clock, Prepared
from genesys_purge.store.batch_reads import items_with
from genesys_purge.store.held_ids import HeldIds
from genesys_purge.store.hold_items import FIELDS, document_in, item_of, parts_in
from genesys_purge.store.hold_readings import HoldReadings
from genesys_purge.store.ledger import Ledger
from genesys_purge.store.transactions import Write

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

    from genesys_purge.model.audit import AuditRecord
    from genesys_purge.store.sizes import Item


# An id of a hold has no #.
PROGRESS = "#progress"
TIMES_READ = 100


class DynamoHolds:
    """Implements the ports `Holds`, `HoldBook` and `HoldStore`; every read is consistent."""

    def __init__(
        self,
        client: DynamoDBClient,
        table: str,
        times: str,
        ids: HeldIds,
        ledger: Ledger,
        now: Clock,
    ) -> None:
        self._client = client
        self._table = table
        self._times = times
        self._ids = ids
        self._readings = HoldReadings(ids)
        self._known_times: Mapping[str, HeldTimes | None] = {}
        self._ledger = ledger
        self._now = now

    def active(self, organisation: str | None) -> Sequence[Hold]:
        """The organisation's active holds; Misconfigured if any hold may cover anything."""
        holds = []
        for each in self.readings():
            if isinstance(each, Misconfigured):
                raise each
            if each.scope.is_in(organisation):
                holds.append(each)
        return holds

    def readings(self) -> Sequence[Hold | Misconfigured]:
        """Each active hold with its times, or the error of one that cannot be read."""
        found = self._readings.of(self._items(), self._now())
        timed = [each for each in found if isinstance(each, Hold) and each.conversation_ids]
        times = self._times_of(each.hold_id for each in timed)
        return [
            each.timed(times.get(each.hold_id)) if isinstance(each, Hold) else each
            for each in found
        ]

    def place(self, hold: HoldDocument, record: AuditRecord) -> None:
        item = item_of(hold, self._ids)
        self._ledger.commit([Write(self._table, item, "attribute_not_exists(holdId)")], record)

    def get(self, hold_id: str) -> HoldDocument | UnreadableHold | None:
        stored = self.stored(hold_id)
        return stored.hold if isinstance(stored, StoredHold) else stored

    def stored(self, hold_id: str) -> StoredHold | UnreadableHold | None:
        key = {"holdId": {"S": hold_id}}
        answer = self._client.get_item(TableName=self._table, Key=key, ConsistentRead=True)
        if (item := answer.get("Item")) is None:
            return None
        found = document_in(item, self._ids)
        return found if isinstance(found, UnreadableHold) else StoredHold(found, item)

    def replace(self, stored: StoredHold, hold: HoldDocument, record: AuditRecord) -> None:
        self._ledger.commit([self._replacement(stored, hold)], record)

    def replacing(self, stored: StoredHold, hold: HoldDocument) -> Prepared:
        return Prepared(self._replacement(stored, hold))

    def all(self) -> Sequence[HoldDocument | UnreadableHold]:
        items = list(self._items())
        self._ids.load(parts for item in items for parts in parts_in(item))
        return [document_in(item, self._ids) for item in items]

    def times(self, hold_id: str) -> HeldTimes | None:
        return self._stored_times(hold_id)

    def put_times(self, times: HeldTimes) -> None:
        self._put_times(times.hold_id, times)

    def progress(self, hold_id: str) -> HeldTimes | None:
        return self._stored_times(hold_id + PROGRESS)

    def put_progress(self, times: HeldTimes) -> None:
        self._put_times(times.hold_id + PROGRESS, times)

    def _stored_times(self, key: str) -> HeldTimes | None:
        answer = self._client.get_item(
            TableName=self._times, Key={"holdId": {"S": key}}, ConsistentRead=True
        )
        return _times_in(answer.get("Item", {}))

    def _put_times(self, key: str, times: HeldTimes) -> None:
        body = times.model_dump_json(by_alias=True, exclude_none=True)
        self._client.put_item(
            TableName=self._times,
            Item={"holdId": {"S": key}, "body": {"S": body}},
        )

    def _replacement(self, stored: StoredHold, hold: HoldDocument) -> Write:
        """Puts the hold if its item has exactly the attributes that were read.

        People may write items by hand, so no counter in them shows every change.
        """
        before: Mapping[str, Any] = stored.version  # type: ignore[assignment]  # of `stored`
        names = {f"#{n}": each for n, each in enumerate(sorted(FIELDS | before.keys()))}
        values = {f":{mark[1:]}": before[each] for mark, each in names.items() if each in before}
        conditions = [
            f"{mark} = :{mark[1:]}" if each in before else f"attribute_not_exists({mark})"
            for mark, each in names.items()
        ]
        item = item_of(hold, self._ids)
        return Write(self._table, item, " AND ".join(conditions), values, names)

    def _times_of(self, hold_ids: Iterable[str]) -> Mapping[str, HeldTimes]:
        """The stored times of these holds; a text that has not changed is parsed once."""
        items = items_with(self._client, self._times, "holdId", hold_ids, TIMES_READ)
        texts = {_body(item): item for item in items}
        self._known_times = {
            text: self._known_times.get(text) or _times_in(item) for text, item in texts.items()
        }
        found = self._known_times.values()
        return {each.hold_id: each for each in found if each and each.asked is None}

    def _items(self) -> Iterator[Item]:
        scan = self._client.get_paginator("scan")
        for page in scan.paginate(TableName=self._table, ConsistentRead=True):
            yield from page["Items"]


def _body(item: Mapping[str, Any]) -> str:
    return str(item.get("body", {}).get("S", ""))


def _times_in(item: Mapping[str, Any]) -> HeldTimes | None:
    """The times in an item; malformed ones are unknown times."""
    times = read_document(HeldTimes, _body(item))
    return times if isinstance(times, HeldTimes) else None
