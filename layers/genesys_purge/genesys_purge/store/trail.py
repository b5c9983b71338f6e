"""The stored bytes of audit records, as they are sealed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

NAMES = {"#sequence": "sequence"}


class StoredTrail:
    """Implements the port `Trail`; every read is consistent."""

    def __init__(self, client: DynamoDBClient, audit_table: str) -> None:
        self._client = client
        self._audit_table = audit_table

    def lines(self, run_id: str, first: int) -> Iterator[bytes]:
        pages = self._client.get_paginator("query").paginate(
            TableName=self._audit_table,
            KeyConditionExpression="runId = :run AND #sequence >= :first",
            ProjectionExpression="#sequence, body",
            ExpressionAttributeNames=NAMES,
            ExpressionAttributeValues={":run": {"S": run_id}, ":first": {"N": str(first)}},
            ConsistentRead=True,
        )
        expected = first
        for item in (each for page in pages for each in page["Items"]):
            if int(item["sequence"]["N"]) != expected:
                return
            yield item["body"]["S"].encode()
            expected += 1

    def last(self, run_id: str) -> int:
        answer = self._client.query(
            TableName=self._audit_table,
            KeyConditionExpression="runId = :run",
            ProjectionExpression="#sequence",
            ExpressionAttributeNames=NAMES,
            ExpressionAttributeValues={":run": {"S": run_id}},
            ConsistentRead=True,
            ScanIndexForward=False,
            Limit=1,
        )
        return max((int(item["sequence"]["N"]) for item in answer["Items"]), default=0)

    def times(self, run_id: str, first: int, most: int) -> Sequence[tuple[int, datetime]]:
        answer = self._client.query(
            TableName=self._audit_table,
            KeyConditionExpression="runId = :run AND #sequence >= :first",
            ProjectionExpression="#sequence, #at",
            ExpressionAttributeNames=NAMES | {"#at": "at"},
            ExpressionAttributeValues={":run": {"S": run_id}, ":first": {"N": str(first)}},
            ConsistentRead=True,
            Limit=most,
        )
        return [
            (int(item["sequence"]["N"]), datetime.fromisoformat(item["at"]["S"]))
            for item in answer["Items"]
        ]
