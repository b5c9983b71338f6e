"""RollBackCampaignRules: undo what a deployment changed."""

from genesys_purge.campaign_rules.deploying.deployment_messages import DeploymentStep
from genesys_purge.entrypoint import task
from genesys_purge.wiring import campaign_rules


@task(DeploymentStep)
def handler(message: DeploymentStep) -> DeploymentStep:
    return campaign_rules.roll_back_campaign_rules()(message)
