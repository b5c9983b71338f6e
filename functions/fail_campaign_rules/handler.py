"""FailCampaignRules: turn a deployment back that an error ended."""

from genesys_purge.campaign_rules.deploying.deployment_messages import DeploymentStep
from genesys_purge.entrypoint import task
from genesys_purge.model.messages import Failure
from genesys_purge.wiring import campaign_rules


@task(Failure)
def handler(message: Failure) -> DeploymentStep:
    return campaign_rules.fail_campaign_rules()(message)
