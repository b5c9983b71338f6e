"""RecoverCampaignRules: put a deployment back whose execution was stopped or broke."""

from genesys_purge.campaign_rules.deploying.deployment_messages import (
    DeploymentRef,
    StoppedExecution,
)
from genesys_purge.entrypoint import task
from genesys_purge.wiring import campaign_rules


@task(StoppedExecution)
def handler(message: StoppedExecution) -> DeploymentRef:
    return campaign_rules.recover_campaign_rules()(message)
