"""PlanCampaignRules: compare a rule set with the deployed rules, and plan the calls."""

from genesys_purge.campaign_rules.deploying.deployment_messages import DeploymentStep
from genesys_purge.entrypoint import task
from genesys_purge.wiring import campaign_deploying


@task(DeploymentStep)
def handler(message: DeploymentStep) -> DeploymentStep:
    return campaign_deploying.plan_campaign_rules()(message)
