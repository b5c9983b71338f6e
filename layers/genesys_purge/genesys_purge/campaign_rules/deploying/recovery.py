"""What becomes of a deployment whose execution ended before it did."""

from __future__ import annotations

from contextlib import suppress

from genesys_purge.campaign_rules.deploying.deployment import Deployment, DeploymentStatus
from genesys_purge.campaign_rules.deploying.deployment_messages import (
    DeploymentRef,
    DeploymentStep,
    StoppedExecution,
)
from genesys_purge.campaign_rules.deploying.keeping import Keeper
from genesys_purge.campaign_rules.deploying.ports import DeploymentExecutions
from genesys_purge.campaign_rules.deploying.waiting import LEASE, MOST_RECOVERIES
from genesys_purge.errors import LostRace

RACES = 50


class Recovery:
    """Hands a deployment to a new execution; after several in vain it ends as `failed`."""

    def __init__(self, keeper: Keeper, executions: DeploymentExecutions) -> None:
        self._keeper = keeper
        self._executions = executions

    def resume(self, deployment: Deployment) -> Deployment:
        """Goes on where it was."""
        if deployment.status is DeploymentStatus.FINISHED:
            return deployment
        number = deployment.recoveries + 1
        if number > MOST_RECOVERIES:
            reason = f"given up after {number} executions; the last one was lost, too"
            return self._keeper.give_up(deployment, reason)
        until = self._keeper.now() + LEASE
        handed_on = deployment.to(deployment.status, recoveries=number, until=until)
        self._keeper.put(handed_on)
        name = f"{handed_on.deployment_id}.{number}"
        self._executions.start(name, DeploymentStep.of(handed_on))
        return handed_on

    def roll_back(self, deployment: Deployment, reason: str) -> Deployment:
        """Goes back; a deployment that only was not told to have ended well ends well."""
        return self.resume(self._keeper.roll_back(deployment, reason))


class RecoverCampaignRules:
    """The consumer of what EventBridge tells of executions that were stopped, failed or timed out.

    An execution also fails where its deployment ended without success: that one stays as it is.
    """

    def __init__(self, keeper: Keeper, recovery: Recovery) -> None:
        self._keeper = keeper
        self._recovery = recovery

    def __call__(self, message: StoppedExecution) -> DeploymentRef:
        """A task of the execution may outlive it, and is raced until it has lost."""
        deployment_id = message.execution.partition(".")[0]
        for _ in range(RACES):
            deployment = self._keeper.get(deployment_id)
            with suppress(LostRace):
                self._recovery.roll_back(deployment, f"the execution ended as {message.status}")
                return DeploymentRef(deployment_id=deployment_id)
        raise LostRace(f"the deployment {deployment_id} stayed busy")
