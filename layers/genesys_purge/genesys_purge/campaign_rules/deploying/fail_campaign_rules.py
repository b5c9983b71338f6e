"""FailCampaignRules: an unhandled error ends a deployment, or starts to roll it back."""

from __future__ import annotations

from genesys_purge.campaign_rules.deploying.deployment import DeploymentOutcome, DeploymentStatus
from genesys_purge.campaign_rules.deploying.deployment_messages import DeploymentStep
from genesys_purge.campaign_rules.deploying.deployment_writer import DeploymentWriter
from genesys_purge.error_codec import decoded
from genesys_purge.model.messages import Failure


class FailCampaignRules:
    """An error during a roll back ends the deployment as failed."""

    def __init__(self, writer: DeploymentWriter) -> None:
        self._writer = writer

    def __call__(self, failure: Failure) -> DeploymentStep:
        deployment = self._writer.get(failure.run_id)
        error = decoded(failure.error, failure.cause)
        if deployment.status is DeploymentStatus.ROLLING_BACK:
            return DeploymentStep.of(self._writer.give_up(deployment, error.reason))
        outcome = DeploymentOutcome.REJECTED if error.is_caller_error else DeploymentOutcome.FAILED
        return DeploymentStep.of(self._writer.roll_back(deployment, error.reason, outcome))
