"""Purge policies for tests."""

from __future__ import annotations

from typing import Any

REQUEST: dict[str, Any] = {
    "method": "interaction_purge",
    "reason": "Retention schedule of the company",
    "interactionType": "voice",
    "dateRange": {"olderThanDays": 400, "lookbackDays": 90},
    "retentionDays": 400,
    "classification": "internal",
    "purgeType": "permanent",
}
BOUNDS: dict[str, Any] = {
    "maxRecordsPerRun": 1_000,
    "maxRecordsPerMonth": 5_000,
    "maxRunsPerMonth": 31,
    "minimumAgeDays": 400,
}


def policy(**changes: Any) -> dict[str, Any]:
    """A policy that runs each night in Berlin; None takes a field away."""
    given = {
        "name": "nightly-voice",
        "request": REQUEST,
        "schedule": "cron(0 3 * * ? *)",
        "timeZone": "Europe/Berlin",
        "owner": "records@example.com",
        "enabled": True,
        "bounds": BOUNDS,
        "validUntil": "2027-01-31T00:00:00Z",
    }
    return {name: value for name, value in (given | changes).items() if value is not None}
