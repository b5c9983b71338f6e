"""What the live platform has no counterpart for: refused by field, before anything is stored."""

from __future__ import annotations

import json
from typing import Any

import pytest
from genesys_purge.campaign_rules.live import platform
from genesys_purge.campaign_rules.live.platform import LivePlatform
from genesys_purge.campaign_rules.rule_content import EXACT
from genesys_purge.campaign_rules.rules import DeployedRule, Rule
from genesys_purge.errors import InvalidRequest
from genesys_purge.model.submission import Submission

from tests.unit.campaign_rules.deploying.live_bench import LiveBench, contact_rule, trigger_rule
from tests.unit.campaign_rules.examples import condition, deployed, rule, rule_set, set_list

REGION = condition("region", "equals", "eu", "string")
PROGRESS = condition("campaign.campaignProgress", "greaterThan", 0.5, "number")


def refused(document: dict[str, Any]) -> dict[str, str]:
    """The message of each path; nothing was stored and nobody was asked."""
    bench = LiveBench()
    with pytest.raises(InvalidRequest) as error:
        bench.submit_campaign_rules(Submission(document, "tests"))
    assert bench.deployments.all() == []
    assert bench.executions.started == {}
    assert bench.simulator.requests == []
    paths = [each.path for each in error.value.fields]
    assert len(set(paths)) == len(paths)
    return {each.path: each.message for each in error.value.fields}


def column(operator: str, value: object, kind: str) -> dict[str, Any]:
    return contact_rule(conditions=[condition("column", operator, value, kind)])


def progress(**fields: Any) -> dict[str, Any]:
    return trigger_rule(conditions=[PROGRESS | fields])


# Each is a good rule with one thing changed: the path, and what to do instead.
WRONG = [
    (contact_rule(description="why"), "description", "use the name"),
    (contact_rule(priority=2), "priority", "executionOrder"),
    (contact_rule(enabled=False), "enabled", "leave the rule out"),
    (contact_rule("x" * 65), "name", "64 characters"),
    (trigger_rule("x" * 65), "name", "64 characters"),
    (contact_rule(conditions=[]), "conditions", "at least one"),
    (contact_rule(actions=[]), "actions", "at least one"),
    (trigger_rule(actions=[]), "actions", "at least one"),
    (contact_rule(conditions=[PROGRESS, REGION], actions=[{"type": "recycleCampaign"}]),
     "conditions.1.attribute", "split this rule in two"),
    (contact_rule(conditions=[REGION, PROGRESS]), "conditions.0.attribute", "in two"),
    (column("equals", value=True, kind="boolean"), "conditions.0.type", 'type string with "true"'),
    (column("in", ["a"], "string"), "conditions.0.operator", "one rule for each value"),
    (column("greaterThan", "a", "string"), "conditions.0.operator", "equals, notEquals"),
    (column("in", [1], "number"), "conditions.0.operator", "one rule for each value"),
    (column("equals", EXACT, "number"), "conditions.0.value", "between"),
    (column("equals", -float(EXACT), "number"), "conditions.0.value", "between"),
    (column("equals", "2026-11-21", "date"), "conditions.0.operator", "lessThan (BEFORE)"),
    (column("notEquals", "2026-11-21", "date"), "conditions.0.operator", "greaterThan (AFTER)"),
    (column("lessThanOrEqual", "2026-11-21", "date"), "conditions.0.operator", "BEFORE"),
    (progress(attribute="campaign.mood"), "conditions.0.attribute", "campaign.campaignAgents"),
    (progress(attribute="campaign.timeOfDay"), "conditions.0.attribute", "times at Genesys"),
    (progress(operator="notEquals"), "conditions.0.operator", "must be one of equals"),
    (progress(operator="in", value=[1]), "conditions.0.operator", "must be one of equals"),
    (progress(operator="equals", type="string", value="0.5"), "conditions.0.type", "number"),
    (progress(value=EXACT), "conditions.0.value", "between"),
    (contact_rule(actions=[set_list("list-1", "x")]), "actions.0.type", "MODIFY_CONTACT_ATTRIBUTE"),
    (trigger_rule(actions=[set_list("list-1", "x")]), "actions.0.type", "contact list filter"),
    (contact_rule(actions=[{"type": "SET_SKILLS"}]), "actions.0.type", "DO_NOT_DIAL"),
    (contact_rule(actions=[{"type": "turnOffCampaign"}]), "actions.0.type", "DO_NOT_DIAL"),
    (trigger_rule(actions=[{"type": "DO_NOT_DIAL"}]), "actions.0.type", "turnOffCampaign"),
    (trigger_rule(actions=[{"type": "turnOnCampaign"}]), "actions.0.type", "campaignProgress"),
    (contact_rule(actions=[{"type": "DO_NOT_DIAL", "value": 0}]), "actions.0.value", "leave it"),
    (contact_rule(actions=[{"type": "DO_NOT_DIAL", "listId": "l"}]), "actions.0.listId", "leave"),
]  # fmt: skip


