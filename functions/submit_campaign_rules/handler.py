"""SubmitCampaignRules: the entry point for other AWS services and `POST /campaign-rules`."""

from genesys_purge.campaign_rules.deploying.deployment_messages import SubmittedDeployment
from genesys_purge.entrypoint import submission
from genesys_purge.model.submission import Submission
from genesys_purge.wiring import campaign_deploying


@submission(status=202)
def handler(submitted: Submission) -> SubmittedDeployment:
    return campaign_deploying.submit_campaign_rules()(submitted)
