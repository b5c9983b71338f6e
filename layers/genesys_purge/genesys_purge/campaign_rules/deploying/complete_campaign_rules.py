"""CompleteCampaignRules: store how a deployment ended, and release its campaign."""

from __future__ import annotations

from genesys_purge.campaign_rules.deploying.deployment import (
    Deployment,
    DeploymentOutcome,
    DeploymentStatus,
)
from genesys_purge.campaign_rules.deploying.deployment_messages import (
    DeploymentResult,
    DeploymentStep,
)
from genesys_purge.campaign_rules.deploying.deployment_writer import DeploymentWriter


class CompleteCampaignRules:
    """The last task; a repeated call returns the same result."""

    def __init__(self, writer: DeploymentWriter) -> None:
        self._writer = writer

    def __call__(self, message: DeploymentStep) -> DeploymentResult:
        deployment = self._writer.get(message.deployment_id)
        if deployment.outcome is None:
            deployment = self._ended(deployment)
        outcome = deployment.outcome or DeploymentOutcome.FAILED
        return DeploymentResult.of(deployment.deployment_id, outcome)

    def _ended(self, deployment: Deployment) -> Deployment:
        if deployment.is_verified:
            return self._writer.finish(deployment, DeploymentOutcome.DEPLOYED, None)
        is_back = deployment.status is DeploymentStatus.ROLLING_BACK and deployment.is_as_before
        outcome = DeploymentOutcome.ROLLED_BACK if is_back else DeploymentOutcome.FAILED
        return self._writer.finish(deployment, outcome, deployment.detail)
