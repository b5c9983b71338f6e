"""Advice for documented operations that the live platform does not have."""

from __future__ import annotations

from genesys_purge.operation import Operation

MISSING, BAD_REQUEST = 404, 400
DETAILS = "/api/v2/analytics/conversations/details/query"


def advice(operation: Operation, status: int) -> str | None:
    """The advice for `status`, if a documented operation was sent to the live platform."""
    if status == MISSING and operation.instead:
        return f"the live platform does not have this operation; use {operation.instead}"
    if status == BAD_REQUEST and operation.path == DETAILS and not operation.is_live:
        return (
            "if this organisation is on the live platform, set GenesysPlatform=live and use method "
            "recording_job with dateRange, mediaTypes or conversationIds, or gdpr_request for one "
            "data subject"
        )
    return None
