"""ExportCampaignRuleChanges: export rule changes to S3, daily and on request."""

from genesys_purge.campaign_rules.exporting.campaign_export import Exported
from genesys_purge.entrypoint import submission
from genesys_purge.model.submission import Submission
from genesys_purge.wiring import campaign_exporting


@submission(status=200)
def handler(submitted: Submission) -> Exported:
    return campaign_exporting.export_campaign_rule_changes()(submitted)
