"""Purge rules in DynamoDB, by organisation and name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from genesys_purge.model.audit import AuditRecord
from genesys_purge.purge_rules.purge_rule import PurgeRule, RuleRef
from genesys_purge.store import items
from genesys_purge.store.ledger import Ledger, Write

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class DynamoPurgeRules:
    """Implements the `PurgeRules` port over the rules table and the ledger."""

    def __init__(self, client: DynamoDBClient, table: str, ledger: Ledger) -> None:
        self._client = client
        self._table = table
        self._ledger = ledger

    def get(self, ref: RuleRef) -> PurgeRule | None:
        answer = self._client.get_item(
            TableName=self._table, Key=items.rule_key(ref), ConsistentRead=True
        )
        item = answer.get("Item")
        return items.rule_in(item) if item else None

    def put(self, rule: PurgeRule, record: AuditRecord | None = None) -> None:
        self._ledger.commit([self._write(rule)], record)

    def _write(self, rule: PurgeRule) -> Write:
        if rule.version == 0:
            return Write(
                self._table,
                items.rule_item(rule),
                "attribute_not_exists(#name)",
                names={"#name": "name"},
            )
        return Write(
            self._table,
            items.rule_item(rule),
            "#version = :before",
            {":before": {"N": str(rule.version - 1)}},
            {"#version": "version"},
        )
