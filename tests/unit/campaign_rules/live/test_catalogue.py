"""The live catalogue reads every page, and refuses answers and changes that do not fit."""

from __future__ import annotations

from typing import Any

import pytest
from genesys_purge.campaign_rules.live import rule_sets, trigger_catalogue
from genesys_purge.campaign_rules.live.catalogue import LiveCatalogue
from genesys_purge.campaign_rules.live.contact_rules import as_written
from genesys_purge.campaign_rules.live.rule_sets import name_of
from genesys_purge.campaign_rules.live.trigger_rules import as_new
from genesys_purge.campaign_rules.rules import DeployedRule, Rule
from genesys_purge.errors import NotAtGenesys, OutcomeUnknown, RefusedByGenesys, UnreadableAnswer

from tests.scripted_genesys import Reply, ScriptedGenesys
from tests.unit.campaign_rules.deploying.live_bench import contact_rule, trigger_rule

CAMPAIGN: dict[str, Any] = {
    "id": "campaign-1",
    "name": "Winter",
    "version": 4,
    "campaignStatus": "complete",
    "errors": [{"error": "none"}],
    "ruleSets": [{"id": "set-1", "name": "ours"}],
}
CONTACT, TRIGGER = Rule.parse(contact_rule()).to_json(), Rule.parse(trigger_rule()).to_json()
DIALER = as_written(CONTACT)
RULE_SET = {"id": "set-1", "name": name_of("campaign-1"), "version": 3, "rules": [DIALER]}
CAMPAIGN_RULE = as_new("campaign-1", TRIGGER) | {"id": "rule-1", "version": 5}


def scripted() -> ScriptedGenesys:
    """One enabled rule of each kind."""
    genesys = ScriptedGenesys()
    genesys.on(rule_sets.READ_CAMPAIGN, CAMPAIGN)
    genesys.on(rule_sets.UPDATE_CAMPAIGN, CAMPAIGN)
    genesys.on(rule_sets.FIND, {"entities": [RULE_SET]})
    genesys.on(rule_sets.READ, RULE_SET)
    genesys.on(trigger_catalogue.LIST, {"entities": [CAMPAIGN_RULE]})
    return genesys


@pytest.fixture
def genesys() -> ScriptedGenesys:
    return scripted()


def rules(genesys: ScriptedGenesys) -> dict[str, DeployedRule]:
    return {each.name: each for each in LiveCatalogue(genesys).rules("campaign-1")}


def page(*numbers: int, **fields: Any) -> dict[str, Any]:
    named = [CAMPAIGN_RULE | {"id": f"r-{n}", "name": f"rule {n}"} for n in numbers]
    return {"entities": named, **fields}


def test_rules_of_both_kinds_have_their_own_ids(genesys: ScriptedGenesys) -> None:
    found = rules(genesys)
    assert {each.id: each.version for each in found.values()} == {"set-1#A": 3, "rule-1": 5}
    assert [each.enabled for each in found.values()] == [True, True]


def test_rules_of_an_unused_set_are_disabled(
    genesys: ScriptedGenesys,
) -> None:
    genesys.on(rule_sets.READ_CAMPAIGN, CAMPAIGN | {"ruleSets": None})
    assert rules(genesys)["A"].enabled is False


def test_every_page_is_read_and_repeated_rules_count_once(genesys: ScriptedGenesys) -> None:
    genesys.on(trigger_catalogue.LIST, page(1, 2, nextUri="/next"), page(2, 3))
    found = [each.name for each in LiveCatalogue(genesys).rules("campaign-1")]
    assert found == ["A", "rule 1", "rule 2", "rule 3"]
    asked = [call.path for call in genesys.calls if call.operation == trigger_catalogue.LIST]
    assert asked == [{"page": "1"}, {"page": "2"}]


