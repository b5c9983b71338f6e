"""The pools of job slots, in the runs table under a key that no run can have."""

from __future__ import annotations

from typing import TYPE_CHECKING

from genesys_purge.calling.slots import Pool, PoolKey
from genesys_purge.errors import LostRace
from genesys_purge.store import items

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class DynamoSlots:
    """Implements `SlotStore` over the runs table: one item for each pool."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def read(self, key: PoolKey) -> Pool:
        answer = self._client.get_item(
            TableName=self._table, Key=items.pool_key(key), ConsistentRead=True
        )
        item = answer.get("Item")
        return items.pool_in(item) if item else Pool()

    def write(self, key: PoolKey, pool: Pool) -> None:
        try:
            self._client.put_item(
                TableName=self._table,
                Item=items.pool_item(key, pool._replace(version=pool.version + 1)),
                ConditionExpression="#version = :before OR attribute_not_exists(#version)",
                ExpressionAttributeNames={"#version": "version"},
                ExpressionAttributeValues={":before": {"N": str(pool.version)}},
            )
        except self._client.exceptions.ConditionalCheckFailedException as error:
            raise LostRace("another worker changed the slots") from error
