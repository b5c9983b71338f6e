"""Rules that the live platform does not support are refused by field, before any call."""

from __future__ import annotations

import json
from typing import Any

import pytest
from genesys_purge.campaign_rules.condition_meaning import EXACT
from genesys_purge.campaign_rules.live import platform
from genesys_purge.campaign_rules.live.platform import LivePlatform
from genesys_purge.campaign_rules.rules import DeployedRule, Rule
from genesys_purge.errors import InvalidRequest
from genesys_purge.model.submission import Submission

from tests.unit.campaign_rules.deploying.live_bench import LiveBench, contact_rule, trigger_rule
from tests.unit.campaign_rules.examples import condition, deployed, rule, rule_set, set_list

REGION = condition("region", "equals", "eu", "string")
PROGRESS = condition("campaign.campaignProgress", "greaterThan", 0.5, "number")


def refused(document: dict[str, Any]) -> dict[str, str]:
    """The message of each path; nothing was stored or sent."""
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


# Each is a supported rule with one change, the path of its error, and the alternative.
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


def test_unsupported_rule_is_refused_with_the_nearest_alternative() -> None:
    for wrong, path, instead in WRONG:
        good = Rule.parse(contact_rule("good", 7))
        rules = [good, Rule.parse(wrong)]
        (error,) = LivePlatform().errors_in(rules)
        assert error.path == f"rules.1.{path}"
        assert instead in error.message


def test_refused_set_is_neither_stored_nor_sent() -> None:
    wrong, path, _ = WRONG[0]
    assert list(refused(rule_set(contact_rule("good", 7), wrong))) == [f"rules.1.{path}"]


def test_empty_description_and_disabled_trigger_rule_are_supported() -> None:
    for good in (contact_rule(description=""), trigger_rule(enabled=False)):
        assert list(LivePlatform().errors_in([Rule.parse(good)])) == []


def test_campaign_may_turn_itself_on_by_other_numbers_than_its_progress() -> None:
    attempts = condition("campaign.campaignValidAttempts", "lessThan", 3, "number")
    good = trigger_rule(conditions=[attempts], actions=[{"type": "turnOnCampaign"}])
    assert LiveBench().deploy(good).outcome == "deployed"


def test_errors_of_the_platform_are_reported_with_all_others() -> None:
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


def test_malformed_rules_are_refused_as_on_any_platform() -> None:
    malformed: list[object] = [None, "all", [None], [5], [{}], [{"name": 5}], [{"rules": []}]]
    for rules in malformed:
        assert all(path.startswith("rules") for path in refused(rule_set() | {"rules": rules}))


def test_rule_of_the_documented_contract_has_several_errors() -> None:
    shown = rule(conditions=[REGION], actions=[set_list("l", "x")], description="d", enabled=False)
    assert sorted(refused(rule_set(shown))) == [
        "rules.0.actions.0.type",
        "rules.0.description",
        "rules.0.enabled",
        "rules.0.priority",
    ]


def test_rule_cannot_change_its_kind() -> None:
    bench = LiveBench()
    bench.deploy(contact_rule("A", 1), trigger_rule("B", 2))
    calls = len(bench.sent())
    for changed in (trigger_rule("A", 1), contact_rule("B", 2)):
        deployment = bench.deploy(changed)
        assert (deployment.outcome, len(bench.sent())) == ("rejected", calls)
        assert [error["path"] for error in deployment.errors] == ["rules.0.conditions"]
        assert "use another name" in deployment.errors[0]["message"]


def found(*names: str, enabled: bool) -> list[DeployedRule]:
    """Contact rules in a rule set that the campaign uses, or does not use."""
    return [deployed(name, 1, id=f"set-1#{name}", enabled=enabled) for name in names]


@pytest.mark.parametrize(
    ("rules", "there", "errors"),
    [
        ([contact_rule("A")], found("A", enabled=False), []),
        ([contact_rule("A")], found("B", enabled=True), []),
        ([contact_rule("A")], found("B", enabled=False), ["campaignId"]),
        ([contact_rule("A")], found("A", "B", enabled=False), ["campaignId"]),
        (
            [contact_rule("A"), contact_rule("B", 2)],
            found("A", "B", enabled=False),
            ["campaignId"],
        ),
        ([trigger_rule("P")], found("B", enabled=False), []),
    ],
)
def test_unused_rule_set_of_another_client_is_not_put_to_use(
    rules: list[dict[str, Any]], there: list[DeployedRule], errors: list[str]
) -> None:
    reported = [*LivePlatform().errors_in([Rule.parse(each) for each in rules], there)]
    assert [each.path for each in reported] == errors
    assert all("rule set set-1" in each.message for each in reported)


def test_rule_set_above_the_size_limit_is_rejected(monkeypatch: pytest.MonkeyPatch) -> None:
    bench = LiveBench()
    assert bench.deploy(contact_rule("A", 1)).outcome == "deployed"
    (there,) = bench.all("/api/v2/outbound/rulesets")
    room = len(json.dumps(there["rules"])) * 3 // 2
    monkeypatch.setattr(platform, "LARGEST_RULE_SET", room)
    assert bench.deploy(contact_rule("A", 2)).outcome == "deployed"
    refused = bench.deploy(contact_rule("B", 1), contact_rule("C", 3))
    assert [error["path"] for error in refused.errors] == ["rules"]
    assert "leave some out" in refused.errors[0]["message"]
