"""The job slots, in the runs table under a key that no run can have."""

from __future__ import annotations

from typing import TYPE_CHECKING

from genesys_purge.calling.slots import Slot
from genesys_purge.model.batch import BatchRef
from genesys_purge.store import items
from genesys_purge.store.ledger import Ledger, Write

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

    from genesys_purge.store.sizes import Item


class DynamoSlots:
    """Implements `SlotStore` over the runs table and the ledger."""

    def __init__(self, client: DynamoDBClient, table: str, ledger: Ledger) -> None:
        self._client = client
        self._table = table
        self._ledger = ledger

    def holder(self, slot: Slot) -> BatchRef | None:
        answer = self._client.get_item(
            TableName=self._table, Key=items.slot_key(slot), ConsistentRead=True
        )
        item = answer.get("Item")
        return items.holder_in(item) if item else None

    def take(self, slot: Slot, holder: BatchRef, after: BatchRef | None) -> None:
        item = items.slot_item(slot, holder)
        if after is None:
            write = Write(self._table, item, "attribute_not_exists(runId)")
        else:
            values: Item = {":after": items.holder_text(after)}
            write = Write(self._table, item, "holder = :after", values)
        self._ledger.commit([write])
