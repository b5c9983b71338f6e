"""The pools of job slots, in the runs table under a key that no run can have."""

from __future__ import annotations

from typing import TYPE_CHECKING

from genesys_purge.calling.slots import Pool, PoolKey
from genesys_purge.store import items
from genesys_purge.store.ledger import Ledger
from genesys_purge.store.transactions import Write

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class DynamoSlots:
    """Implements `SlotStore` over the runs table and the ledger: one item for each pool."""

    def __init__(self, client: DynamoDBClient, table: str, ledger: Ledger) -> None:
        self._client = client
        self._table = table
        self._ledger = ledger

    def read(self, key: PoolKey) -> Pool:
        answer = self._client.get_item(
            TableName=self._table, Key=items.pool_key(key), ConsistentRead=True
        )
        item = answer.get("Item")
        return items.pool_in(item) if item else Pool()

    def write(self, key: PoolKey, pool: Pool) -> None:
        follows = Write(
            self._table,
            items.pool_item(key, pool._replace(version=pool.version + 1)),
            "#version = :before" if pool.version else "attribute_not_exists(#version)",
            {":before": {"N": str(pool.version)}} if pool.version else None,
            {"#version": "version"},
        )
        self._ledger.commit([follows])
