"""What all turns of a deployment share: reading it, and writing its next state."""

from __future__ import annotations

from typing import Any

from genesys_purge.campaign_rules.deploying.deployment import (
    Deployment,
    DeploymentOutcome,
    DeploymentStatus,
)
from genesys_purge.campaign_rules.deploying.ports import Deployments
from genesys_purge.errors import PurgeError
from genesys_purge.model.audit import Action, AuditRecord
from genesys_purge.ports import Clock, Meter


class Keeper:
    """Reads deployments and writes their next states, with the audit records of them."""

    def __init__(self, deployments: Deployments, meter: Meter, now: Clock) -> None:
        self._deployments = deployments
        self._meter = meter
        self.now = now

    def get(self, deployment_id: str) -> Deployment:
        return self._deployments.get(deployment_id)

    def put(self, deployment: Deployment, action: Action | None = None, **facts: Any) -> Deployment:
        """Stores the deployment; with an action, its audit record too."""
        record = self.record(deployment, action, **facts) if action else None
        self._deployments.put(deployment, record)
        return deployment

    def finish(
        self, deployment: Deployment, outcome: DeploymentOutcome, told: str | None, **changes: Any
    ) -> Deployment:
        """The end; `told` is what the audit says of it."""
        now = self.now()
        ended = deployment.to(
            DeploymentStatus.FINISHED, outcome=outcome, finished_at=now, **changes
        )
        seconds = round((now - ended.submitted_at).total_seconds(), 3)
        detail = f"{outcome}: {told}" if told else outcome
        self.put(ended, Action.DEPLOYMENT_COMPLETED, detail=detail, latency_seconds=seconds)
        self._meter.count("Deployments" + outcome.title().replace("_", ""))
        self._meter.seconds("DeploymentDuration", seconds)
        return ended

    def roll_back(
        self,
        deployment: Deployment,
        reason: str,
        outcome: DeploymentOutcome = DeploymentOutcome.FAILED,
    ) -> Deployment:
        """Has everything rolled back; `outcome` is of one that has done nothing yet, and ends.

        One that Genesys was seen to have in full ends well, and one on its way back goes on.
        """
        match deployment.status:
            case DeploymentStatus.SUBMITTED:
                return self.finish(deployment, outcome, reason, detail=reason)
            case DeploymentStatus.APPLYING if deployment.is_verified:
                return self.finish(deployment, DeploymentOutcome.DEPLOYED, None)
            case DeploymentStatus.APPLYING:
                return self.put(deployment.rolling_back(reason))
            case DeploymentStatus.ROLLING_BACK | DeploymentStatus.FINISHED:
                return deployment

    def give_up(self, deployment: Deployment, reason: str) -> Deployment:
        """The end of a deployment of which some may be left at Genesys."""
        if deployment.is_verified:
            return self.finish(deployment, DeploymentOutcome.DEPLOYED, None)
        steps = deployment.abandoned_steps()
        return self.finish(deployment, DeploymentOutcome.FAILED, reason, detail=reason, steps=steps)

    def record(self, deployment: Deployment, action: Action, **facts: Any) -> AuditRecord:
        """The fact in the name of whoever asked for the deployment."""
        return AuditRecord(
            run_id=deployment.deployment_id,
            at=self.now(),
            actor=deployment.submitted_by,
            action=action,
            organisation=deployment.organisation,
            **facts,
        )


def reason_of(error: PurgeError) -> str:
    """The error's class and message, for the audit."""
    return f"{type(error).__name__}: {error}"[:1_000]
