"""Legal holds in DynamoDB: written by people, only read here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from boto3.dynamodb.types import TypeDeserializer

from genesys_purge.model.holds import Hold

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class DynamoHolds:
    """Implements the `Holds` port."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def active(self) -> Sequence[Hold]:
        """A hold that cannot be read is an error, never overlooked."""
        pages = self._client.get_paginator("scan").paginate(
            TableName=self._table, ConsistentRead=True
        )
        holds = [_hold(item) for page in pages for item in page["Items"]]
        return [hold for hold in holds if hold.is_active]


def _hold(item: Any) -> Hold:
    read = TypeDeserializer().deserialize
    fields = {name: read(value) for name, value in item.items()}
    if isinstance(ids := fields.get("conversationIds"), set):
        fields["conversationIds"] = sorted(ids)
    return Hold.parse(fields)
