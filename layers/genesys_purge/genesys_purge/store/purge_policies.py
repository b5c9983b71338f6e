"""Purge policies in DynamoDB: one item for each version."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import orjson

from genesys_purge.errors import Misconfigured
from genesys_purge.model.audit import AuditRecord
from genesys_purge.model.wire import read_document
from genesys_purge.policies.document import PolicyVersion, UnreadablePolicy
from genesys_purge.store.items import body_of
from genesys_purge.store.ledger import Ledger
from genesys_purge.store.transactions import Write

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

    from genesys_purge.store.sizes import Item


LONGEST_PROBLEM = 500


class DynamoPurgePolicies:
    """Implements the port `PolicyStore`; every read is consistent."""

    def __init__(self, client: DynamoDBClient, table: str, ledger: Ledger) -> None:
        self._client = client
        self._table = table
        self._ledger = ledger

    def put(self, policy: PolicyVersion, record: AuditRecord) -> None:
        item = _key(policy.name, policy.version) | {"body": body_of(policy)}
        unused = Write(self._table, item, "attribute_not_exists(#name)", names={"#name": "name"})
        self._ledger.commit([unused], record)

    def latest(self, name: str) -> PolicyVersion | None:
        return _readable(self.newest(name))

    def newest(self, name: str) -> PolicyVersion | UnreadablePolicy | None:
        answer = self._client.query(
            TableName=self._table,
            KeyConditionExpression="#name = :name",
            ExpressionAttributeNames={"#name": "name"},
            ExpressionAttributeValues={":name": {"S": name}},
            ConsistentRead=True,
            ScanIndexForward=False,
            Limit=1,
        )
        return _policy(answer["Items"][0]) if answer["Items"] else None

    def version(self, name: str, number: int) -> PolicyVersion | None:
        answer = self._client.get_item(
            TableName=self._table, Key=_key(name, number), ConsistentRead=True
        )
        item = answer.get("Item")
        return _readable(_policy(item)) if item else None

    def all(self) -> Sequence[PolicyVersion | UnreadablePolicy]:
        newest: dict[str, Any] = {}
        pages = self._client.get_paginator("scan").paginate(
            TableName=self._table, ConsistentRead=True
        )
        for item in (item for page in pages for item in page["Items"]):
            name, number = item["name"]["S"], int(item["version"]["N"])
            if name not in newest or number > int(newest[name]["version"]["N"]):
                newest[name] = item
        return [_policy(newest[name]) for name in sorted(newest)]


def _key(name: str, number: int) -> Item:
    return {"name": {"S": name}, "version": {"N": str(number)}}


def _policy(item: Any) -> PolicyVersion | UnreadablePolicy:
    """The version in an item."""
    name, number = item["name"]["S"], item["version"]["N"]
    body = item.get("body", {}).get("S", "")
    found = read_document(PolicyVersion, body)
    if isinstance(found, list):
        wrong = "; ".join(map(str, found))[:LONGEST_PROBLEM]
        return UnreadablePolicy(name, int(number), f"it is not valid: {wrong}")
    # The hash of the stored text: a later release may write the same document in another form.
    content = orjson.dumps(orjson.loads(body)["document"], option=orjson.OPT_SORT_KEYS)
    if found.hash != sha256(content).hexdigest():
        return UnreadablePolicy(name, int(number), "it was changed by hand: its hash differs")
    return found


def _readable(found: PolicyVersion | UnreadablePolicy | None) -> PolicyVersion | None:
    """The version; Misconfigured if it cannot be read."""
    if isinstance(found, UnreadablePolicy):
        raise Misconfigured(
            f"version {found.version} of the policy {found.name} cannot be read: {found.problem}; "
            "apply the policy again"
        )
    return found
