"""The documented catalogue reads every page and changes one rule with each call."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from genesys_purge.campaign_rules import answers
from genesys_purge.campaign_rules.documented.catalogue import (
    CREATE,
    LIST,
    REMOVE,
    UPDATE,
    DocumentedCatalogue,
)
from genesys_purge.campaign_rules.rule_content import content
from genesys_purge.errors import NotAtGenesys, OutcomeUnknown, RefusedByGenesys, UnreadableAnswer

from tests.scripted_genesys import ScriptedGenesys
from tests.unit.campaign_rules.examples import deployed, rule


def known(number: int, **fields: Any) -> dict[str, Any]:
    return rule(f"rule {number}", number, id=f"id-{number}") | fields


def page(*numbers: int, following: object = None) -> dict[str, Any]:
    entities = [known(number) for number in numbers]
    return {"entities": entities} | ({"nextUri": following} if following else {})


def names(genesys: ScriptedGenesys) -> list[str]:
    return [each.name for each in DocumentedCatalogue(genesys).rules("campaign-1")]


@pytest.fixture
def genesys() -> ScriptedGenesys:
    return ScriptedGenesys()


def test_every_page_is_requested_by_its_number(
    genesys: ScriptedGenesys,
) -> None:
    genesys.on(LIST, page(1, 2, following="https://evil.example/x"), page(3))
    assert names(genesys) == ["rule 1", "rule 2", "rule 3"]
    assert [call.path for call in genesys.calls] == [
        {"campaign_id": "campaign-1", "page": "1"},
        {"campaign_id": "campaign-1", "page": "2"},
    ]


def test_rule_on_two_pages_is_taken_from_the_last_one(genesys: ScriptedGenesys) -> None:
    later = {"entities": [known(2, priority=500), known(3)]}
    genesys.on(LIST, page(1, 2, following="/next"), later)
    found = DocumentedCatalogue(genesys).rules("campaign-1")
    assert [(each.name, each.priority) for each in found] == [
        ("rule 1", 10),
        ("rule 2", 500),
        ("rule 3", 10),
    ]


def test_pages_that_do_not_end_are_an_error(genesys: ScriptedGenesys) -> None:
    genesys.on(LIST, page(1, following="/next"))
    with pytest.raises(UnreadableAnswer, match="do not end"):
        names(genesys)
    assert len(genesys.calls) == 2


def test_pages_above_the_limit_are_an_error(
    genesys: ScriptedGenesys, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answers, "MOST_PAGES", 2)
    genesys.on(LIST, page(1, following="/next"), page(2, following="/next"), page(3))
    with pytest.raises(UnreadableAnswer, match="do not end"):
        names(genesys)


WRONG_LISTS: list[Mapping[str, Any]] = [
    {},
    {"entities": None},
    {"entities": {}},
    {"entities": [None]},
    {"entities": [[]]},
    {"entities": [{"name": "A"}]},
    {"entities": [known(1, id=None)]},
    {"entities": [known(1, id="..")]},
    {"entities": [known(1, id="../campaign-2/rules/id-1")]},
    {"entities": [known(1, version="1")]},
    {"entities": [known(1, executionOrder=1.5)]},
    {"entities": [known(1, executionOrder=None)]},
]


def test_answer_that_is_not_a_list_of_rules_is_an_error() -> None:
    for answer in WRONG_LISTS:
        genesys = ScriptedGenesys()
        genesys.on(LIST, answer)
        with pytest.raises(UnreadableAnswer):
            names(genesys)


def test_unknown_fields_of_a_rule_are_kept(genesys: ScriptedGenesys) -> None:
    more = known(1, division={"id": "d"}, actions=[{"type": "call", "wait": 5}], conditions=[{}])
    genesys.on(LIST, {"entities": [more]})
    (found,) = DocumentedCatalogue(genesys).rules("campaign-1")
    assert found.to_json() == more


def test_create_sends_the_wanted_rule(genesys: ScriptedGenesys) -> None:
    genesys.on(CREATE, known(1))
    wanted = rule("rule 1", 1, version=3)
    assert DocumentedCatalogue(genesys).create("campaign-1", wanted).id == "id-1"
    (call,) = genesys.calls
    assert (call.path, call.body) == ({"campaign_id": "campaign-1"}, wanted)


def test_update_sends_the_next_version(
    genesys: ScriptedGenesys,
) -> None:
    genesys.on(UPDATE, known(1))
    current = deployed("rule 1", 1, id="id-1", version=6)
    DocumentedCatalogue(genesys).update("campaign-1", current, rule("rule 1", 1, priority=5))
    (call,) = genesys.calls
    assert call.path == {"campaign_id": "campaign-1", "rule_id": "id-1"}
    assert call.body["version"] == 7
    assert content(call.body) == content(rule("rule 1", 1, priority=5))


def test_change_with_an_unreadable_answer_is_uncertain() -> None:
    answers: list[Mapping[str, Any]] = [{}, {"id": "id-1"}, known(1, id=7)]
    for answer in answers:
        genesys = ScriptedGenesys()
        genesys.on(CREATE, answer)
        genesys.on(UPDATE, answer)
        catalogue = DocumentedCatalogue(genesys)
        with pytest.raises(OutcomeUnknown):
            catalogue.create("campaign-1", rule())
        with pytest.raises(OutcomeUnknown):
            catalogue.update("campaign-1", deployed("A", 1), rule())


def test_remove_ignores_a_rule_that_is_gone(genesys: ScriptedGenesys) -> None:
    genesys.on(REMOVE, NotAtGenesys("not found"))
    DocumentedCatalogue(genesys).remove("campaign-1", "id-1")
    assert genesys.calls[0].path == {"campaign_id": "campaign-1", "rule_id": "id-1"}


def test_remove_raises_any_other_refusal(genesys: ScriptedGenesys) -> None:
    genesys.on(REMOVE, RefusedByGenesys("in use", status=409))
    with pytest.raises(RefusedByGenesys, match="in use"):
        DocumentedCatalogue(genesys).remove("campaign-1", "id-1")
