"""FailCampaignRules: end a deployment after an error, or start to roll it back."""

from genesys_purge.campaign_rules.deploying.deployment_messages import DeploymentStep
from genesys_purge.entrypoint import task
from genesys_purge.model.messages import Failure
from genesys_purge.wiring import campaign_deploying


@task(Failure)
def handler(message: Failure) -> DeploymentStep:
    return campaign_deploying.fail_campaign_rules()(message)
