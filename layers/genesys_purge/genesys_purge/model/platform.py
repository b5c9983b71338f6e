"""What an organisation has of Genesys Cloud, and what to use there for what only documents have."""

from __future__ import annotations

DOCUMENTED, LIVE = PLATFORMS = ("documented", "live")

# By the method of the documented contract.
INSTEAD = {
    "data_deletion": "method recording_job for the recordings of a date range, or "
    "gdpr_request for all there is about one data subject; retentionPolicyOverride is "
    "includePolicyBasedRecordings there, and a jurisdiction is another organisation (field "
    "organisation)",
    "interaction_purge": "method recording_job with mediaTypes and dateRange; there is no soft "
    "delete and no filter on attributes, and sms and social are mediaTypes message",
    "conversation_archive": "method recording_job with conversationIds",
}
