"""The audit of outbound dialling: its entries, and the asynchronous query."""

from __future__ import annotations

from typing import Any

import pytest

from tests.simulator.caller import Caller
from tests.simulator.live.calls import (
    AUDITS,
    CAMPAIGN,
    CAMPAIGN_RULES,
    RULE_SETS,
    campaign_rule,
    start_audit_query,
    start_live,
)


def entries(caller: Caller, size: int = 500, **changes: Any) -> list[dict[str, Any]]:
    """The entries that a query finds, read in pages of that size."""
    query = start_audit_query(caller, **changes).raise_for_status().json()
    caller.clock.advance(2)
    path, found = f"{AUDITS}/{query['id']}/results?pageSize={size}", list[dict[str, Any]]()
    page: dict[str, Any] = {"cursor": None}
    while "cursor" in page:
        cursor = f"&cursor={page['cursor']}" if page["cursor"] else ""
        page = caller.http.get(path + cursor).raise_for_status().json()
        found += page["entities"]
    return found


def changed_rule(caller: Caller) -> str:
    """Creates, changes and deletes a campaign rule, a second apart."""
    created = caller.http.post(CAMPAIGN_RULES, json=campaign_rule()).json()
    caller.clock.advance(1)
    one = f"{CAMPAIGN_RULES}/{created['id']}"
    caller.http.put(one, json=created | {"name": "stop"}).raise_for_status()
    caller.clock.advance(1)
    caller.http.delete(one).raise_for_status()
    return str(created["id"])


def test_each_change_of_a_rule_is_an_entry() -> None:
    caller = start_live()
    rule_id = changed_rule(caller)
    found = entries(caller, sort=[{"name": "Timestamp", "sortOrder": "ascending"}])
    assert [each["action"] for each in found] == ["Create", "Update", "Delete"]
    assert {each["entity"]["id"] for each in found} == {rule_id}
    assert {(each["serviceName"], each["entityType"]) for each in found} == {
        ("Outbound", "CampaignRule")
    }
    assert found[1]["propertyChanges"] == [
        {"property": "name", "oldValues": ['"slow down"'], "newValues": ['"stop"']}
    ]
    assert [each["action"] for each in entries(caller)] == ["Delete", "Update", "Create"]


def test_rule_sets_and_campaigns_are_entries_of_their_own_type() -> None:
    caller = start_live()
    made = caller.http.post(RULE_SETS, json={"name": "one"}).json()
    campaign = caller.http.get(CAMPAIGN).json()
    sets = {"ruleSets": [{"id": made["id"]}]}
    caller.http.put(CAMPAIGN, json=campaign | sets).raise_for_status()
    for kind in ("RuleSet", "Campaign"):
        (found,) = entries(caller, filters=[{"property": "EntityType", "value": kind}])
        assert found["entityType"] == kind
    both = [{"property": "EntityType", "value": each} for each in ("RuleSet", "Campaign")]
    assert entries(caller, filters=both) == []
    assert entries(caller, filters=[{"property": "UserId", "value": "x"}]) == []


def test_pages_have_every_entry_once() -> None:
    caller = start_live()
    changed_rule(caller)
    changed_rule(caller)
    assert entries(caller, size=4) == entries(caller)
    assert len(entries(caller)) == 6


def test_query_is_queued_then_runs_then_succeeds() -> None:
    caller = start_live(audit_query_seconds=10)
    query = start_audit_query(caller)
    assert (query.status_code, query.json()["state"]) == (202, "Queued")
    one = f"{AUDITS}/{query.json()['id']}"
    for seconds, state in ((5, "Running"), (5, "Succeeded")):
        assert caller.http.get(f"{one}/results").status_code == 400
        caller.clock.advance(seconds)
        assert caller.http.get(one).json()["state"] == state
    assert caller.http.get(f"{one}/results").json()["entities"] == []


def test_later_changes_are_not_in_a_started_query() -> None:
    caller = start_live()
    query = start_audit_query(caller).json()
    changed_rule(caller)
    caller.clock.advance(2)
    assert caller.http.get(f"{AUDITS}/{query['id']}/results").json()["entities"] == []


def test_entries_may_lack_the_changed_values() -> None:
    caller = start_live(audit_has_values=False)
    changed_rule(caller)
    assert [each["propertyChanges"] for each in entries(caller)] == [[], [], []]


@pytest.mark.parametrize(
    "wrong",
    [
        {"interval": "2026-01-01T00:00:00Z/2026-02-01T00:00:01Z"},
        {"interval": "PT1H"},
        {"serviceName": "Quality"},
        {"filters": [{"property": "Colour", "value": "red"}]},
        {"sort": [{"name": "Name", "sortOrder": "ascending"}]},
    ],
)
def test_wrong_query_is_400(wrong: dict[str, Any]) -> None:
    answer = start_audit_query(start_live(), **wrong)
    assert (answer.status_code, answer.json()["code"]) == (400, "bad.request")


def test_interval_of_31_days_is_allowed() -> None:
    interval = "2026-01-01T00:00:00Z/2026-02-01T00:00:00Z"
    assert start_audit_query(start_live(), interval=interval).status_code == 202


def test_too_large_page_is_refused_by_its_own_code() -> None:
    caller = start_live(largest_audit_page=50)
    query = start_audit_query(caller).json()
    caller.clock.advance(2)
    results = f"{AUDITS}/{query['id']}/results?pageSize="
    assert caller.http.get(f"{results}51").json()["code"] == "response.entity.too.large"
    assert caller.http.get(f"{results}501").json()["code"] == "bad.request"
    assert caller.http.get(f"{results}50").status_code == 200


def test_query_may_fail() -> None:
    caller = start_live(audit_query_outcome="Failed")
    query = start_audit_query(caller).json()
    caller.clock.advance(2)
    assert caller.http.get(f"{AUDITS}/{query['id']}").json()["state"] == "Failed"
