"""Purge policies for tests."""

from __future__ import annotations

from typing import Any

from genesys_purge.model.audit import Action, AuditRecord
from genesys_purge.policies.document import (
    BlackoutDay,
    PolicyDocument,
    PolicyVersion,
    approved_since,
)
from genesys_purge.policies.ports import PolicyStore

from tests.clock import NOON

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


def version(number: int = 1, **changes: Any) -> PolicyVersion:
    """A stored version of the policy."""
    document = PolicyDocument.parse(policy(**changes))
    return PolicyVersion(
        name=document.name,
        version=number,
        approves_since=number,
        hash=document.hash,
        document=document,
        applied_at=NOON,
        applied_by="arn:aws:iam::123456789012:user/records",
        person_id="user:AIDARECORDS",
    )


def stored(
    policies: PolicyStore, days: tuple[BlackoutDay, ...] = (), **changes: Any
) -> PolicyVersion:
    """The next version of the policy, which is stored; `days` are its blackout days."""
    latest = policies.latest(policy(**changes)["name"])
    found = version(latest.version + 1 if latest else 1, **changes)
    since = approved_since(found.version, found.document, latest)
    found = found.model_copy(update={"blackout_days": days, "approves_since": since})
    policies.put(
        found, AuditRecord(run_id="policy", at=NOON, actor="a", action=Action.POLICY_APPLIED)
    )
    return found
