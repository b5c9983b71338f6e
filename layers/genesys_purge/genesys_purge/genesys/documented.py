"""What the documents describe and the live platform has not, and what to use there instead."""

from __future__ import annotations

import re

from genesys_purge.model.platform import INSTEAD as METHODS
from genesys_purge.ports import Operation

MISSING, BAD_REQUEST = 404, 400
DETAILS = "/api/v2/analytics/conversations/details/query"
CAMPAIGN_RULES = (
    "GenesysPlatform=live, with which rules go to /api/v2/outbound/campaignrules for what a "
    "campaign does, to /api/v2/outbound/rulesets for what depends on a contact"
)
INSTEAD = {
    "/api/v2/data/deletion/requests": METHODS["data_deletion"],
    "/api/v2/interactions/purge": METHODS["interaction_purge"],
    "/api/v2/analytics/conversations/purge": METHODS["conversation_archive"],
    "/api/v2/purgerules": "a schedule of ours that submits method recording_job or, for what is "
    "still to be recorded, GenesysPlatform live, where a rule becomes a media retention policy",
    "/api/v2/platform/webhooks": "our notifications; Genesys reports to EventBridge alone",
    "/api/v2/outbound/campaigns/{}/rules": CAMPAIGN_RULES,
    "/api/v2/outbound/campaigns/{}/rules/{}": CAMPAIGN_RULES,
    "/api/v2/analytics/events/query": "POST /api/v2/audits/query with serviceName Outbound, or "
    "Genesys's EventBridge partner source",
}


def advice(operation: Operation, status: int) -> str:
    """What to add to the error of an answer with `status`; empty where there is nothing to say."""
    path = re.sub(r"\{\w+\}", "{}", operation.path.partition("?")[0])
    if status == MISSING and path in INSTEAD:
        return f"; the live platform does not have this: use {INSTEAD[path]}"
    if status == BAD_REQUEST and path == DETAILS and not operation.is_live:
        return (
            "; the live platform wants another form of this query: if this is one, set "
            "GenesysPlatform=live and use method recording_job with dateRange, mediaTypes or "
            "conversationIds, or gdpr_request for one data subject"
        )
    return ""
