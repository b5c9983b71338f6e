"""The answers about stored purge rules and their audit records."""

from __future__ import annotations

from typing import Any

from genesys_purge.model.audit import AuditRecord
from genesys_purge.model.dates import zulu
from genesys_purge.purge_rules.purge_rule import PurgeRule

# The names of D1 for fields of audit records.
DOCUMENTED = {
    "at": "timestamp",
    "latencySeconds": "latencySec",
    "targeted": "targetedCount",
    "deleted": "deletedCount",
}
# The fields of a rule that a list shows; a scope may be long.
LISTED = ("type", "enabled", "schedule", "retentionPeriod")


def listed(rule: PurgeRule) -> dict[str, Any]:
    """The rule with its schedule and state, short enough for a page of 200."""
    given = {name: rule.request[name] for name in LISTED}
    return _state(rule) | {"rule": given, **_detail(rule)}


def shown(rule: PurgeRule) -> dict[str, Any]:
    """The whole rule with its state, as requested and as Genesys received it."""
    return _state(rule) | {
        "attempts": rule.attempt.number,
        "rule": dict(rule.request),
        "definition": dict(rule.definition),
        "policy": rule.policy.to_json(),
        **_detail(rule),
    }


def audited(record: AuditRecord) -> dict[str, Any]:
    """The audit record in the words of D1."""
    return {DOCUMENTED.get(name, name): value for name, value in record.to_json().items()}


def _state(rule: PurgeRule) -> dict[str, Any]:
    state = {
        "name": rule.name,
        "organisation": rule.organisation,
        "ruleId": rule.rule_id,
        "webhookId": rule.webhook_id,
        "status": rule.status,
        "requestedAt": zulu(rule.requested_at),
        "requestedBy": rule.requested_by,
    }
    return {name: value for name, value in state.items() if value is not None}


def _detail(rule: PurgeRule) -> dict[str, str]:
    """What is special about the rule, or why its creation failed."""
    detail = rule.detail or rule.attempt.reason
    return {"detail": detail} if detail else {}
