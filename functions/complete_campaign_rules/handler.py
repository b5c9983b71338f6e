"""CompleteCampaignRules: store how a deployment ended."""

from genesys_purge.campaign_rules.deploying.deployment_messages import (
    DeploymentResult,
    DeploymentStep,
)
from genesys_purge.entrypoint import task
from genesys_purge.wiring import campaign_deploying


@task(DeploymentStep)
def handler(message: DeploymentStep) -> DeploymentResult:
    return campaign_deploying.complete_campaign_rules()(message)
