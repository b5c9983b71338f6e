"""Deployments to the live platform: which calls they make, and that a second one makes none."""

from __future__ import annotations

from typing import Any

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
SWITCH = ["PUT campaignrules"]


@pytest.fixture
def bench() -> LiveBench:
    return LiveBench()


def deployed(bench: LiveBench, *rules: dict[str, Any]) -> list[str]:
    """The changing calls of a successful deployment."""
    calls = len(bench.calls())
    deployment = bench.deploy(*rules)
    assert (deployment.outcome, deployment.errors) == ("deployed", ())
    results = set(bench.results(deployment).values())
    assert results <= {("create", VERIFIED), ("update", VERIFIED), ("none", UNCHANGED)}
    return bench.calls()[calls:]


def test_contact_rules_are_stored_in_one_rule_set_of_the_campaign(bench: LiveBench) -> None:
    assert deployed(bench, A, B) == ["POST rulesets", "PUT campaigns", "PUT rulesets"]
    (rule_set,) = bench.all(RULE_SETS)
    assert rule_set["name"] == OURS == name_of("campaign-1")
    assert rule_set["contactList"] == {"id": "contacts-of-campaign-1"}
    assert [(each["name"], each["order"]) for each in rule_set["rules"]] == [("A", 1), ("B", 2)]
    assert bench.campaign()["ruleSets"] == [{"id": rule_set["id"]}]


def test_trigger_rule_is_created_disabled_and_then_enabled(bench: LiveBench) -> None:
    assert deployed(bench, P) == ["POST campaignrules", *SWITCH]
    rule = bench.one(CAMPAIGN_RULES, "P")
    assert (rule["enabled"], rule["version"]) == (True, 2)
    assert rule["campaignRuleEntities"] == {"campaigns": [{"id": "campaign-1"}]}
    assert bench.campaign()["ruleSets"] == []


def test_disabled_trigger_rule_stays_as_it_was_created(bench: LiveBench) -> None:
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
        (A, A | {"executionOrder": 70}, ["PUT rulesets"]),
        (A, B, ["PUT rulesets"]),
    ],
)
def test_enabled_trigger_rule_is_disabled_before_a_change(
    bench: LiveBench, before: dict[str, Any], after: dict[str, Any], calls: list[str]
) -> None:
    deployed(bench, before)
    assert deployed(bench, after) == calls
    assert bench.deploy(after).outcome == "unchanged"


def test_version_and_order_of_a_trigger_rule_are_not_compared(bench: LiveBench) -> None:
    deployed(bench, P)
    assert bench.deploy(P | {"version": 9, "executionOrder": 70}).outcome == "unchanged"


def test_same_set_again_changes_nothing(bench: LiveBench) -> None:
    deployed(bench, A, B, P)
    calls, before = len(bench.sent()), bench.world()
    again = bench.deploy(A, B, P)
    assert (again.outcome, len(bench.sent()), bench.world()) == ("unchanged", calls, before)
    assert bench.results(again) == dict.fromkeys(("A", "B", "P"), ("none", UNCHANGED))


def test_dry_run_shows_the_plan_and_changes_nothing(bench: LiveBench) -> None:
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


def test_audit_records_interim_calls(bench: LiveBench) -> None:
    deployment = bench.deploy(A, P, requestedBy="jane")
    records = bench.audit.of(deployment.deployment_id)
    assert [(each.action, each.rule_name) for each in records] == [
        ("deployment_submitted", None),
        ("deployment_planned", None),
        ("campaign_rule_created", "A"),
        ("campaign_rule_updated", "A"),
        ("campaign_rule_created", "P"),
        ("campaign_rule_updated", "P"),
        ("deployment_completed", None),
    ]
    assert records[1].deployment is not None
    assert records[1].deployment.changes == {"create": 2, "update": 0, "unchanged": 0}
    rule = bench.one(CAMPAIGN_RULES, "P")["id"]
    assert [each.detail for each in records if each.rule_name == "P"] == [
        f"{rule}, version 1: disabled temporarily",
        f"{rule}, version 2: enabled",
    ]
    assert {each.actor for each in records} == {"tests:jane"}
    assert bench.results(deployment) == {"A": ("create", VERIFIED), "P": ("create", VERIFIED)}


def test_entities_of_other_clients_are_kept(bench: LiveBench) -> None:
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


