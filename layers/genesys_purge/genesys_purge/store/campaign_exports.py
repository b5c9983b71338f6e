"""The progress of each campaign's export, in DynamoDB."""

from __future__ import annotations

from typing import TYPE_CHECKING

from genesys_purge.campaign_rules.campaign import Campaign
from genesys_purge.campaign_rules.exporting.campaign_export import CampaignExport
from genesys_purge.model.audit import AuditRecord
from genesys_purge.store.ledger import Ledger
from genesys_purge.store.transactions import Write

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

    from genesys_purge.store.sizes import Item


class DynamoChangeExports:
    """Implements the `ChangeExports` port over the exports table and the ledger."""

    def __init__(self, client: DynamoDBClient, table: str, ledger: Ledger) -> None:
        self._client = client
        self._table = table
        self._ledger = ledger

    def get(self, campaign: Campaign) -> CampaignExport | None:
        answer = self._client.get_item(
            TableName=self._table, Key=_key(campaign), ConsistentRead=True
        )
        item = answer.get("Item")
        return CampaignExport.model_validate_json(item["body"]["S"]) if item else None

    def put(self, export: CampaignExport, record: AuditRecord | None = None) -> None:
        self._ledger.commit([self._write(export)], record)

    def _write(self, export: CampaignExport) -> Write:
        item = _item(export)
        if export.version == 1:
            return Write(self._table, item, "attribute_not_exists(campaignId)")
        return Write(
            self._table,
            item,
            "#version = :before",
            {":before": {"N": str(export.version - 1)}},
            {"#version": "version"},
        )


def _key(campaign: Campaign) -> Item:
    return {"campaignId": {"S": campaign.key}}


def _item(export: CampaignExport) -> Item:
    return _key(export.campaign) | {
        "version": {"N": str(export.version)},
        "body": {"S": export.model_dump_json(by_alias=True, exclude_none=True)},
    }
