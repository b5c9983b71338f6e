"""Retention policies, campaign rules, rule sets and the data retention."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from simulator import Operation
from tests.simulator.caller import Caller
from tests.simulator.live.calls import (
    CAMPAIGN_RULES,
    DATA_RETENTION,
    EVERY_MEDIUM,
    ONE,
    POLICIES,
    RULE_SETS,
    campaign_rule,
    start_live,
)

PATHS = (POLICIES, EVERY_MEDIUM, CAMPAIGN_RULES, RULE_SETS)
VERSIONED = (CAMPAIGN_RULES, RULE_SETS)
DATES = {
    POLICIES: ("createdDate", "modifiedDate"),
    EVERY_MEDIUM: ("createdDate", "modifiedDate"),
    CAMPAIGN_RULES: ("dateCreated", "dateModified"),
    RULE_SETS: ("dateCreated", "dateModified"),
}
POLICY: dict[str, Any] = {
    "order": 1,
    "description": "calls of the first queue",
    "enabled": True,
    "conditions": {"mediaTypes": ["CALL"], "forQueues": [{"id": ONE}]},
    "actions": {"retentionDuration": {"deleteRetention": {"days": 90}}},
}
RULES = {"rules": [{"name": "a", "category": "DIALER_PRECALL", "conditions": [], "actions": []}]}

each_path = pytest.mark.parametrize("path", PATHS)
each_versioned = pytest.mark.parametrize("path", VERSIONED)


def body(path: str, name: str = "one", **changes: Any) -> dict[str, Any]:
    made = {CAMPAIGN_RULES: campaign_rule(), RULE_SETS: RULES}.get(path, POLICY)
    return {**made, "name": name, **changes}


def create(caller: Caller, path: str, name: str = "one", **changes: Any) -> httpx.Response:
    return caller.http.post(path, json=body(path, name, **changes))


def created(caller: Caller, path: str, name: str = "one", **changes: Any) -> dict[str, Any]:
    made: dict[str, Any] = create(caller, path, name, **changes).raise_for_status().json()
    return made


def update(caller: Caller, made: dict[str, Any], **changes: Any) -> httpx.Response:
    return caller.http.put(made["selfUri"], json=made | changes)


@each_path
def test_created_entity_is_returned_with_200(path: str) -> None:
    caller = start_live()
    answer = create(caller, path)
    assert answer.status_code == 200
    made = answer.json()
    assert body(path).items() <= made.items()
    assert made["selfUri"] == f"{path}/{made['id']}"
    assert {made[each] for each in DATES[path]} == {"2026-03-01T12:00:00.000Z"}
    assert made.get("version") == (1 if path in VERSIONED else None)
    assert caller.http.get(made["selfUri"]).json() == made


@each_path
def test_entities_are_listed_in_pages_and_found_by_name(path: str) -> None:
    caller = start_live()
    ids = [created(caller, path, str(number))["id"] for number in range(3)]
    first = caller.http.get(path, params={"pageSize": 2}).json()
    assert [each["id"] for each in first["entities"]] == ids[:2]
    assert [each["id"] for each in caller.http.get(first["nextUri"]).json()["entities"]] == ids[2:]
    [named] = caller.http.get(path, params={"name": "1"}).json()["entities"]
    assert named["id"] == ids[1]


@each_path
def test_entity_can_be_sent_back_as_read(path: str) -> None:
    caller = start_live()
    made = created(caller, path)
    caller.clock.advance(60)
    answer = update(caller, made, name="two")
    assert answer.status_code == 200
    changed = caller.http.get(made["selfUri"]).json()
    dates = {"dateModified": "modified", "modifiedDate": "modified"}
    modified = DATES[path][1]
    assert modified in dates
    expected = made | {"name": "two", modified: "2026-03-01T12:01:00.000Z"}
    if path in VERSIONED:
        expected["version"] = 2
    assert changed == answer.json() == expected


@each_path
def test_deleted_entity_returns_200(path: str) -> None:
    caller = start_live()
    made = created(caller, path)
    answer = caller.http.delete(made["selfUri"])
    assert (answer.status_code, answer.content) == (200, b"")
    assert caller.http.get(made["selfUri"]).status_code == 404
    assert caller.http.get(path).json()["total"] == 0


@each_path
def test_unknown_entity_is_404(path: str) -> None:
    caller = start_live()
    unknown = {"selfUri": f"{path}/{ONE}", **body(path)}
    answers = [
        caller.http.get(unknown["selfUri"]),
        caller.http.delete(unknown["selfUri"]),
        update(caller, unknown),
    ]
    assert [each.status_code for each in answers] == [404] * 3


@pytest.mark.parametrize(
    ("path", "code"),
    [
        (POLICIES, "recording.policy.name.duplicate.name"),
        (EVERY_MEDIUM, "recording.policy.name.duplicate.name"),
        (CAMPAIGN_RULES, "duplicate.name"),
        (RULE_SETS, "duplicate.name"),
    ],
)
def test_used_name_is_400(path: str, code: str) -> None:
    caller = start_live()
    made = created(caller, path)
    other = created(caller, path, "two")
    for refused in (create(caller, path), update(caller, other, name="one")):
        assert (refused.status_code, refused.json()["code"]) == (400, code)
    assert update(caller, made).status_code == 200


def test_wrong_bodies_are_400() -> None:
    caller = start_live()
    cases: list[tuple[str, str, dict[str, Any]]] = [
        (POLICIES, "recording.policy.invalid", {"name": ""}),
        (POLICIES, "recording.policy.invalid", {"conditions": []}),
        (POLICIES, "recording.policy.invalid", {"mediaPolicies": {"callPolicy": {"days": 1}}}),
        (
            POLICIES,
            "recording.policy.invalid",
            {"mediaPolicies": {"emailPolicy": {"conditions": {"directions": ["INBOUND"]}}}},
        ),
        (POLICIES, "recording.policy.name.exceeds.limit", {"name": "x" * 257}),
        (EVERY_MEDIUM, "recording.policy.description.exceeds.limit", {"description": "x" * 1025}),
        (EVERY_MEDIUM, "recording.policy.invalid", {"schedule": "daily"}),
        (CAMPAIGN_RULES, "bad.request", {"name": "x" * 65}),
        (CAMPAIGN_RULES, "bad.request", {"priority": 1}),
        (CAMPAIGN_RULES, "bad.request", {"campaignRuleActions": None}),
        (RULE_SETS, "bad.request", {"rules": "all"}),
    ]
    for path, code, changes in cases:
        answer = create(caller, path, **changes)
        assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert [caller.http.get(path).json()["total"] for path in PATHS] == [0] * len(PATHS)


def kept_for(days: int) -> dict[str, Any]:
    return {"retentionDuration": {"deleteRetention": {"days": days}}}


def test_policy_cannot_exceed_the_data_retention() -> None:
    caller = start_live(retention_days=400)
    created(caller, POLICIES, "as long", actions=kept_for(400))
    of_chats: dict[str, Any] = {"mediaPolicies": {"chatPolicy": {"actions": kept_for(401)}}}
    longer: tuple[dict[str, Any], ...] = ({"actions": kept_for(401)}, of_chats)
    for refused in (create(caller, POLICIES, **changes) for changes in longer):
        assert refused.status_code == 400
        assert refused.json()["code"] == "recording.policy.analytics.retention.violation"
    assert create(start_live(retention_days=None), POLICIES, **of_chats).status_code == 200


def test_policy_is_found_by_any_part_of_its_name() -> None:
    caller = start_live()
    for name in ("Voice after a year", "voice", "chat"):
        created(caller, POLICIES, name)
    found = caller.http.get(POLICIES, params={"name": "voice"}).json()["entities"]
    assert [each["name"] for each in found] == ["Voice after a year", "voice"]


def test_both_kinds_of_policies_are_independent() -> None:
    caller = start_live()
    created(caller, POLICIES)
    assert create(caller, EVERY_MEDIUM).status_code == 200


@each_versioned
def test_update_needs_the_current_version(path: str) -> None:
    caller = start_live()
    made = created(caller, path)
    update(caller, made).raise_for_status()
    for version in (None, 1, 3):
        refused = update(caller, made, version=version)
        assert (refused.status_code, refused.json()["code"]) == (
            409,
            "invalid.update.wrong.version",
        )
    assert update(caller, made, version="2").status_code == 400
    assert update(caller, made, version=2).json()["version"] == 3


def test_campaign_rule_cannot_be_created_or_deleted_enabled() -> None:
    caller = start_live()
    refused = create(caller, CAMPAIGN_RULES, enabled=True)
    assert refused.status_code == 400
    assert refused.json()["code"] == "cannot.create.enabled.campaign.rule"
    made = created(caller, CAMPAIGN_RULES)
    enabled = update(caller, made, enabled=True).raise_for_status().json()
    refused = caller.http.delete(made["selfUri"])
    assert refused.status_code == 400
    assert refused.json()["code"] == "cannot.delete.enabled.campaign.rule"
    update(caller, enabled, enabled=False).raise_for_status()
    assert caller.http.delete(made["selfUri"]).status_code == 200


def test_policy_can_be_created_and_deleted_enabled() -> None:
    caller = start_live()
    made = created(caller, POLICIES, enabled=True)
    assert caller.http.delete(made["selfUri"]).status_code == 200


def test_data_retention_is_read_and_updated() -> None:
    caller = start_live(retention_days=400)
    assert caller.http.get(DATA_RETENTION).json() == {"retentionDays": 400}
    unset = start_live(retention_days=None).http.get(DATA_RETENTION)
    assert unset.json() == {"retentionDays": None}
    answer = caller.http.put(DATA_RETENTION, json={"retentionDays": 90})
    assert answer.json() == {
        "retentionDays": 90,
        "dateCreated": "2026-03-01T12:00:00.000Z",
        "dateModified": "2026-03-01T12:00:00.000Z",
    }
    assert caller.http.get(DATA_RETENTION).json() == answer.json()
    operations = [each.operation for each in caller.simulator.requests]
    assert operations.count(Operation.UPDATE_DATA_RETENTION) == 1


def test_data_retention_is_from_ninety_days_to_five_years() -> None:
    caller = start_live()
    for days in (89, 1827, "100", None):
        answer = caller.http.put(DATA_RETENTION, json={"retentionDays": days})
        assert answer.status_code == 400, days
    assert caller.http.get(DATA_RETENTION).json() == {"retentionDays": 1826}
