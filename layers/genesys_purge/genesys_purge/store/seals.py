"""What is committed to be sealed, in DynamoDB: the head of the log, its entries, and each run."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Sequence
from typing import TYPE_CHECKING

import orjson

from genesys_purge.model.merkle import Frontier
from genesys_purge.proof.ports import SealedRun
from genesys_purge.proof.seal_audit import MOST_RUNS
from genesys_purge.store.ledger import Ledger
from genesys_purge.store.transactions import Write

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

    from genesys_purge.model.audit import AuditRecord
    from genesys_purge.store.sizes import Item

LOG = "log"
TREE = "tree"


class DynamoSeals:
    """Implements the port `Seals`."""

    def __init__(self, client: DynamoDBClient, table: str, ledger: Ledger) -> None:
        self._client = client
        self._table = table
        self._ledger = ledger

    def head(self) -> Frontier:
        return self._tree(LOG)

    def run(self, run_id: str) -> SealedRun:
        return SealedRun(run_id, self._tree(_of_run(run_id)))

    def commit(
        self,
        head: tuple[Frontier, Frontier],
        entries: Sequence[bytes],
        runs: Sequence[tuple[SealedRun, SealedRun]],
        record: AuditRecord | None = None,
    ) -> None:
        before, after = head
        bundle = orjson.dumps([each.decode() for each in entries]).decode()
        key: Item = {"subject": {"S": LOG}, "item": {"S": _bundle(before.size)}}
        changed = [(_of_run(old.run_id), old.tree, new.tree) for old, new in runs]
        writes = [self._grown(*each) for each in [(LOG, before, after), *changed]]
        added = Write(self._table, key | {"body": {"S": bundle}}, "attribute_not_exists(subject)")
        self._ledger.commit([added, *writes], record)

    def entries(self, first: int, end: int) -> Sequence[bytes]:
        # A bundle has an entry for each run of its transaction, so the first entry may be in a
        # bundle that begins before it.
        start = max(first - MOST_RUNS, 0)
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            KeyConditionExpression="subject = :log AND #item BETWEEN :start AND :last",
            ExpressionAttributeNames={"#item": "item"},
            ExpressionAttributeValues={
                ":log": {"S": LOG},
                ":start": {"S": _bundle(start)},
                ":last": {"S": _bundle(end - 1)},
            },
            ConsistentRead=True,
        )
        found: dict[int, bytes] = {}
        for item in (each for page in pages for each in page["Items"]):
            begin = int(item["item"]["S"].partition("#")[2])
            entries = orjson.loads(item["body"]["S"])
            found |= {begin + at: entry.encode() for at, entry in enumerate(entries)}
        return [found[index] for index in range(first, end)]

    def _tree(self, subject: str) -> Frontier:
        answer = self._client.get_item(
            TableName=self._table,
            Key={"subject": {"S": subject}, "item": {"S": TREE}},
            ConsistentRead=True,
        )
        if "Item" not in answer:
            return Frontier()
        item = answer["Item"]
        hashes = orjson.loads(item["hashes"]["S"])
        return Frontier(int(item["size"]["N"]), tuple(map(b64decode, hashes)))

    def _grown(self, subject: str, before: Frontier, after: Frontier) -> Write:
        hashes = orjson.dumps([b64encode(each).decode() for each in after.hashes]).decode()
        item: Item = {
            "subject": {"S": subject},
            "item": {"S": TREE},
            "size": {"N": str(after.size)},
            "hashes": {"S": hashes},
        }
        if not before.size:
            return Write(self._table, item, "attribute_not_exists(subject)")
        values: Item = {":size": {"N": str(before.size)}}
        return Write(self._table, item, "#size = :size", values, names={"#size": "size"})


def _of_run(run_id: str) -> str:
    return f"run#{run_id}"


def _bundle(first: int) -> str:
    """The key of the entries from this index on."""
    return f"entries#{first:012}"
