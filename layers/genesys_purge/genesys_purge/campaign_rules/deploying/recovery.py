"""Recovers a deployment whose execution ended before it did."""

from __future__ import annotations

from contextlib import suppress

from genesys_purge.campaign_rules.deploying.deployment import Deployment, DeploymentStatus
from genesys_purge.campaign_rules.deploying.deployment_messages import (
    DeploymentRef,
    DeploymentStep,
    StoppedExecution,
)
from genesys_purge.campaign_rules.deploying.deployment_writer import DeploymentWriter
from genesys_purge.campaign_rules.deploying.ports import DeploymentExecutions
from genesys_purge.campaign_rules.deploying.waiting import MOST_RECOVERIES
from genesys_purge.errors import LostRace

RACES = 50


class Recovery:
    """Starts another execution; after several lost ones the deployment ends as `failed`."""

    def __init__(self, writer: DeploymentWriter, executions: DeploymentExecutions) -> None:
        self._writer = writer
        self._executions = executions

    def resume(self, deployment: Deployment) -> Deployment:
        """Continues the deployment where it stopped."""
        if deployment.status is DeploymentStatus.FINISHED:
            return deployment
        number = deployment.recoveries + 1
        if number > MOST_RECOVERIES:
            return self._writer.give_up(deployment, f"gave up after {number} lost executions")
        resumed = self._writer.put(
            deployment.to(
                deployment.status, recoveries=number, execution_started_at=self._writer.now()
            )
        )
        name = f"{resumed.deployment_id}.{number}"
        self._executions.start(name, DeploymentStep.of(resumed))
        return resumed

    def roll_back(self, deployment: Deployment, reason: str) -> Deployment:
        """Rolls the deployment back; a fully verified one is marked `deployed` instead."""
        return self.resume(self._writer.roll_back(deployment, reason))


class RecoverCampaignRules:
    """Handles EventBridge's events of executions that were stopped, failed or timed out.

    An execution also fails if its deployment ended without success; that deployment is kept.
    """

    def __init__(self, writer: DeploymentWriter, recovery: Recovery) -> None:
        self._writer = writer
        self._recovery = recovery

    def __call__(self, message: StoppedExecution) -> DeploymentRef:
        """Retries while a task that outlived its execution still writes to the deployment."""
        deployment_id = message.execution.partition(".")[0]
        for _ in range(RACES):
            deployment = self._writer.get(deployment_id)
            with suppress(LostRace):
                self._recovery.roll_back(deployment, f"the execution ended as {message.status}")
                return DeploymentRef(deployment_id=deployment_id)
        raise LostRace(f"the deployment {deployment_id} stayed busy")