def test_contact_rules_swap_their_execution_orders(bench: LiveBench) -> None:
    deployed(bench, A, B)
    calls = deployed(bench, A | {"executionOrder": 2}, B | {"executionOrder": 1})
    assert calls == ["PUT rulesets"] * 3
    assert bench.contents()["A"]["executionOrder"] == 2


@pytest.mark.parametrize(
    ("operation", "kind"),
    [
        (Operation.CREATE_RULE_SET, FaultKind.RATE_LIMITED),
        (Operation.CREATE_CAMPAIGN_RULE, FaultKind.DROP_AFTER),
        (Operation.CREATE_RULE_SET, FaultKind.UNAVAILABLE_AFTER),
        (Operation.UPDATE_CAMPAIGN, FaultKind.DROP_AFTER),
        (Operation.UPDATE_CAMPAIGN, FaultKind.TIMEOUT_BEFORE),
        (Operation.UPDATE_RULE_SET, FaultKind.MALFORMED_AFTER),
        (Operation.UPDATE_RULE_SET, FaultKind.RATE_LIMITED),
        (Operation.UPDATE_CAMPAIGN_RULE, FaultKind.UNAVAILABLE_AFTER),
        (Operation.UPDATE_CAMPAIGN_RULE, FaultKind.TIMEOUT_BEFORE),
    ],
)
def test_temporary_fault_is_retried_and_no_call_is_applied_twice(
    bench: LiveBench, operation: Operation, kind: FaultKind
) -> None:
    bench.simulator.faults.add(Fault(kind, operation))
    assert bench.deploy(A, B, P).outcome == "deployed"
    assert [each["name"] for each in bench.all(CAMPAIGN_RULES)] == ["P"]
    (rule_set,) = bench.all(RULE_SETS)
    assert [each["name"] for each in rule_set["rules"]] == ["A", "B"]
    assert (rule_set["version"], bench.campaign()["version"]) == (2, 2)
    assert bench.one(CAMPAIGN_RULES, "P")["version"] == 2


def test_rule_set_left_by_a_failed_deployment_is_used_by_the_next(bench: LiveBench) -> None:
    left = LiveBench(bench.simulator, bench.clock)
    deployed(left, A)
    left.edit(left.campaign(), ruleSets=[])
    assert next(bench.deploy(A, dryRun=True).results()).action == "update"
    assert deployed(bench, B, A) == ["PUT campaigns", "PUT rulesets"]
    assert bench.deploy(A, B).outcome == "unchanged"


def test_unknown_campaign_is_rejected(bench: LiveBench) -> None:
    deployment = bench.deploy(A, campaignId="unheard-of")
    assert [error["path"] for error in deployment.errors] == ["campaignId"]


def test_missing_permission_is_named() -> None:
    client = OAuthClient(permissions=frozenset({"outbound:campaign:view", "outbound:ruleSet:view"}))
    settings = SimulatorSettings(clients=(client,), live=LiveSettings(requests_per_minute=None))
    clock = Clock()
    failed = LiveBench(Simulator(Corpus.of(()), settings, clock), clock).deploy(A)
    assert failed.outcome == "failed"
    assert "outbound:campaignRule:view" in (failed.detail or "")


def test_deployment_that_may_grow_too_large_is_rejected(
    bench: LiveBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    deployed(bench, P)
    rules = [trigger_rule(f"rule {number}", number) for number in range(1, 10)]
    rules.append(trigger_rule("P", 80, actions=RECYCLE))
    sizes = [0]

    def measure() -> None:
        *_, stored = bench.deployments.all()
        sizes.append(len(stored.model_dump_json()))

    bench.on_wait = lambda _: measure()
    other = LiveBench(bench.simulator, bench.clock)
    monkeypatch.setattr(plan_campaign_rules, "LARGEST_DEPLOYMENT", 10_000)
    refused = other.deploy(*rules)
    assert (refused.outcome, [error["path"] for error in refused.errors]) == ("rejected", ["rules"])
    monkeypatch.setattr(plan_campaign_rules, "LARGEST_DEPLOYMENT", 320_000)
    assert bench.deploy(*rules, dryRun=True).outcome == "dry_run"
    planned = bench.deployments.all()[-1]
    assert bench.deploy(*rules).outcome == "deployed"
    assert max(sizes) <= len(planned.model_dump_json()) + growth(planned)
    assert max(sizes) > len(planned.model_dump_json())
