"""Deployments in DynamoDB, and the active deployment of each campaign."""

from __future__ import annotations

from typing import TYPE_CHECKING

from genesys_purge.campaign_rules.campaign import Campaign
from genesys_purge.campaign_rules.deploying.deployment import Deployment, DeploymentStatus
from genesys_purge.campaign_rules.deploying.deployment_list import (
    DeploymentEntry,
    DeploymentPage,
)
from genesys_purge.errors import LostRace, NotFound
from genesys_purge.model.audit import AuditRecord
from genesys_purge.model.listing import DEFAULT_ORGANISATION, Listing
from genesys_purge.store.found import Found, unnoticed
from genesys_purge.store.items import body_of
from genesys_purge.store.ledger import Ledger
from genesys_purge.store.newest_first import Index, newest_first
from genesys_purge.store.sizes import within_limit
from genesys_purge.store.transactions import Write

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

    from genesys_purge.store.sizes import Item

# All deployments share one partition of the index, because they are few and listed by time.
REST = {"kind": "deployment"}
NO_HOLDER = "-"
FREE = "attribute_not_exists(deploymentId) OR holder = :holder"
HELD = "holder = :holder"
# Another deployment may release the campaign between the failed write and the read.
ATTEMPTS = 3


class DynamoDeployments:
    """Implements the `Deployments` port over the deployments table and the ledger."""

    def __init__(
        self, client: DynamoDBClient, table: str, ledger: Ledger, found: Found = unnoticed
    ) -> None:
        self._client = client
        self._table = table
        self._ledger = ledger
        self._found = found

    def begin(self, deployment: Deployment, record: AuditRecord) -> Deployment:
        self._found(deployment.organisation, deployment_id=deployment.deployment_id)
        for _ in range(ATTEMPTS):
            try:
                self._ledger.commit(self._first_writes(deployment), record)
            except LostRace:
                stored = self._of_campaign(deployment.campaign)
                if stored and stored.status is not DeploymentStatus.FINISHED:
                    return stored
            else:
                return deployment
        raise LostRace(
            f"campaign {deployment.campaign.key} was busy in {ATTEMPTS} attempts; submit again"
        )

    def get(self, deployment_id: str) -> Deployment:
        item = self._item(deployment_id)
        if item is None or "body" not in item:
            raise NotFound(f"there is no deployment {deployment_id}")
        deployment = Deployment.model_validate_json(item["body"]["S"])
        self._found(deployment.organisation, deployment_id=deployment_id)
        return deployment

    def put(self, deployment: Deployment, record: AuditRecord | None = None) -> None:
        successor = Write(
            self._table,
            _deployment_item(deployment),
            "#version = :before",
            {":before": {"N": str(deployment.version - 1)}},
            {"#version": "version"},
        )
        ends = deployment.status is DeploymentStatus.FINISHED and not deployment.is_dry
        writes = [successor, self._release(deployment)] if ends else [successor]
        self._ledger.commit(writes, record)

    def listed(self, listing: Listing) -> DeploymentPage:
        index = Index(self._table, "SubmittedIndex", "kind", "submittedAt", "deploymentId", REST)
        page = newest_first(self._client, index, listing)
        found = [DeploymentEntry.model_validate_json(item["entry"]["S"]) for item in page.items]
        return DeploymentPage(found, page.following)

    def _first_writes(self, deployment: Deployment) -> list[Write]:
        fresh = "attribute_not_exists(deploymentId)"
        first_write = Write(self._table, _deployment_item(deployment), fresh)
        return [first_write] if deployment.is_dry else [first_write, self._hold(deployment)]

    def _hold(self, deployment: Deployment) -> Write:
        item = _campaign_item(deployment.campaign, deployment.deployment_id)
        return Write(self._table, item, FREE, {":holder": {"S": NO_HOLDER}})

    def _release(self, deployment: Deployment) -> Write:
        held: Item = {":holder": {"S": deployment.deployment_id}}
        return Write(self._table, _campaign_item(deployment.campaign, NO_HOLDER), HELD, held)

    def _of_campaign(self, campaign: Campaign) -> Deployment | None:
        """The deployment that holds the campaign."""
        item = self._item(_campaign_key(campaign))
        holder = item["holder"]["S"] if item else NO_HOLDER
        return None if holder == NO_HOLDER else self.get(holder)

    def _item(self, key: str) -> Item | None:
        answer = self._client.get_item(
            TableName=self._table, Key={"deploymentId": {"S": key}}, ConsistentRead=True
        )
        return answer.get("Item")


def _campaign_key(campaign: Campaign) -> str:
    return f"campaign#{campaign.key}"


def _campaign_item(campaign: Campaign, holder: str) -> Item:
    return {"deploymentId": {"S": _campaign_key(campaign)}, "holder": {"S": holder}}


@within_limit
def _deployment_item(deployment: Deployment) -> Item:
    """The deployment as JSON, with the attributes of conditions and of its index."""
    return {
        "deploymentId": {"S": deployment.deployment_id},
        "version": {"N": str(deployment.version)},
        "kind": {"S": REST["kind"]},
        "submittedAt": {"S": deployment.submitted_at.isoformat()},
        "status": {"S": deployment.status},
        "campaignId": {"S": deployment.campaign_id},
        "organisation": {"S": deployment.organisation or DEFAULT_ORGANISATION},
        "entry": body_of(DeploymentEntry.of(deployment)),
        "body": {"S": deployment.model_dump_json(by_alias=True, exclude_none=True)},
    }
