"""Legal holds in DynamoDB; people write them, this application only reads them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from genesys_purge.model.holds import Hold
from genesys_purge.model.wire import configured
from genesys_purge.ports import Clock

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class DynamoHolds:
    """Implements the `Holds` port."""

    def __init__(self, client: DynamoDBClient, table: str, now: Clock) -> None:
        self._client = client
        self._table = table
        self._now = now

    def active(self) -> Sequence[Hold]:
        """The active holds; raises Misconfigured if any hold is malformed."""
        pages = self._client.get_paginator("scan").paginate(
            TableName=self._table, ConsistentRead=True
        )
        holds = [_hold(item) for page in pages for item in page["Items"]]
        now = self._now()
        return [hold for hold in holds if hold.is_active(now)]


def _hold(item: Any) -> Hold:
    fields = {name: _plain(value) for name, value in item.items()}
    return configured(f"legal hold {fields.get('holdId')}", Hold, fields)


def _plain(value: dict[str, Any]) -> Any:
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
    return value