@pytest.mark.parametrize(("wrong", "path", "instead"), WRONG)
def test_what_has_no_counterpart_is_refused_with_the_nearest_thing(
    wrong: dict[str, Any], path: str, instead: str
) -> None:
    found = refused(rule_set(contact_rule("good", 7), wrong))
    assert list(found) == [f"rules.1.{path}"]
    assert instead in found[f"rules.1.{path}"]


@pytest.mark.parametrize("good", [contact_rule(description=""), trigger_rule(enabled=False)])
def test_what_says_nothing_is_not_refused(good: dict[str, Any]) -> None:
    assert LiveBench().deploy(good).outcome == "deployed"


def test_a_campaign_turns_itself_on_by_what_is_not_its_progress() -> None:
    attempts = condition("campaign.campaignValidAttempts", "lessThan", 3, "number")
    good = trigger_rule(conditions=[attempts], actions=[{"type": "turnOnCampaign"}])
    assert LiveBench().deploy(good).outcome == "deployed"


def test_every_error_is_told_at_once_beside_those_of_the_documents() -> None:
    wrong = rule_set(
        contact_rule("A", 1, version=0, description="why"),
        contact_rule("A", 1, priority=2, actions=[{"type": 5}, set_list("l", "x")]),
    )
    assert sorted(refused(wrong)) == [
        "rules.0.description",
        "rules.0.version",
        "rules.1.actions.0.type",
        "rules.1.actions.1.type",
        "rules.1.executionOrder",
        "rules.1.name",
        "rules.1.priority",
    ]


@pytest.mark.parametrize("rules", [None, "all", [None], [5], [{}], [{"name": 5}], [{"rules": []}]])
def test_what_is_no_rule_is_refused_as_on_any_platform(rules: object) -> None:
    assert all(path.startswith("rules") for path in refused(rule_set() | {"rules": rules}))


def test_a_documents_rule_as_it_stands_has_many() -> None:
    shown = rule(conditions=[REGION], actions=[set_list("l", "x")], description="d", enabled=False)
    assert sorted(refused(rule_set(shown))) == [
        "rules.0.actions.0.type",
        "rules.0.description",
        "rules.0.enabled",
        "rules.0.priority",
    ]


def test_a_rule_keeps_its_kind() -> None:
    bench = LiveBench()
    bench.deploy(contact_rule("A", 1), trigger_rule("B", 2))
    calls = len(bench.sent())
    for changed in (trigger_rule("A", 1), contact_rule("B", 2)):
        deployment = bench.deploy(changed)
        assert (deployment.outcome, len(bench.sent())) == ("rejected", calls)
        assert [error["path"] for error in deployment.errors] == ["rules.0.conditions"]
        assert "use another name" in deployment.errors[0]["message"]


def found(*names: str, enabled: bool) -> list[DeployedRule]:
    """Rules about contacts in a rule set that is in force, or is not."""
    return [deployed(name, 1, id=f"set-1#{name}", enabled=enabled) for name in names]


@pytest.mark.parametrize(
    ("rules", "there", "is_refused"),
    [
        ([contact_rule("A")], found("A", enabled=False), False),
        ([contact_rule("A")], found("B", enabled=True), False),
        ([contact_rule("A")], found("B", enabled=False), True),
        ([contact_rule("A")], found("A", "B", enabled=False), True),
        ([contact_rule("A"), contact_rule("B", 2)], found("A", "B", enabled=False), True),
        ([trigger_rule("P")], found("B", enabled=False), False),
    ],
)
def test_a_rule_set_that_is_not_in_force_is_not_brought_into_force_with_what_nobody_asked_for(
    rules: list[dict[str, Any]],
    there: list[DeployedRule],
    is_refused: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    errors = [*LivePlatform().errors_in([Rule.parse(each) for each in rules], there)]
    assert [each.path for each in errors] == ["campaignId"] * is_refused
    assert not is_refused or "rule set set-1" in errors[0].message


def test_more_rules_than_a_rule_set_may_have_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    bench = LiveBench()
    assert bench.deploy(contact_rule("A", 1)).outcome == "deployed"
    (there,) = bench.all("/api/v2/outbound/rulesets")
    room = len(json.dumps(there["rules"])) * 3 // 2
    monkeypatch.setattr(platform, "LARGEST_RULE_SET", room)
    assert bench.deploy(contact_rule("A", 2)).outcome == "deployed"
    refused = bench.deploy(contact_rule("B", 1), contact_rule("C", 3))
    assert [error["path"] for error in refused.errors] == ["rules"]
    assert "leave some out" in refused.errors[0]["message"]