def test_pages_that_do_not_end_are_an_error(genesys: ScriptedGenesys) -> None:
    genesys.on(trigger_catalogue.LIST, page(1, nextUri="/next"))
    with pytest.raises(UnreadableAnswer, match="do not end"):
        rules(genesys)


NO_ENTITIES: list[Any] = [{}, {"entities": {}}, {"entities": [None]}, {"entities": [{"id": "x"}]}]
NO_RULES: list[dict[str, Any]] = [
    {"id": ".."},
    {"id": "a/b"},
    {"version": "5"},
    {"campaignRuleEntities": None},
    {"campaignRuleEntities": {"campaigns": [None]}},
    {"campaignRuleConditions": [None]},
    {"campaignRuleConditions": [{"parameters": "x"}]},
    {"campaignRuleActions": {"a": "b"}},
]
NO_SETS: list[dict[str, Any]] = [
    {"rules": [None]},
    {"rules": [{}]},
    {"rules": [DIALER | {"order": "first"}]},
    {"rules": [DIALER | {"conditions": ["x"]}]},
    {"rules": [DIALER | {"conditions": [{"attributeName": "a", "operator": ["x"]}]}]},
    {"rules": [DIALER | {"actions": [7]}]},
    {"version": None},
]
NO_CAMPAIGNS: list[Any] = [
    {},
    CAMPAIGN | {"ruleSets": ["set-1"]},
    CAMPAIGN | {"version": None},
    CAMPAIGN | {"id": "campaign-2"},
]


WRONG_ANSWERS: list[tuple[Any, Reply]] = [
    *((trigger_catalogue.LIST, each) for each in NO_ENTITIES),
    *((trigger_catalogue.LIST, {"entities": [CAMPAIGN_RULE | each]}) for each in NO_RULES),
    *((rule_sets.FIND, each) for each in NO_ENTITIES),
    *((rule_sets.FIND, {"entities": [RULE_SET | each]}) for each in NO_SETS),
    *((rule_sets.READ_CAMPAIGN, each) for each in NO_CAMPAIGNS),
]


def test_answer_that_does_not_fit_is_an_error() -> None:
    for operation, answer in WRONG_ANSWERS:
        genesys = scripted()
        genesys.on(operation, answer)
        with pytest.raises(UnreadableAnswer):
            rules(genesys)


def test_unknown_campaign_is_lost(genesys: ScriptedGenesys) -> None:
    genesys.on(rule_sets.READ_CAMPAIGN, NotAtGenesys("not found"))
    with pytest.raises(NotAtGenesys):
        rules(genesys)


def test_change_with_an_unreadable_answer_is_uncertain() -> None:
    answers: list[Reply] = [{}, {"id": "set-1"}, RULE_SET | {"rules": []}]
    for answer in answers:
        genesys = scripted()
        genesys.on(rule_sets.UPDATE, answer)
        genesys.on(trigger_catalogue.UPDATE, {})
        genesys.on(trigger_catalogue.CREATE, {})
        there, catalogue = rules(genesys), LiveCatalogue(genesys)
        with pytest.raises(OutcomeUnknown):
            catalogue.update("campaign-1", there["A"], CONTACT | {"executionOrder": 9})
        with pytest.raises(OutcomeUnknown):
            catalogue.update("campaign-1", there["slow"], TRIGGER | {"enabled": False})
        with pytest.raises(OutcomeUnknown):
            catalogue.create("campaign-1", TRIGGER)


def test_stopped_campaign_is_not_turned_on(
    genesys: ScriptedGenesys,
) -> None:
    genesys.on(rule_sets.READ_CAMPAIGN, CAMPAIGN | {"ruleSets": [{"id": "theirs"}]})
    there = rules(genesys)["A"]
    LiveCatalogue(genesys).update("campaign-1", there, CONTACT)
    assert genesys.calls[-1].body == {
        "name": "Winter",
        "version": 4,
        "campaignStatus": "off",
        "ruleSets": [{"id": "theirs"}, {"id": "set-1"}],
    }


