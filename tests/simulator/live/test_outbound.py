"""Campaigns, their rule sets, and enabled campaign rules."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.simulator.caller import Caller
from tests.simulator.live.calls import (
    CAMPAIGN,
    CAMPAIGN_RULES,
    ONE,
    RULE_SETS,
    campaign_rule,
    start_live,
)

COLUMN = {
    "type": "contactAttributeCondition",
    "attributeName": "region",
    "operator": "EQUALS",
    "value": "eu",
    "valueType": "STRING",
}
RULE = {
    "name": "a",
    "order": 1,
    "category": "DIALER_PRECALL",
    "conditions": [COLUMN],
    "actions": [{"type": "Action", "actionTypeName": "DO_NOT_DIAL"}],
}


def created(caller: Caller, path: str, body: dict[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = caller.http.post(path, json=body).raise_for_status().json()
    return made


def refer(caller: Caller, *ids: str, **changes: Any) -> httpx.Response:
    """Updates the campaign to refer to these rule sets."""
    campaign = caller.http.get(CAMPAIGN).json()
    sets = {"ruleSets": [{"id": each} for each in ids]}
    return caller.http.put(CAMPAIGN, json=campaign | sets | changes)


def code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def test_campaign_refers_to_existing_rule_sets_only() -> None:
    caller = start_live()
    rule_set = created(caller, RULE_SETS, {"name": "one", "rules": [RULE]})
    answer = refer(caller, rule_set["id"])
    assert (answer.status_code, answer.json()["version"]) == (200, 2)
    assert caller.http.get(CAMPAIGN).json() == answer.json()
    assert code(refer(caller, ONE)) == (400, "rule.set.not.found")
    assert caller.http.get(CAMPAIGN).json() == answer.json()


def test_update_of_a_campaign_needs_its_current_version() -> None:
    caller = start_live()
    for version in (None, 2):
        assert code(refer(caller, version=version)) == (409, "invalid.update.wrong.version")
    assert caller.http.get(CAMPAIGN).json()["version"] == 1


def test_campaign_with_wrong_fields_is_400() -> None:
    caller = start_live()
    changes: list[dict[str, Any]] = [{"campaignStatus": "complete"}, {"surprise": 1}]
    for change in changes:
        assert code(refer(caller, **change)) == (400, "bad.request")


def test_unknown_campaign_is_404() -> None:
    caller = start_live()
    assert caller.http.get("/api/v2/outbound/campaigns/unheard-of").status_code == 404
    assert caller.http.put("/api/v2/outbound/campaigns/unheard-of", json={}).status_code == 404


def test_rule_set_in_use_by_a_campaign_cannot_be_deleted() -> None:
    caller = start_live()
    rule_set = created(caller, RULE_SETS, {"name": "one", "rules": [RULE]})
    refer(caller, rule_set["id"]).raise_for_status()
    assert code(caller.http.delete(rule_set["selfUri"])) == (400, "referential.integrity.error")
    refer(caller).raise_for_status()
    assert caller.http.delete(rule_set["selfUri"]).status_code == 200


def test_rule_set_with_wrong_rules_is_400() -> None:
    caller = start_live()
    cases: list[list[Any]] = [
        [RULE, RULE],
        [RULE | {"category": "SOMETIMES"}],
        [RULE | {"conditions": [COLUMN | {"operator": "equals"}]}],
        [RULE | {"conditions": [COLUMN | {"attributeName": None}]}],
        [RULE | {"actions": [{"type": "Action", "actionTypeName": "setList"}]}],
        [{name: value for name, value in RULE.items() if name != "conditions"}],
    ]
    for rules in cases:
        answer = caller.http.post(RULE_SETS, json={"name": "one", "rules": rules})
        assert code(answer) == (400, "bad.request"), rules


def test_enabled_campaign_rule_can_only_be_disabled() -> None:
    caller = start_live()
    made = created(caller, CAMPAIGN_RULES, campaign_rule())
    enabled = caller.http.put(made["selfUri"], json=made | {"enabled": True}).json()
    for status in (True, False):
        body = enabled | {"matchAnyConditions": True, "enabled": status}
        refused = caller.http.put(made["selfUri"], json=body)
        assert code(refused) == (400, "cannot.modify.enabled.campaign.rule")
    assert caller.http.get(made["selfUri"]).json() == enabled


def test_campaign_rule_needs_conditions_and_actions() -> None:
    caller = start_live()
    cases: list[dict[str, Any]] = [
        {"campaignRuleConditions": []},
        {"campaignRuleConditions": [{"conditionType": "campaignProgress"}]},
        {"campaignRuleActions": []},
        {"campaignRuleActions": [{"actionType": "turnOffCampaign"}]},
    ]
    for changes in cases:
        answer = caller.http.post(CAMPAIGN_RULES, json=campaign_rule(**changes))
        assert code(answer) == (400, "bad.request"), changes


@pytest.mark.parametrize(
    ("path", "limit"), [(CAMPAIGN_RULES, "max_campaign_rules"), (RULE_SETS, "max_rule_sets")]
)
def test_number_of_entities_is_limited(path: str, limit: str) -> None:
    limits: dict[str, Any] = {limit: 1}
    caller = start_live(**limits)
    body: dict[str, Any] = campaign_rule() if path == CAMPAIGN_RULES else {"rules": []}
    created(caller, path, body | {"name": "one"})
    answer = caller.http.post(path, json=body | {"name": "two"})
    assert code(answer) == (400, "max.entity.count.reached")


def test_name_finds_entities_that_start_with_it() -> None:
    caller = start_live()
    for name in ("one", "one more", "another"):
        created(caller, RULE_SETS, {"name": name, "rules": []})
    found = caller.http.get(RULE_SETS, params={"name": "one"}).json()["entities"]
    assert [each["name"] for each in found] == ["one", "one more"]
