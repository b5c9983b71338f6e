"""What the use cases of campaign rules see of the world, beside the ports of all."""

from __future__ import annotations

from typing import Protocol

from genesys_purge.model.audit import AuditRecord
from genesys_purge.model.deployment import Deployment
from genesys_purge.model.deployment_messages import DeploymentStep


class Deployments(Protocol):
    """Deployments by id; a change and the audit record of it are one write."""

    def begin(self, deployment: Deployment, record: AuditRecord) -> Deployment:
        """Store a new deployment; where its campaign has one in progress, only answer that.

        A dry run is in nobody's way and has nobody in its own.
        """

    def get(self, deployment_id: str) -> Deployment:
        """The deployment as it stands; NotFound where there is none."""

    def put(self, deployment: Deployment, record: AuditRecord | None = None) -> None:
        """Store a deployment's next version; one that is finished lets go of its campaign.

        LostRace unless the stored one is its predecessor.
        """


class DeploymentExecutions(Protocol):
    """The state machine that deploys."""

    def start(self, name: str, step: DeploymentStep) -> None:
        """Start an execution with that step; another of that name changes nothing."""