CHANGED: list[dict[str, Any]] = [
    {"rules": []},
    {"rules": [DIALER | {"order": 5}]},
    {"rules": [DIALER, DIALER]},
    {"id": "set-2"},
]


def test_contact_rule_that_changed_meanwhile_is_a_conflict() -> None:
    for change in CHANGED:
        genesys = scripted()
        there = rules(genesys)["A"]
        genesys.on(rule_sets.READ, RULE_SET | change)
        with pytest.raises(RefusedByGenesys) as refused:
            LiveCatalogue(genesys).update("campaign-1", there, CONTACT | {"executionOrder": 9})
        assert refused.value.status == 409


def test_new_state_of_the_rule_set_is_a_conflict_without_a_change(
    genesys: ScriptedGenesys,
) -> None:
    there, catalogue = rules(genesys), LiveCatalogue(genesys)
    disabled = CONTACT | {"enabled": False, "executionOrder": 9}
    with pytest.raises(RefusedByGenesys, match="exists meanwhile"):
        catalogue.create("campaign-1", CONTACT)
    for name, wanted in (("A", TRIGGER), ("slow", CONTACT), ("A", disabled)):
        with pytest.raises(RefusedByGenesys, match="meanwhile") as refused:
            catalogue.update("campaign-1", there[name], wanted)
        assert refused.value.status == 409
    genesys.on(rule_sets.READ_CAMPAIGN, CAMPAIGN | {"ruleSets": []})
    with pytest.raises(RefusedByGenesys, match="no longer uses"):
        catalogue.create("campaign-1", CONTACT | {"name": "B"})
    assert {call.operation.verb for call in genesys.calls} == {"GET"}


def test_remove_ignores_a_rule_that_is_gone(genesys: ScriptedGenesys) -> None:
    catalogue = LiveCatalogue(genesys)
    genesys.on(trigger_catalogue.REMOVE, NotAtGenesys("not found"))
    catalogue.remove("campaign-1", "rule-1")
    catalogue.remove("campaign-1", "set-1#B")
    genesys.on(rule_sets.READ, NotAtGenesys("not found"))
    catalogue.remove("campaign-1", "set-1#A")
    assert [call.operation.verb for call in genesys.calls if call.operation.verb != "GET"] == [
        "DELETE"
    ]


def test_last_rule_empties_a_used_set_and_deletes_an_unused_one(
    genesys: ScriptedGenesys,
) -> None:
    catalogue = LiveCatalogue(genesys)
    genesys.on(rule_sets.UPDATE, RULE_SET | {"rules": []})
    genesys.on(rule_sets.REMOVE, {})
    catalogue.remove("campaign-1", "set-1#A")
    assert genesys.calls[-1].body == {"name": RULE_SET["name"], "version": 3, "rules": []}
    genesys.on(rule_sets.READ_CAMPAIGN, CAMPAIGN | {"ruleSets": []})
    catalogue.remove("campaign-1", "set-1#A")
    assert genesys.calls[-1].operation == rule_sets.REMOVE
    assert genesys.calls[-1].path == {"rule_set_id": "set-1"}


def test_remove_raises_any_other_refusal(genesys: ScriptedGenesys) -> None:
    genesys.on(trigger_catalogue.REMOVE, RefusedByGenesys("is enabled", status=400))
    with pytest.raises(RefusedByGenesys, match="is enabled"):
        LiveCatalogue(genesys).remove("campaign-1", "rule-1")


def test_rule_set_of_a_campaign_without_a_contact_list_has_none(
    genesys: ScriptedGenesys,
) -> None:
    genesys.on(rule_sets.FIND, {"entities": []})
    genesys.on(rule_sets.CREATE, lambda sent: {**sent, "id": "set-1", "version": 1})
    LiveCatalogue(genesys).create("campaign-1", CONTACT | {"enabled": False})
    assert genesys.calls[-1].body == {"name": name_of("campaign-1"), "rules": [DIALER]}
