"""The last poll of each batch, in the runs table beside the batch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from genesys_purge.model.batch import BatchRef
from genesys_purge.model.poll import Poll
from genesys_purge.store import items
from genesys_purge.store.ledger import Ledger
from genesys_purge.store.transactions import Write

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class DynamoPolls:
    """Implements `PollStore`; its items are not those of batches, so no poll delays a batch."""

    def __init__(self, client: DynamoDBClient, table: str, ledger: Ledger) -> None:
        self._client = client
        self._table = table
        self._ledger = ledger

    def last(self, batch: BatchRef) -> Poll | None:
        answer = self._client.get_item(
            TableName=self._table, Key=items.poll_key(*batch), ConsistentRead=True
        )
        item = answer.get("Item")
        return items.poll_in(item) if item else None

    def put(self, poll: Poll, after: int) -> None:
        write = Write(
            self._table,
            items.poll_item(poll),
            "attribute_not_exists(runId) OR #number = :after",
            {":after": {"N": str(after)}},
            {"#number": "number"},
        )
        self._ledger.commit([write])

    def between(self, run_id: str, first: int, last: int) -> Mapping[int, Poll]:
        start, end = items.poll_key(run_id, first), items.poll_key(run_id, last)
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            KeyConditionExpression="runId = :run AND #item BETWEEN :first AND :last",
            ExpressionAttributeNames={"#item": "item"},
            ExpressionAttributeValues={
                ":run": start["runId"],
                ":first": start["item"],
                ":last": end["item"],
            },
            ConsistentRead=True,
        )
        polls = [items.poll_in(item) for page in pages for item in page["Items"]]
        return {poll.batch: poll for poll in polls}
