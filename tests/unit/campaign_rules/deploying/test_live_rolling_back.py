"""Roll backs on the live platform, and changes of other clients meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from simulator import Fault, FaultKind, Operation
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
UPDATE_SET, UPDATE_RULE = Operation.UPDATE_RULE_SET, Operation.UPDATE_CAMPAIGN_RULE
DELETED = '"P": another client deleted it meanwhile'


@pytest.fixture
def bench() -> LiveBench:
    return LiveBench()


def fail(
    bench: LiveBench,
    operation: Operation,
    kind: FaultKind = FaultKind.RATE_LIMITED,
    after: int = 0,
    times: int = 5,
) -> None:
    bench.simulator.faults.add(Fault(kind, operation, after=after, times=times))


def before_first(bench: LiveBench, verb: str, word: str, change: Callable[[], Any]) -> None:
    """Another client makes a change right before the first call of that kind."""
    changes = [change]

    def interfere(request: httpx.Request) -> None:
        if request.method == verb and word in request.url.path and changes:
            changes.pop()()

    bench.around_call = interfere


@pytest.mark.parametrize(
    ("operation", "after", "others"),
    [
        (Operation.CREATE_CAMPAIGN_RULE, 0, ()),
        (UPDATE_SET, 0, ()),
        (UPDATE_RULE, 0, ()),
        (UPDATE_RULE, 1, ()),
        (UPDATE_RULE, 2, ()),
        (UPDATE_RULE, 3, ()),
        (UPDATE_SET, 0, (contact_rule("other", 80),)),
        (UPDATE_RULE, 3, (contact_rule("other", 80),)),
    ],
)
def test_failed_call_restores_everything(
    bench: LiveBench, operation: Operation, after: int, others: tuple[Any, ...]
) -> None:
    assert bench.deploy(P, *others).outcome == "deployed"
    before = bench.world()
    fail(bench, operation, after=after)
    changed = trigger_rule("P", 3, actions=RECYCLE)
    deployment = bench.deploy(A, B, changed, trigger_rule("new", 4))
    assert (deployment.outcome, bench.world()) == ("rolled_back", before)


def test_rule_set_that_the_campaign_cannot_use_is_deleted(bench: LiveBench) -> None:
    before = bench.world()
    fail(bench, Operation.UPDATE_CAMPAIGN)
    assert bench.deploy(A, P).outcome == "rolled_back"
    assert bench.world() == before


def test_roll_back_is_retried(bench: LiveBench) -> None:
    fail(bench, UPDATE_RULE)
    fail(bench, UPDATE_SET, FaultKind.UNAVAILABLE, after=1, times=3)
    before = bench.world()
    assert bench.deploy(A, B, P).outcome == "rolled_back"
    assert bench.world() == before


def test_rule_that_cannot_be_restored_is_reported_and_skipped(bench: LiveBench) -> None:
    fail(bench, UPDATE_RULE)
    fail(bench, Operation.DELETE_CAMPAIGN_RULE, times=99)
    deployment = bench.deploy(A, P)
    assert deployment.outcome == "failed"
    assert bench.results(deployment)["P"] == ("create", "not_rolled_back")
    assert bench.results(deployment)["A"] == ("create", "rolled_back")


def test_rule_made_by_hand_is_restored_unchanged(bench: LiveBench) -> None:
    assert bench.deploy(A).outcome == "deployed"
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
    fail(bench, UPDATE_RULE)
    assert bench.deploy(A, P).outcome == "rolled_back"
    assert bench.world() == before
    assert bench.deploy(A, P).outcome == "deployed"
    assert bench.deploy(A, P).outcome == "unchanged"


@pytest.mark.parametrize("word", ["rulesets", "campaignrules", "campaigns"])
def test_version_used_by_another_client_is_read_again(bench: LiveBench, word: str) -> None:
    changes: dict[str, Callable[[], Any]] = {
        "rulesets": lambda: bench.edit(bench.one(RULE_SETS, OURS)),
        "campaignrules": lambda: bench.edit(bench.one(CAMPAIGN_RULES, "P")),
        "campaigns": lambda: bench.edit(bench.campaign()),
    }
    before_first(bench, "PUT", word, changes[word])
    deployment = bench.deploy(A, B, P)
    assert deployment.outcome == "deployed"
    # The other client's call, our refused one, and our second one.
    assert bench.calls().count(f"PUT {word}") == 3


def test_rule_changed_by_another_client_is_kept(bench: LiveBench) -> None:
    assert bench.deploy(A, P).outcome == "deployed"

    def change(seconds: float) -> None:
        if seconds and bench.one(RULE_SETS, OURS)["rules"][0]["order"] == 2:
            rule_set = bench.one(RULE_SETS, OURS)
            bench.edit(rule_set, rules=[rule_set["rules"][0] | {"order": 33}])

    bench.on_wait = change
    fail(bench, UPDATE_RULE)
    deployment = bench.deploy(A | {"executionOrder": 2}, OFF)
    assert deployment.outcome == "failed"
    assert bench.results(deployment)["A"] == ("update", "not_rolled_back")
    assert bench.one(RULE_SETS, OURS)["rules"][0]["order"] == 33


def test_rule_set_with_rules_of_another_client_stays_in_use(bench: LiveBench) -> None:
    def add(seconds: float) -> None:
        if seconds and bench.all(RULE_SETS):
            rule_set = bench.one(RULE_SETS, OURS)
            (rule,) = rule_set["rules"]
            bench.edit(rule_set, rules=[rule, rule | {"name": "theirs", "order": 77}])
            bench.on_wait = lambda _: None

    bench.on_wait = add
    fail(bench, UPDATE_RULE)
    deployment = bench.deploy(A, P)
    assert deployment.outcome == "failed"
    assert bench.results(deployment)["A"] == ("create", "not_rolled_back")
    (rule_set,) = bench.all(RULE_SETS)
    assert bench.campaign()["ruleSets"] == [{"id": rule_set["id"]}]


def test_trigger_rule_deleted_between_our_tries_fails(bench: LiveBench) -> None:
    def delete(seconds: float) -> None:
        if seconds and bench.all(CAMPAIGN_RULES):
            bench.discard(bench.one(CAMPAIGN_RULES, "P"))

    fail(bench, UPDATE_RULE, times=1)
    bench.on_wait = delete
    deployment = bench.deploy(P)
    assert (deployment.outcome, bench.all(CAMPAIGN_RULES)) == ("rolled_back", [])
    assert deployment.detail == DELETED


def test_trigger_rule_deleted_before_it_is_enabled_is_not_created_again(bench: LiveBench) -> None:
    def delete(_: float) -> None:
        for each in bench.all(CAMPAIGN_RULES):
            bench.discard(each)

    # So slow that the next task enables it.
    bench.around_call = lambda request: bench.clock.wait(20 * (request.method == "POST"))
    bench.on_wait = delete
    deployment = bench.deploy(P)
    assert (deployment.outcome, bench.all(CAMPAIGN_RULES)) == ("rolled_back", [])
    assert bench.calls().count("POST campaignrules") == 1
    assert deployment.detail == DELETED


def test_name_used_by_another_campaign_fails_with_the_platforms_message(bench: LiveBench) -> None:
    assert bench.deploy(OFF).outcome == "deployed"
    theirs = {"campaigns": [{"id": "campaign-2"}]}
    bench.edit(bench.one(CAMPAIGN_RULES, "P"), campaignRuleEntities=theirs)
    before = bench.world()
    deployment = bench.deploy(A, P)
    assert (deployment.outcome, bench.world()) == ("rolled_back", before)
    assert "entity is called 'P'" in (deployment.detail or "")
