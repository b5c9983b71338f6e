"""What the tests of outbound campaigns call the simulator with."""

from __future__ import annotations

from typing import Any

import httpx

from simulator import Operation
from tests.simulator.caller import Caller

RULES = "/api/v2/outbound/campaigns/campaign-1/rules"
OTHER_RULES = "/api/v2/outbound/campaigns/campaign-2/rules"
EVENTS = "/api/v2/analytics/events/query"


def rule(number: int = 1, **changes: object) -> dict[str, Any]:
    """A good rule whose name and execution order come from its number, with some fields changed."""
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
                "value": 1000.5,
                "type": "number",
            },
            {"attribute": "region", "operator": "in", "value": ["eu", "us"], "type": "string"},
        ],
        "actions": [{"type": "setList", "listId": "list-1", "value": "vip"}],
        "enabled": True,
    } | changes


def event_query(**changes: object) -> dict[str, Any]:
    """A good query for every event of the first campaign's last day, with some fields changed."""
    return {
        "eventNames": ["outbound.rule.created", "outbound.rule.updated"],
        "query": "campaignId eq 'campaign-1'",
        "interval": "24h",
    } | changes


def create(caller: Caller, number: int = 1, path: str = RULES, **changes: object) -> httpx.Response:
    """Asks for a rule."""
    return caller.http.post(path, json=rule(number, **changes))


def created(caller: Caller, number: int = 1, path: str = RULES, **changes: object) -> str:
    """The id of a new rule."""
    answer = create(caller, number, path, **changes).raise_for_status()
    return str(answer.json()["id"])


def update(caller: Caller, rule_id: str, number: int = 1, **changes: object) -> httpx.Response:
    """Asks for the second version of a rule."""
    return caller.http.put(f"{RULES}/{rule_id}", json=rule(number, version=2) | changes)


def query_events(caller: Caller, uri: str = EVENTS, **changes: object) -> httpx.Response:
    """Asks for events."""
    return caller.http.post(uri, json=event_query(**changes))


def events(caller: Caller, **changes: Any) -> list[dict[str, str]]:
    """The events of a query's first page."""
    found: list[dict[str, str]] = (
        query_events(caller, **changes).raise_for_status().json()["events"]
    )
    return found


def all_operations(caller: Caller) -> dict[Operation, httpx.Response]:
    """What each operation on campaigns answers, once."""
    return {
        Operation.CREATE_CAMPAIGN_RULE: create(caller),
        Operation.LIST_CAMPAIGN_RULES: caller.http.get(RULES),
        Operation.READ_CAMPAIGN_RULE: caller.http.get(f"{RULES}/unknown"),
        Operation.UPDATE_CAMPAIGN_RULE: update(caller, "unknown"),
        Operation.DELETE_CAMPAIGN_RULE: caller.http.delete(f"{RULES}/unknown"),
        Operation.QUERY_EVENTS: query_events(caller),
    }
