"""Campaigns and the rule sets that they refer to; campaign rules that are enabled."""

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
    """The campaign is put as it was read, with references to these rule sets."""
    campaign = caller.http.get(CAMPAIGN).json()
    sets = {"ruleSets": [{"id": each} for each in ids]}
    return caller.http.put(CAMPAIGN, json=campaign | sets | changes)


def code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def test_a_campaign_refers_to_rule_sets_that_there_are() -> None:
    caller = start_live()
    rule_set = created(caller, RULE_SETS, {"name": "one", "rules": [RULE]})
    answer = refer(caller, rule_set["id"])
    assert (answer.status_code, answer.json()["version"]) == (200, 2)
    assert caller.http.get(CAMPAIGN).json() == answer.json()
    assert code(refer(caller, ONE)) == (400, "rule.set.not.found")
    assert caller.http.get(CAMPAIGN).json() == answer.json()


@pytest.mark.parametrize("version", [None, 2])
def test_a_campaign_is_changed_under_its_current_version(version: object) -> None:
    caller = start_live()
    assert code(refer(caller, version=version)) == (409, "invalid.update.wrong.version")
    assert caller.http.get(CAMPAIGN).json()["version"] == 1


@pytest.mark.parametrize("changes", [{"campaignStatus": "complete"}, {"surprise": 1}])
def test_a_campaign_is_turned_on_or_off_and_has_known_fields(changes: dict[str, Any]) -> None:
    assert code(refer(start_live(), **changes)) == (400, "bad.request")


def test_an_unknown_campaign_is_404() -> None:
    caller = start_live()
    assert caller.http.get("/api/v2/outbound/campaigns/unheard-of").status_code == 404
    assert caller.http.put("/api/v2/outbound/campaigns/unheard-of", json={}).status_code == 404


def test_a_rule_set_is_not_deleted_while_a_campaign_refers_to_it() -> None:
    caller = start_live()
    rule_set = created(caller, RULE_SETS, {"name": "one", "rules": [RULE]})
    refer(caller, rule_set["id"]).raise_for_status()
    assert code(caller.http.delete(rule_set["selfUri"])) == (400, "referential.integrity.error")
    refer(caller).raise_for_status()
    assert caller.http.delete(rule_set["selfUri"]).status_code == 200


@pytest.mark.parametrize(
    "rules",
    [
        [RULE, RULE],
        [RULE | {"category": "SOMETIMES"}],
        [RULE | {"conditions": [COLUMN | {"operator": "equals"}]}],
        [RULE | {"conditions": [COLUMN | {"attributeName": None}]}],
        [RULE | {"actions": [{"type": "Action", "actionTypeName": "setList"}]}],
        [{name: value for name, value in RULE.items() if name != "conditions"}],
    ],
)
def test_rules_have_names_of_their_own_and_the_platforms_words(rules: list[Any]) -> None:
    answer = start_live().http.post(RULE_SETS, json={"name": "one", "rules": rules})
    assert code(answer) == (400, "bad.request")


def test_of_a_campaign_rule_that_is_enabled_nothing_else_is_changed() -> None:
    caller = start_live()
    made = created(caller, CAMPAIGN_RULES, campaign_rule())
    enabled = caller.http.put(made["selfUri"], json=made | {"enabled": True}).json()
    for status in (True, False):
        body = enabled | {"matchAnyConditions": True, "enabled": status}
        refused = caller.http.put(made["selfUri"], json=body)
        assert code(refused) == (400, "cannot.modify.enabled.campaign.rule")
    assert caller.http.get(made["selfUri"]).json() == enabled


@pytest.mark.parametrize(
    "changes",
    [
        {"campaignRuleConditions": []},
        {"campaignRuleConditions": [{"conditionType": "campaignProgress"}]},
        {"campaignRuleActions": []},
        {"campaignRuleActions": [{"actionType": "turnOffCampaign"}]},
    ],
)
def test_a_campaign_rule_has_conditions_and_actions(changes: dict[str, Any]) -> None:
    answer = start_live().http.post(CAMPAIGN_RULES, json=campaign_rule(**changes))
    assert code(answer) == (400, "bad.request")


@pytest.mark.parametrize(
    ("path", "limit"), [(CAMPAIGN_RULES, "max_campaign_rules"), (RULE_SETS, "max_rule_sets")]
)
def test_there_are_as_many_as_may_be(path: str, limit: str) -> None:
    limits: dict[str, Any] = {limit: 1}
    caller = start_live(**limits)
    body: dict[str, Any] = campaign_rule() if path == CAMPAIGN_RULES else {"rules": []}
    created(caller, path, body | {"name": "one"})
    answer = caller.http.post(path, json=body | {"name": "two"})
    assert code(answer) == (400, "max.entity.count.reached")


def test_a_name_finds_what_begins_with_it() -> None:
    caller = start_live()
    for name in ("one", "one more", "another"):
        created(caller, RULE_SETS, {"name": name, "rules": []})
    found = caller.http.get(RULE_SETS, params={"name": "one"}).json()["entities"]
    assert [each["name"] for each in found] == ["one", "one more"]
