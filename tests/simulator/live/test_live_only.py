"""An organisation of the live platform alone: what only documents describe is not there."""

from __future__ import annotations

import pytest

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


@pytest.mark.parametrize(("verb", "path"), DOCUMENTED)
def test_what_only_documents_describe_is_404_in_the_live_dialect(verb: str, path: str) -> None:
    answer = live_only().http.request(verb, path, json={})
    assert (answer.status_code, answer.json()["code"]) == (404, "not.found")
    assert answer.headers["ININ-Correlation-Id"] == answer.json()["contextId"]
    assert "X-Correlation-Id" not in answer.headers


@pytest.mark.parametrize("body", [COUNT, ELIGIBILITY])
def test_the_documented_forms_of_the_details_query_are_400(body: dict[str, object]) -> None:
    caller = live_only()
    answer = caller.http.post(QUERY, json=body)
    assert (answer.status_code, answer.json()["code"]) == (400, "bad.request")
    assert caller.simulator.requests[-1].method is None


def test_its_own_form_of_the_query_is_answered() -> None:
    assert query_details(live_only()).json()["totalHits"] == 1


@pytest.mark.parametrize("path", [DELETION, ARCHIVE, RULES, EVENTS])
def test_without_the_setting_both_dialects_are_there(path: str) -> None:
    assert start_simulator().http.post(path, json={}).status_code == 400


def test_the_setting_is_off_unless_somebody_asks_for_it() -> None:
    assert SimulatorSettings().live_only is False
