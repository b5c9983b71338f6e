"""Calls of campaign rules and events, for tests."""

from __future__ import annotations

from typing import Any

import httpx

from simulator import Operation
from tests.simulator.caller import Caller

RULES = "/api/v2/outbound/campaigns/campaign-1/rules"
OTHER_RULES = "/api/v2/outbound/campaigns/campaign-2/rules"
EVENTS = "/api/v2/analytics/events/query"


def rule(number: int = 1, **changes: object) -> dict[str, Any]:
    """A valid rule with some fields changed; its number sets the name and the order."""
    return {
        "name": f"rule {number}",
        "description": "valued customers first",
        "version": 1,
        "priority": 10,
        "executionOrder": number,
        "conditions": [
            {
                "attribute": "customFields.lifetimeValue",
                "operator": "greaterThan",
                "value": "1000.5",
                "type": "number",
            },
            {"attribute": "region", "operator": "in", "value": '["eu","us"]', "type": "string"},
        ],
        "actions": [{"type": "setList", "listId": "list-1", "value": "vip"}],
        "enabled": True,
    } | changes


def event_query(**changes: object) -> dict[str, Any]:
    """A valid query for a day of all events of campaign-1, with some fields changed."""
    return {
        "eventNames": ["outbound.rule.created", "outbound.rule.updated"],
        "query": "campaignId eq 'campaign-1'",
        "interval": "24h",
    } | changes


def create(caller: Caller, number: int = 1, path: str = RULES, **changes: object) -> httpx.Response:
    """Creates a rule."""
    return caller.http.post(path, json=rule(number, **changes))


def created(caller: Caller, number: int = 1, path: str = RULES, **changes: object) -> str:
    """Creates a rule and returns its id."""
    answer = create(caller, number, path, **changes).raise_for_status()
    return str(answer.json()["id"])


def update(caller: Caller, rule_id: str, number: int = 1, **changes: object) -> httpx.Response:
    """Updates a rule to version 2."""
    return caller.http.put(f"{RULES}/{rule_id}", json=rule(number, version=2) | changes)


def query_events(caller: Caller, uri: str = EVENTS, **changes: object) -> httpx.Response:
    """Queries events."""
    return caller.http.post(uri, json=event_query(**changes))


def events(caller: Caller, **changes: Any) -> list[dict[str, str]]:
    """The events of the first page."""
    found: list[dict[str, str]] = (
        query_events(caller, **changes).raise_for_status().json()["events"]
    )
    return found


def all_operations(caller: Caller) -> dict[Operation, httpx.Response]:
    """Calls each operation once and returns the answers."""
    return {
        Operation.CREATE_CAMPAIGN_RULE: create(caller),
        Operation.LIST_CAMPAIGN_RULES: caller.http.get(RULES),
        Operation.READ_CAMPAIGN_RULE: caller.http.get(f"{RULES}/unknown"),
        Operation.UPDATE_CAMPAIGN_RULE: update(caller, "unknown"),
        Operation.DELETE_CAMPAIGN_RULE: caller.http.delete(f"{RULES}/unknown"),
        Operation.QUERY_EVENTS: query_events(caller),
    }
