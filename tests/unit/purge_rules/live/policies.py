"""A retention policy as we send it, and as Genesys lists it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.unit.purge_rules.rule_bench import NAME, condition

QUEUE = "5b0f0b5e-2f6d-4d0e-9a57-0e2f3c1d4b5a"
FILTERS = [
    condition("type", "eq", "voice"),
    condition("queueId", "eq", QUEUE),
    condition("direction", "eq", "inbound"),
]
ASKED: dict[str, Any] = {
    "description": "Two years",
    "scope": {"filters": FILTERS},
    "snapshotBeforeDelete": False,
}
POLICY: dict[str, Any] = {
    "name": NAME,
    "description": "Two years",
    "enabled": True,
    "mediaPolicies": {
        "callPolicy": {
            "conditions": {"forQueues": [{"id": QUEUE}], "directions": ["INBOUND"]},
            "actions": {
                "retainRecording": True,
                "deleteRecording": False,
                "alwaysDelete": False,
                "retentionDuration": {"deleteRetention": {"days": 730}},
            },
        }
    },
}


def at_genesys(**changes: Any) -> dict[str, Any]:
    """The policy as Genesys lists it: with added fields, and with every empty field."""
    call = POLICY["mediaPolicies"]["callPolicy"]
    queue = {"id": QUEUE, "name": "Support", "memberCount": 7}
    empty: dict[str, Any] = {
        "forUsers": [],
        "timeAllowed": None,
        "duration": {"durationTarget": None},
    }
    conditions = {**call["conditions"], **empty, "forQueues": [queue]}
    actions = {**call["actions"], "assignSurveys": [], "integrationExport": None}
    media = {"callPolicy": {"conditions": conditions, "actions": actions}, "emailPolicy": None}
    books = {"id": "policy-7", "order": 3, "createdDate": "2026-11-21T12:00:00Z", "selfUri": "/x"}
    return {**POLICY, **books, "mediaPolicies": media, "conditions": {}, "actions": None} | changes


def listed(*policies: Any) -> Mapping[str, Any]:
    """A page of the list."""
    return {"entities": list(policies)}
