"""Calls of purge rules and webhooks, for tests."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx

from simulator import Conversation, Corpus
from tests.simulator.caller import NOW, Caller

RULES = "/api/v2/purgerules"
WEBHOOKS = "/api/v2/platform/webhooks"
CALLBACK = "https://receiver.test/webhooks/genesys"


def rule(**changes: object) -> dict[str, Any]:
    """A valid rule with some fields changed; it runs daily and keeps records for a year."""
    return {
        "name": "old voice",
        "description": "voice is kept for a year",
        "type": "conversation",
        "enabled": True,
        "scope": {"filters": [{"field": "status", "operator": "eq", "value": "completed"}]},
        "schedule": {"recurrence": "daily", "timeOfDay": "02:00:00", "timezone": "UTC"},
        "retentionPeriod": {"days": 365},
        "maxBatchSize": 100,
        "snapshotBeforeDelete": True,
        "complianceLockCheck": True,
    } | changes


def scope(*filters: tuple[str, str, object]) -> dict[str, Any]:
    """A scope with filters of field, operator and value."""
    return {
        "filters": [
            {"field": field, "operator": operator, "value": value}
            for field, operator, value in filters
        ]
    }


def schedule(at: str = "02:00:00", **changes: str) -> dict[str, str]:
    """A daily schedule in UTC, with some fields changed."""
    return {"recurrence": "daily", "timeOfDay": at, "timezone": "UTC"} | changes


def create_rule(caller: Caller, **changes: object) -> httpx.Response:
    """Creates a rule."""
    return caller.http.post(RULES, json=rule(**changes))


def created_rule(caller: Caller, **changes: object) -> str:
    """Creates a rule and returns its id."""
    return str(create_rule(caller, **changes).raise_for_status().json()["id"])


def webhook(rule_id: str, **changes: object) -> dict[str, Any]:
    """A valid webhook of a rule, with some fields changed."""
    return {
        "name": "purges",
        "description": "reports purges",
        "callbackUrl": CALLBACK,
        "events": ["purgerules:rule:execute"],
        "config": {"ruleId": rule_id},
    } | changes


def register_webhook(caller: Caller, rule_id: str, **changes: object) -> httpx.Response:
    """Registers a webhook."""
    return caller.http.post(WEBHOOKS, json=webhook(rule_id, **changes))


def force(caller: Caller, rule_id: str, body: object = None) -> dict[str, Any]:
    """Executes a rule now."""
    path = f"/_simulator/rules/{rule_id}/execute"
    answer: dict[str, Any] = caller.http.post(path, json=body or {}).raise_for_status().json()
    return answer


def executions(caller: Caller, rule_id: str) -> list[dict[str, Any]]:
    """The executions of a rule."""
    rows = caller.http.get("/_simulator/rules").json()["rules"]
    [found] = [each["executions"] for each in rows if each["id"] == rule_id]
    return list(found)


def deliveries(caller: Caller) -> list[dict[str, Any]]:
    """The deliveries to every webhook."""
    rows = caller.http.get("/_simulator/webhooks").json()["webhooks"]
    return [each for row in rows for each in row["deliveries"]]


def corpus(*conversations: Conversation) -> Corpus:
    """A corpus of these conversations."""
    return Corpus.of(conversations, now=NOW)


def conversation(name: str, ended_days_ago: float = 400, **fields: Any) -> Conversation:
    """An old, completed voice conversation, with some fields changed."""
    end = NOW - timedelta(days=ended_days_ago)
    return Conversation(name, start=end, **{"end": end, **fields})


@dataclass(frozen=True)
class Posted:
    """One request to the fake sender."""

    url: str
    content: bytes
    headers: dict[str, str]


class FakeSender:
    """Returns the given statuses or raises the given errors in order, then returns 200."""

    def __init__(self, outcomes: Iterable[int | Exception] = ()) -> None:
        self.posted: list[Posted] = []
        self._outcomes = list(outcomes)

    def post(self, url: str, *, content: bytes, headers: dict[str, str]) -> httpx.Response:
        """Records the request."""
        self.posted.append(Posted(url, content, headers))
        outcome = self._outcomes.pop(0) if self._outcomes else 200
        if isinstance(outcome, Exception):
            raise outcome
        return httpx.Response(outcome)
