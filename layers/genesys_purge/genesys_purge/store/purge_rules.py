"""Purge rules in DynamoDB, keyed by organisation and name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from genesys_purge.model.audit import AuditRecord
from genesys_purge.model.listing import DEFAULT_ORGANISATION, Listing
from genesys_purge.purge_rules.ports import ListedRules
from genesys_purge.purge_rules.purge_rule import PurgeRule, RuleRef
from genesys_purge.store.items import body_of
from genesys_purge.store.ledger import Ledger
from genesys_purge.store.newest_first import Index, newest_first
from genesys_purge.store.sizes import within_limit
from genesys_purge.store.transactions import Write

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

    from genesys_purge.store.sizes import Item

# The rules share one partition of the index, because few are created.
LISTED = "rule"
REST = {"listed": LISTED}


class DynamoPurgeRules:
    """Implements the ports `PurgeRules` and `RuleList` over the rules table and the ledger."""

    def __init__(self, client: DynamoDBClient, table: str, ledger: Ledger) -> None:
        self._client = client
        self._table = table
        self._ledger = ledger

    def get(self, ref: RuleRef) -> PurgeRule | None:
        answer = self._client.get_item(TableName=self._table, Key=_key(ref), ConsistentRead=True)
        item = answer.get("Item")
        return PurgeRule.model_validate_json(item["body"]["S"]) if item else None

    def by_id(self, rule_id: str) -> PurgeRule | None:
        answer = self._client.query(
            TableName=self._table,
            IndexName="RuleIdIndex",
            KeyConditionExpression="ruleId = :id",
            ExpressionAttributeValues={":id": {"S": rule_id}},
            ScanIndexForward=False,
            Limit=1,
        )
        found = [PurgeRule.model_validate_json(item["body"]["S"]) for item in answer["Items"]]
        return found[0] if found else None

    def newest_first(self, listing: Listing) -> ListedRules:
        index = Index(self._table, "NewestRulesIndex", "listed", "requestedAt", "name", REST)
        page = newest_first(self._client, index, listing)
        found = [PurgeRule.model_validate_json(item["body"]["S"]) for item in page.items]
        return ListedRules(found, page.following)

    def put(self, rule: PurgeRule, record: AuditRecord | None = None) -> None:
        self._ledger.commit([self._write(rule)], record)

    def _write(self, rule: PurgeRule) -> Write:
        if rule.version == 1:
            return Write(
                self._table,
                _item(rule),
                "attribute_not_exists(#name)",
                names={"#name": "name"},
            )
        return Write(
            self._table,
            _item(rule),
            "#version = :before",
            {":before": {"N": str(rule.version - 1)}},
            {"#version": "version"},
        )


def _key(ref: RuleRef) -> Item:
    return {"name": {"S": ref.key}}


@within_limit
def _item(rule: PurgeRule) -> Item:
    """The rule as JSON, with the attributes of conditions, indexes and filters."""
    rule_id: Item = {"ruleId": {"S": rule.rule_id}} if rule.rule_id else {}
    return (
        rule_id
        | _key(rule.ref)
        | {
            "listed": {"S": LISTED},
            "requestedAt": {"S": rule.requested_at.isoformat()},
            "organisation": {"S": rule.organisation or DEFAULT_ORGANISATION},
            "version": {"N": str(rule.version)},
            "status": {"S": rule.status},
            "body": body_of(rule),
        }
    )
