"""RecoverCampaignRules: roll back a deployment whose execution was stopped or failed."""

from genesys_purge.campaign_rules.deploying.deployment_messages import (
    DeploymentRef,
    StoppedExecution,
)
from genesys_purge.entrypoint import task
from genesys_purge.wiring import campaign_deploying


@task(StoppedExecution)
def handler(message: StoppedExecution) -> DeploymentRef:
    return campaign_deploying.recover_campaign_rules()(message)
