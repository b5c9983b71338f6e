"""A simulator with the live dialect only."""

from __future__ import annotations

from simulator import SimulatorSettings
from tests.simulator.caller import (
    ARCHIVE,
    DELETION,
    PURGE,
    QUERY,
    Caller,
    start_simulator,
)
from tests.simulator.documented.campaign_calls import EVENTS, RULES
from tests.simulator.live.calls import conversation, query_details, start_live

DOCUMENTED = [
    ("POST", "/api/v2/purgerules"),
    ("POST", "/api/v2/platform/webhooks"),
    ("POST", DELETION),
    ("GET", f"{DELETION}/1"),
    ("POST", PURGE),
    ("GET", f"{PURGE}/1"),
    ("POST", ARCHIVE),
    ("GET", f"{ARCHIVE}/1"),
    ("POST", RULES),
    ("GET", RULES),
    ("GET", f"{RULES}/1"),
    ("PUT", f"{RULES}/1"),
    ("DELETE", f"{RULES}/1"),
    ("POST", EVENTS),
    ("POST", "/login/oauth/v2/token"),
    ("POST", "/api/v2/oauth/token"),
]
COUNT = {
    "entity": "conversation",
    "interval": "PT1H",
    "filter": {"dateRange": {"start": "2025-01-01T00:00:00Z", "end": "2025-01-31T00:00:00Z"}},
    "aggregate": ["count"],
}
ELIGIBILITY = {"query": "conversationId IN('a')", "view": "default"}


def live_only() -> Caller:
    return start_live([conversation()], simulator={"live_only": True})


def test_documented_paths_are_404_in_the_live_dialect() -> None:
    caller = live_only()
    for verb, path in DOCUMENTED:
        answer = caller.http.request(verb, path, json={})
        assert (answer.status_code, answer.json()["code"]) == (404, "not.found"), path
        assert answer.headers["ININ-Correlation-Id"] == answer.json()["contextId"]
        assert "X-Correlation-Id" not in answer.headers


def test_documented_queries_are_400() -> None:
    caller = live_only()
    for body in (COUNT, ELIGIBILITY):
        answer = caller.http.post(QUERY, json=body)
        assert (answer.status_code, answer.json()["code"]) == (400, "bad.request")
        assert caller.simulator.requests[-1].method is None


def test_live_query_is_answered() -> None:
    assert query_details(live_only()).json()["totalHits"] == 1


def test_documented_paths_exist_without_the_setting() -> None:
    caller = start_simulator()
    for path in (DELETION, ARCHIVE, RULES, EVENTS):
        assert caller.http.post(path, json={}).status_code == 400


def test_live_only_is_off_by_default() -> None:
    assert SimulatorSettings().live_only is False
