"""The entries of the list of deployments, read from its index and from the in-memory twin."""

from __future__ import annotations

from genesys_purge.campaign_rules.deploying.deployment import DeploymentOutcome, DeploymentStatus
from genesys_purge.model.listing import Listing

from tests.clock import NOON
from tests.unit.store.test_deployments import (
    EMEA,
    DeploymentTables,
    begin,
    deployment,
    deployment_aws,
    tables,
)

__all__ = ["deployment_aws", "tables"]


def test_entry_has_the_latest_state_and_counts(tables: DeploymentTables) -> None:
    stored = begin(tables, deployment(1, document=EMEA | {"rules": [{"name": "A"}]}))
    tables.deployments.put(
        stored.to(DeploymentStatus.FINISHED, outcome=DeploymentOutcome.REJECTED, finished_at=NOON)
    )
    (entry,) = tables.deployments.listed(Listing()).entries
    assert entry.to_json() == {
        "deploymentId": "rules-1",
        "campaignId": "campaign-1",
        "organisation": "emea",
        "status": "finished",
        "outcome": "rejected",
        "submittedAt": "2026-11-21T12:00:00Z",
        "submittedBy": "tests",
        "finishedAt": "2026-11-21T12:00:00Z",
        "counts": {"rules": 1},
    }


def test_deployments_of_one_campaign_are_selected(tables: DeploymentTables) -> None:
    begin(tables, deployment(1))
    begin(tables, deployment(2, campaign_id="campaign-2"))
    begin(tables, deployment(3, campaign_id="campaign-2", is_dry=True))
    found = tables.deployments.listed(Listing(values={"campaignId": "campaign-2"})).entries
    assert sorted(each.deployment_id for each in found) == ["rules-2", "rules-3"]
