"""Deployments to the live platform: there, unchanged the second time, and back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from genesys_purge.campaign_rules.deploying import plan_campaign_rules
from genesys_purge.campaign_rules.deploying.planning import growth
from genesys_purge.campaign_rules.live.rule_sets import name_of

from simulator import (
    Corpus,
    Fault,
    FaultKind,
    LiveSettings,
    OAuthClient,
    Operation,
    Simulator,
    SimulatorSettings,
)
from tests.clock import Clock
from tests.unit.campaign_rules.deploying.live_bench import (
    CAMPAIGN_RULES,
    OURS,
    RULE_SETS,
    LiveBench,
    contact_rule,
    trigger_rule,
)

RECYCLE = [{"type": "recycleCampaign"}]
A, B, P = contact_rule("A", 1), contact_rule("B", 2), trigger_rule("P", 3)
OFF = trigger_rule("P", 3, enabled=False)
VERIFIED, UNCHANGED = "verified", "unchanged"
UPDATE_SET, UPDATE_RULE = Operation.UPDATE_RULE_SET, Operation.UPDATE_CAMPAIGN_RULE
SWITCH = ["PUT campaignrules"]


@pytest.fixture
def bench() -> LiveBench:
    return LiveBench()


def deployed(bench: LiveBench, *rules: dict[str, Any]) -> list[str]:
    """The changing calls of a deployment that ends well."""
    calls = len(bench.calls())
    deployment = bench.deploy(*rules)
    assert (deployment.outcome, deployment.errors) == ("deployed", ())
    told = set(bench.results(deployment).values())
    assert told <= {("create", VERIFIED), ("update", VERIFIED), ("none", UNCHANGED)}
    return bench.calls()[calls:]


def at_first(bench: LiveBench, verb: str, word: str, change: Callable[[], Any]) -> None:
    """Something happens right before the first call of that kind."""
    changes = [change]

    def interfere(request: httpx.Request) -> None:
        if request.method == verb and word in request.url.path and changes:
            changes.pop()()

    bench.around_call = interfere


def test_rules_about_contacts_are_in_one_rule_set_that_the_campaign_then_refers_to(
    bench: LiveBench,
) -> None:
    assert deployed(bench, A, B) == ["POST rulesets", "PUT campaigns", "PUT rulesets"]
    (rule_set,) = bench.all(RULE_SETS)
    assert rule_set["name"] == OURS == name_of("campaign-1")
    assert rule_set["contactList"] == {"id": "contacts-of-campaign-1"}
    assert [(each["name"], each["order"]) for each in rule_set["rules"]] == [("A", 1), ("B", 2)]
    assert bench.campaign()["ruleSets"] == [{"id": rule_set["id"]}]


def test_a_campaign_rule_is_created_disabled_and_then_enabled(bench: LiveBench) -> None:
    assert deployed(bench, P) == ["POST campaignrules", *SWITCH]
    rule = bench.one(CAMPAIGN_RULES, "P")
    assert (rule["enabled"], rule["version"]) == (True, 2)
    assert rule["campaignRuleEntities"] == {"campaigns": [{"id": "campaign-1"}]}
    assert bench.campaign()["ruleSets"] == []


def test_a_campaign_rule_that_is_not_to_be_enabled_stays_as_it_was_created(
    bench: LiveBench,
) -> None:
    assert deployed(bench, OFF) == ["POST campaignrules"]
    assert bench.one(CAMPAIGN_RULES, "P")["enabled"] is False


@pytest.mark.parametrize(
    ("before", "after", "calls"),
    [
        (P, OFF, SWITCH),
        (OFF, P, SWITCH),
        (P, P | {"actions": RECYCLE}, SWITCH * 3),
        (P, OFF | {"actions": RECYCLE}, SWITCH * 2),
        (OFF, P | {"actions": RECYCLE}, SWITCH * 2),
        (OFF, OFF | {"actions": RECYCLE}, SWITCH),
        (P, P | {"version": 9, "executionOrder": 70}, []),
        (A, A | {"executionOrder": 70}, ["PUT rulesets"]),
        (A, B, ["PUT rulesets"]),
    ],
)
def test_nothing_of_an_enabled_campaign_rule_is_changed_and_no_more_is_called_than_needed(
    bench: LiveBench, before: dict[str, Any], after: dict[str, Any], calls: list[str]
) -> None:
    deployed(bench, before)
    if not calls:
        assert bench.deploy(after).outcome == "unchanged"
        return
    assert deployed(bench, after) == calls
    assert bench.deploy(after).outcome == "unchanged"


def test_the_same_set_again_changes_nothing(bench: LiveBench) -> None:
    deployed(bench, A, B, P)
    calls, before = len(bench.sent()), bench.world()
    again = bench.deploy(A, B, P)
    assert (again.outcome, len(bench.sent()), bench.world()) == ("unchanged", calls, before)
    assert bench.results(again) == dict.fromkeys(("A", "B", "P"), ("none", UNCHANGED))


def test_a_dry_run_shows_the_plan_and_changes_nothing(bench: LiveBench) -> None:
    deployed(bench, A, P)
    before, calls = bench.world(), len(bench.sent())
    dry = bench.deploy(A, B, P | {"actions": RECYCLE}, dryRun=True)
    assert (dry.outcome, len(bench.sent()), bench.world()) == ("dry_run", calls, before)
    assert bench.results(dry) == {
        "A": ("none", UNCHANGED),
        "B": ("create", "planned"),
        "P": ("update", "planned"),
    }
    shown = bench.read_campaign_rules("", {"deploymentId": dry.deployment_id}, {})
    assert list(shown["rules"][2]["difference"]) == ["actions"]


def test_the_audit_says_who_did_what_to_which_rule(bench: LiveBench) -> None:
    deployment = bench.deploy(A, P, requestedBy="jane")
    facts = bench.audit.of(deployment.deployment_id)
    assert [(fact.action, fact.rule_name) for fact in facts] == [
        ("deployment_submitted", None),
        ("deployment_planned", None),
        ("campaign_rule_created", "A"),
        ("campaign_rule_updated", "A"),
        ("campaign_rule_created", "P"),
        ("campaign_rule_updated", "P"),
        ("deployment_completed", None),
    ]
    assert facts[1].detail == "2 to create, 0 to update, 0 unchanged"
    rule = bench.one(CAMPAIGN_RULES, "P")["id"]
    told = [fact.detail or "" for fact in facts if fact.rule_name == "P"]
    assert told[0].startswith(f"{rule}, version 1: disabled temporarily")
    assert told[1] == f"{rule}, version 2: enabled"
    assert {fact.actor for fact in facts} == {"tests:jane"}
    assert bench.results(deployment) == {"A": ("create", VERIFIED), "P": ("create", VERIFIED)}


def test_what_others_have_made_is_neither_touched_nor_taken_for_ours(bench: LiveBench) -> None:
    bench.make(RULE_SETS, {"name": f"{OURS}0", "rules": []})
    theirs = bench.make(RULE_SETS, {"name": "theirs", "rules": []})
    bench.edit(bench.campaign(), ruleSets=[{"id": theirs["id"]}], campaignStatus="on")
    deployed(bench, P)
    several = bench.one(CAMPAIGN_RULES, "P")
    both = {"campaigns": [{"id": "campaign-1"}, {"id": "campaign-2"}]}
    off = bench.edit(several, enabled=False)
    bench.edit(off, campaignRuleEntities=both, name="several")
    before = bench.world()

    deployed(bench, A, P)

    campaign, ours = bench.campaign(), bench.one(RULE_SETS, OURS)
    assert campaign["ruleSets"] == [{"id": theirs["id"]}, {"id": ours["id"]}]
    assert campaign["campaignStatus"] == "on"
    after = bench.world()
    assert after["ruleSets"].items() >= before["ruleSets"].items()
    assert after["campaignRules"]["several"] == before["campaignRules"]["several"]


def test_rules_about_contacts_may_trade_places(bench: LiveBench) -> None:
    deployed(bench, A, B)
    calls = deployed(bench, A | {"executionOrder": 2}, B | {"executionOrder": 1})
    assert calls == ["PUT rulesets"] * 3
    assert bench.contents()["A"]["executionOrder"] == 2


def test_a_rule_made_by_hand_is_replaced_and_rolled_back_to_the_letter(bench: LiveBench) -> None:
    deployed(bench, A)
    wrapup = {
        "name": "A",
        "order": 1,
        "category": "DIALER_WRAPUP",
        "conditions": [{"type": "wrapupCondition", "codes": ["code-1"]}],
        "actions": [
            {
                "type": "Action",
                "actionTypeName": "SCHEDULE_CALLBACK",
                "properties": {"callbackOffset": "5"},
            }
        ],
    }
    bench.edit(bench.one(RULE_SETS, OURS), rules=[wrapup])
    before = bench.world()
    bench.simulator.faults.add(Fault(FaultKind.RATE_LIMITED, UPDATE_RULE, times=5))
    assert bench.deploy(A, P).outcome == "rolled_back"
    assert bench.world() == before
    assert deployed(bench, A, P) == ["PUT rulesets", "POST campaignrules", *SWITCH]
    assert bench.deploy(A, P).outcome == "unchanged"


@pytest.mark.parametrize(
    "operation",
    [
        Operation.CREATE_RULE_SET,
        Operation.CREATE_CAMPAIGN_RULE,
        Operation.UPDATE_CAMPAIGN,
        UPDATE_SET,
        UPDATE_RULE,
    ],
)
@pytest.mark.parametrize(
    "kind",
    [
        FaultKind.RATE_LIMITED,
        FaultKind.UNAVAILABLE_AFTER,
        FaultKind.TIMEOUT_BEFORE,
        FaultKind.DROP_AFTER,
        FaultKind.MALFORMED_AFTER,
    ],
)  # fmt: skip
def test_what_passes_is_waited_for_and_nothing_is_done_twice(
    bench: LiveBench, kind: FaultKind, operation: Operation
) -> None:
    bench.simulator.faults.add(Fault(kind, operation))
    assert bench.deploy(A, B, P).outcome == "deployed"
    assert [each["name"] for each in bench.all(CAMPAIGN_RULES)] == ["P"]
    (rule_set,) = bench.all(RULE_SETS)
    assert [each["name"] for each in rule_set["rules"]] == ["A", "B"]
    assert (rule_set["version"], bench.campaign()["version"]) == (2, 2)
    assert bench.one(CAMPAIGN_RULES, "P")["version"] == 2


@pytest.mark.parametrize("word", ["rulesets", "campaignrules", "campaigns"])
def test_a_version_that_somebody_else_has_used_up_is_read_and_gone_on_from(
    bench: LiveBench, word: str
) -> None:
    changes: dict[str, Callable[[], Any]] = {
        "rulesets": lambda: bench.edit(bench.one(RULE_SETS, OURS)),
        "campaignrules": lambda: bench.edit(bench.one(CAMPAIGN_RULES, "P")),
        "campaigns": lambda: bench.edit(bench.campaign()),
    }
    at_first(bench, "PUT", word, changes[word])
    deployment = bench.deploy(A, B, P)
    assert deployment.outcome == "deployed"
    # Theirs, ours that was refused, and ours again.
    assert bench.calls().count(f"PUT {word}") == 3


FAILS = [
    (Operation.CREATE_CAMPAIGN_RULE, 0),
    (UPDATE_SET, 0),
    (UPDATE_RULE, 0),
    (UPDATE_RULE, 1),
    (UPDATE_RULE, 2),
    (UPDATE_RULE, 3),
]


@pytest.mark.parametrize(("operation", "after"), FAILS)
@pytest.mark.parametrize("others", [(), (contact_rule("other", 80),)])
def test_when_a_call_fails_for_good_everything_is_as_it_was(
    bench: LiveBench, operation: Operation, after: int, others: tuple[Any, ...]
) -> None:
    deployed(bench, P, *others)
    before = bench.world()
    bench.simulator.faults.add(Fault(FaultKind.RATE_LIMITED, operation, after=after, times=5))
    changed = trigger_rule("P", 3, actions=RECYCLE)
    deployment = bench.deploy(A, B, changed, trigger_rule("new", 4))
    assert (deployment.outcome, bench.world()) == ("rolled_back", before)


def test_a_campaign_that_cannot_refer_to_its_rule_set_leaves_none_behind(bench: LiveBench) -> None:
    before = bench.world()
    bench.simulator.faults.add(Fault(FaultKind.RATE_LIMITED, Operation.UPDATE_CAMPAIGN, times=5))
    assert bench.deploy(A, P).outcome == "rolled_back"
    assert bench.world() == before


def test_rolling_back_is_tried_hard_and_told_where_it_is_in_vain(bench: LiveBench) -> None:
    fails = Fault(FaultKind.RATE_LIMITED, UPDATE_RULE, times=5)
    bench.simulator.faults.add(fails, Fault(FaultKind.UNAVAILABLE, UPDATE_SET, after=1, times=3))
    before = bench.world()
    assert bench.deploy(A, B, P).outcome == "rolled_back"
    assert bench.world() == before
    bench.simulator.faults.clear()
    stuck = Fault(FaultKind.RATE_LIMITED, Operation.DELETE_CAMPAIGN_RULE, times=99)
    bench.simulator.faults.add(fails, stuck)
    deployment = bench.deploy(A, P)
    assert deployment.outcome == "failed"
    assert bench.results(deployment)["P"] == ("create", "not_rolled_back")
    assert bench.results(deployment)["A"] == ("create", "rolled_back")


def test_a_rule_that_somebody_else_has_changed_since_is_left_as_it_is(bench: LiveBench) -> None:
    deployed(bench, A, P)

    def change(seconds: float) -> None:
        if seconds and bench.one(RULE_SETS, OURS)["rules"][0]["order"] == 2:
            rule_set = bench.one(RULE_SETS, OURS)
            bench.edit(rule_set, rules=[rule_set["rules"][0] | {"order": 33}])

    bench.on_wait = change
    bench.simulator.faults.add(Fault(FaultKind.RATE_LIMITED, UPDATE_RULE, times=5))
    deployment = bench.deploy(A | {"executionOrder": 2}, OFF)
    assert deployment.outcome == "failed"
    assert bench.results(deployment)["A"] == ("update", "not_rolled_back")
    assert bench.one(RULE_SETS, OURS)["rules"][0]["order"] == 33


def test_a_rule_set_that_others_added_to_is_not_taken_from_its_campaign(bench: LiveBench) -> None:
    def add(seconds: float) -> None:
        if seconds and bench.all(RULE_SETS):
            rule_set = bench.one(RULE_SETS, OURS)
            (rule,) = rule_set["rules"]
            bench.edit(rule_set, rules=[rule, rule | {"name": "theirs", "order": 77}])
            bench.on_wait = lambda _: None

    bench.on_wait = add
    bench.simulator.faults.add(Fault(FaultKind.RATE_LIMITED, UPDATE_RULE, times=5))
    deployment = bench.deploy(A, P)
    assert deployment.outcome == "failed"
    assert bench.results(deployment)["A"] == ("create", "not_rolled_back")
    (rule_set,) = bench.all(RULE_SETS)
    assert bench.campaign()["ruleSets"] == [{"id": rule_set["id"]}]


def test_a_campaign_rule_that_somebody_else_deletes_on_the_way_fails(bench: LiveBench) -> None:
    def delete() -> None:
        rule = bench.one(CAMPAIGN_RULES, "P")
        bench.ask("DELETE", f"https://genesys.test{rule['selfUri']}").raise_for_status()

    bench.simulator.faults.add(Fault(FaultKind.RATE_LIMITED, UPDATE_RULE))
    bench.on_wait = lambda seconds: delete() if seconds and bench.all(CAMPAIGN_RULES) else None
    deployment = bench.deploy(P)
    assert (deployment.outcome, bench.all(CAMPAIGN_RULES)) == ("rolled_back", [])
    assert deployment.detail == '"P": another client deleted it meanwhile'


def test_a_campaign_rule_that_somebody_else_deletes_before_it_is_enabled_is_not_made_again(
    bench: LiveBench,
) -> None:
    def delete(_: float) -> None:
        for each in bench.all(CAMPAIGN_RULES):
            bench.ask("DELETE", f"https://genesys.test{each['selfUri']}").raise_for_status()

    # So long that enabling it is for the next task.
    bench.around_call = lambda request: bench.clock.wait(20 * (request.method == "POST"))
    bench.on_wait = delete
    deployment = bench.deploy(P)
    assert (deployment.outcome, bench.all(CAMPAIGN_RULES)) == ("rolled_back", [])
    assert bench.calls().count("POST campaignrules") == 1
    assert deployment.detail == '"P": another client deleted it meanwhile'


def test_a_name_that_another_campaigns_rule_has_fails_with_the_platforms_words(
    bench: LiveBench,
) -> None:
    deployed(bench, OFF)
    theirs = {"campaigns": [{"id": "campaign-2"}]}
    bench.edit(bench.one(CAMPAIGN_RULES, "P"), campaignRuleEntities=theirs)
    before = bench.world()
    deployment = bench.deploy(A, P)
    assert (deployment.outcome, bench.world()) == ("rolled_back", before)
    assert "another entity is called 'P'" in (deployment.detail or "")


def test_what_a_deployment_that_died_left_is_brought_into_force_by_the_next(
    bench: LiveBench,
) -> None:
    left = LiveBench(bench.simulator, bench.clock)
    deployed(left, A)
    left.edit(left.campaign(), ruleSets=[])
    assert bench.deploy(A, dryRun=True).results().__next__().action == "update"
    assert deployed(bench, B, A) == ["PUT campaigns", "PUT rulesets"]
    assert bench.deploy(A, B).outcome == "unchanged"


def test_an_unknown_campaign_and_a_missing_permission_are_told_by_name() -> None:
    bench = LiveBench()
    deployment = bench.deploy(A, campaignId="unheard-of")
    assert [error["path"] for error in deployment.errors] == ["campaignId"]
    client = OAuthClient(permissions=frozenset({"outbound:campaign:view", "outbound:ruleSet:view"}))
    settings = SimulatorSettings(clients=(client,), live=LiveSettings(requests_per_minute=None))
    clock = Clock()
    poor = LiveBench(Simulator(Corpus.of(()), settings, clock), clock)
    failed = poor.deploy(A)
    assert failed.outcome == "failed"
    assert "outbound:campaignRule:view" in (failed.detail or "")


def test_what_may_grow_too_large_to_be_kept_on_the_way_is_rejected(
    bench: LiveBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    deployed(bench, P)
    rules = [trigger_rule(f"rule {number}", number) for number in range(9)]
    rules.append(trigger_rule("P", 80, actions=RECYCLE))
    sizes = [0]

    def measure() -> None:
        *_, stored = bench.deployments.all()
        sizes.append(len(stored.model_dump_json()))

    bench.on_wait = lambda _: measure()
    twin = LiveBench(bench.simulator, bench.clock)
    monkeypatch.setattr(plan_campaign_rules, "LARGEST_DEPLOYMENT", 10_000)
    refused = twin.deploy(*rules)
    assert (refused.outcome, [error["path"] for error in refused.errors]) == ("rejected", ["rules"])
    monkeypatch.setattr(plan_campaign_rules, "LARGEST_DEPLOYMENT", 320_000)
    assert bench.deploy(*rules, dryRun=True).outcome == "dry_run"
    planned = bench.deployments.all()[-1]
    assert bench.deploy(*rules).outcome == "deployed"
    assert max(sizes) <= len(planned.model_dump_json()) + growth(planned)
    assert max(sizes) > len(planned.model_dump_json())
