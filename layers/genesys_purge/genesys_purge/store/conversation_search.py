"""Searches the conversation ids of a plan: the manifests of its batches, then what it skipped."""

from __future__ import annotations

from typing import TYPE_CHECKING

from genesys_purge.model.run_summary import RunSummary, Searched
from genesys_purge.store import items

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

    from genesys_purge.store.manifests import S3Manifests
    from genesys_purge.store.sizes import Item

NOTHING = Searched(is_found=False, following=None, size=0)
# How many items of the plan one search reads. A manifest takes a request of its own, so each one
# counts for at least so many bytes.
MOST_ITEMS, LEAST_SIZE = 25, 80_000


class DynamoConversations:
    """Implements the `Manifests` port over the items of the runs table and the manifests in S3."""

    def __init__(self, client: DynamoDBClient, table: str, manifests: S3Manifests) -> None:
        self._client = client
        self._table = table
        self._manifests = manifests

    def search(self, run: RunSummary, conversation_id: str, start: str | None) -> Searched:
        """One query; a plan that was replaced may have left other items, which do not count."""
        batches, skipped = run.plan.batches if run.plan else 0, run.skipped_chunks
        first, wanted = start or items.FIRST_BATCH, conversation_id.casefold()
        if first.startswith("batch#") and batches:
            step = self._step(run, first, items.batch_key(run.run_id, batches - 1), wanted)
            if step.is_found or step.following or not skipped:
                return step
            return step._replace(following=items.skipped_key(run.run_id, 0)["item"]["S"])
        if not skipped:
            return NOTHING
        first = max(first, items.FIRST_SKIPPED)
        return self._step(run, first, items.skipped_key(run.run_id, skipped - 1), wanted)

    def _step(self, run: RunSummary, first: str, last: Item, wanted: str) -> Searched:
        if first > last["item"]["S"]:
            return NOTHING
        answer = self._client.query(
            TableName=self._table,
            KeyConditionExpression="runId = :run AND #item BETWEEN :first AND :last",
            ExpressionAttributeNames={"#item": "item"},
            ExpressionAttributeValues={
                ":run": {"S": run.run_id},
                ":first": {"S": first},
                ":last": last["item"],
            },
            ConsistentRead=True,
            Limit=MOST_ITEMS,
        )
        cut = answer.get("LastEvaluatedKey")
        read = [self._read(item, wanted) for item in answer["Items"]]
        following = items.item_after(cut) if cut else None
        return Searched(any(found for found, _ in read), following, sum(size for _, size in read))

    def _read(self, item: Item, wanted: str) -> tuple[bool, int]:
        """Whether a batch or a chunk of skipped records names the id, and how much was read."""
        if item["item"]["S"].startswith("skipped#"):
            ids = {(each.conversation_id or "").casefold() for each in items.skipped_in(item)}
            return wanted in ids, len(item["body"]["S"])
        batch = items.batch_in(item)
        entries = self._manifests.entries(batch)
        found = any(each.conversation_id.casefold() == wanted for each in entries)
        return found, max(batch.manifest.size if batch.manifest else 0, LEAST_SIZE)
