"""FailCampaignRules: an error that no turn has dealt with ends a deployment, or turns it back."""

from __future__ import annotations

from genesys_purge.campaign_rules.deploying.deployment import DeploymentOutcome, DeploymentStatus
from genesys_purge.campaign_rules.deploying.deployment_messages import DeploymentStep
from genesys_purge.campaign_rules.deploying.keeping import Keeper
from genesys_purge.error_codec import decoded
from genesys_purge.model.messages import Failure


class FailCampaignRules:
    """What fails while it is being rolled back is not tried for ever."""

    def __init__(self, keeper: Keeper) -> None:
        self._keeper = keeper

    def __call__(self, failure: Failure) -> DeploymentStep:
        deployment = self._keeper.get(failure.run_id)
        error = decoded(failure.error, failure.cause)
        if deployment.status is DeploymentStatus.ROLLING_BACK:
            return DeploymentStep.of(self._keeper.give_up(deployment, error.reason))
        outcome = DeploymentOutcome.REJECTED if error.is_the_callers else DeploymentOutcome.FAILED
        return DeploymentStep.of(self._keeper.roll_back(deployment, error.reason, outcome))
