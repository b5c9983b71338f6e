"""Searches the conversation ids of plans."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from genesys_purge.model.run_summary import RunSummary, Searched
from genesys_purge.store import items

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

    from genesys_purge.store.sizes import Item

NOTHING = Searched(is_found=False, following=None, size=0)


class DynamoManifests:
    """Implements the `Manifests` port over the manifests and skipped chunks of the runs table."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def search(self, run: RunSummary, conversation_id: str, start: str | None) -> Searched:
        """One query; a plan that was replaced may have left other items, which do not count."""
        first, last = start or items.FIRST_MANIFEST, _last_item(run)
        if last is None or first > last:
            return NOTHING
        answer = self._client.query(
            TableName=self._table,
            KeyConditionExpression="runId = :run AND #item BETWEEN :first AND :last",
            ExpressionAttributeNames={"#item": "item"},
            ExpressionAttributeValues={
                ":run": {"S": run.run_id},
                ":first": {"S": first},
                ":last": {"S": last},
            },
            ConsistentRead=True,
        )
        found, rows = conversation_id.casefold(), answer["Items"]
        cut = answer.get("LastEvaluatedKey")
        return Searched(
            is_found=any(_names(item, found, run) for item in rows),
            following=items.item_after(cut) if cut else None,
            size=sum(len(item["body"]["S"]) for item in rows),
        )


def _last_item(run: RunSummary) -> str | None:
    """The last item of the plan in the order of the table, which has manifests first."""
    if run.skipped_chunks:
        return items.skipped_key(run.run_id, run.skipped_chunks - 1)["item"]["S"]
    if run.plan and run.plan.batches:
        return items.manifest_key(run.run_id, run.plan.batches - 1)["item"]["S"]
    return None


def _names(item: Item, conversation_id: str, run: RunSummary) -> bool:
    """Whether an item of the plan names the conversation; it is parsed only if it may."""
    if conversation_id not in item["body"]["S"].casefold():
        return False
    return any(each.casefold() == conversation_id for each in _ids_in(item, run))


def _ids_in(item: Item, run: RunSummary) -> Iterator[str]:
    kind, _, number = item["item"]["S"].partition("#")
    if kind == "manifest" and run.plan and int(number) < run.plan.batches:
        yield from (entry.conversation_id for entry in items.entries_in(item))
    elif kind == "skipped":
        yield from (each.conversation_id or "" for each in items.skipped_in(item))
