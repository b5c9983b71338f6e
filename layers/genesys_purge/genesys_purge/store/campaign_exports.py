"""How far each campaign's changes are exported, in DynamoDB."""

from __future__ import annotations

from typing import TYPE_CHECKING

from genesys_purge.campaign_rules.campaign import Campaign
from genesys_purge.campaign_rules.exporting.campaign_export import CampaignExport
from genesys_purge.model.audit import AuditRecord
from genesys_purge.store import items
from genesys_purge.store.ledger import Ledger, Write

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class DynamoChangeExports:
    """Implements the `ChangeExports` port over the exports table and the ledger."""

    def __init__(self, client: DynamoDBClient, table: str, ledger: Ledger) -> None:
        self._client = client
        self._table = table
        self._ledger = ledger

    def get(self, campaign: Campaign) -> CampaignExport | None:
        answer = self._client.get_item(
            TableName=self._table, Key=items.export_key(campaign), ConsistentRead=True
        )
        item = answer.get("Item")
        return items.export_in(item) if item else None

    def put(self, export: CampaignExport, record: AuditRecord | None = None) -> None:
        self._ledger.commit([self._write(export)], record)

    def _write(self, export: CampaignExport) -> Write:
        item = items.export_item(export)
        if export.version == 1:
            return Write(self._table, item, "attribute_not_exists(campaignId)")
        return Write(
            self._table,
            item,
            "#version = :before",
            {":before": {"N": str(export.version - 1)}},
            {"#version": "version"},
        )
