"""CompleteCampaignRules: say how a deployment ended."""

from genesys_purge.campaign_rules.deploying.deployment_messages import (
    DeploymentResult,
    DeploymentStep,
)
from genesys_purge.entrypoint import task
from genesys_purge.wiring import campaign_rules


@task(DeploymentStep)
def handler(message: DeploymentStep) -> DeploymentResult:
    return campaign_rules.complete_campaign_rules()(message)
