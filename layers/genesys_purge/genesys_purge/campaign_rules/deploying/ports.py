"""The stored deployments and the state machine that deploys them."""

from __future__ import annotations

from typing import Protocol

from genesys_purge.campaign_rules.deploying.deployment import Deployment
from genesys_purge.campaign_rules.deploying.deployment_list import DeploymentPage
from genesys_purge.campaign_rules.deploying.deployment_messages import DeploymentStep
from genesys_purge.model.audit import AuditRecord
from genesys_purge.model.listing import Listing


class Deployments(Protocol):
    """Deployments by id; a change and its audit record are one write."""

    def begin(self, deployment: Deployment, record: AuditRecord) -> Deployment:
        """Store a new deployment, or return the one of its campaign that is in progress.

        A dry run neither blocks a campaign nor is blocked.
        """

    def get(self, deployment_id: str) -> Deployment:
        """The stored deployment; NotFound if there is none."""

    def put(self, deployment: Deployment, record: AuditRecord | None = None) -> None:
        """Store a deployment's next version; a finished one releases its campaign.

        LostRace unless the stored version is its predecessor.
        """

    def listed(self, listing: Listing) -> DeploymentPage:
        """A page of the deployments by the time of their submission; it may lag a moment.

        With filters, a page may be short, or empty, and still have a next one. InvalidRequest for a
        wrong position.
        """


class DeploymentExecutions(Protocol):
    """The state machine that deploys."""

    def start(self, name: str, step: DeploymentStep) -> None:
        """Start an execution with that step; no effect if the name is already used."""
