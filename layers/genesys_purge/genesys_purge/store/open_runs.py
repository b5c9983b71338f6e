"""The index of the runs that are not settled."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from genesys_purge.store import items

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

INDEX = "OpenRunIndex"


class DynamoOpenRuns:
    """Implements the `OpenRuns` port over a sparse index of the runs table."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def oldest_first(self) -> Iterator[str]:
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            IndexName=INDEX,
            KeyConditionExpression="#open = :open",
            ExpressionAttributeNames={"#open": "open"},
            ExpressionAttributeValues={":open": items.OPEN},
        )
        for page in pages:
            for item in page["Items"]:
                yield item["runId"]["S"]
