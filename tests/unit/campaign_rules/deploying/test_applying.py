"""ApplyCampaignRules and VerifyCampaignRules, whatever Genesys answers."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
import pytest
from genesys_purge.campaign_rules.deploying.deployment_messages import Phase
from genesys_purge.model.audit import Action

from simulator import Fault, FaultKind, Operation
from tests.unit.campaign_rules.deploying.bench import CALL_SECONDS, DeployBench, Killed
from tests.unit.campaign_rules.examples import rule

A, B = rule("A", 1), rule("B", 2)
VERIFIED, UNCHANGED = "verified", "unchanged"
CREATE, UPDATE = Operation.CREATE_CAMPAIGN_RULE, Operation.UPDATE_CAMPAIGN_RULE
LIST = Operation.LIST_CAMPAIGN_RULES


@pytest.fixture
def bench() -> DeployBench:
    return DeployBench()


def verbs(bench: DeployBench) -> list[tuple[str, str, int]]:
    """The changing calls: verb, rule and version."""
    return [(verb, body["name"], body["version"]) for verb, body in bench.sent() if body]


def before_first(bench: DeployBench, verb: str, change: Any) -> None:
    """Another client makes a change right before the first call with that verb."""
    changes = [change]

    def interfere(request: Any) -> None:
        if request.method == verb and "/rules" in request.url.path and changes:
            changes.pop()()

    bench.around_call = interfere


def test_rules_are_created_and_updated_in_execution_order(bench: DeployBench) -> None:
    bench.put(rule("C", 3, version=4), rule("other", 9))

    deployment = bench.deploy(B, rule("C", 3, priority=500), A)

    assert deployment.outcome == "deployed"
    assert bench.results(deployment) == {
        "A": ("create", VERIFIED),
        "B": ("create", VERIFIED),
        "C": ("update", VERIFIED),
    }
    sent = verbs(bench)[2:]
    assert sent == [("POST", "A", 1), ("POST", "B", 1), ("PUT", "C", 5)]
    assert bench.at_genesys("C")["priority"] == 500
    assert bench.contents().keys() == {"A", "B", "C", "other"}


def test_repeated_task_does_not_create_a_rule_that_is_not_listed_yet(bench: DeployBench) -> None:
    bench.simulator.faults.add(Fault(FaultKind.TIMEOUT_AFTER, CREATE))
    steps = [bench.executions.started[bench.submit(A)]]
    while len(bench.sent()) < 1:
        steps.append(bench.phases[steps[-1].next](steps[-1]))

    repeated = bench.phases[Phase.APPLY](steps[-2])

    assert (repeated.next, repeated.wait_seconds, len(bench.sent())) == (Phase.APPLY, 5, 1)


def test_audit_records_who_changed_which_rule(bench: DeployBench) -> None:
    bench.put(A)
    deployment = bench.deploy(rule("A", 1, priority=500), B, requestedBy="jane")
    records = bench.audit.of(deployment.deployment_id)
    assert [(each.action, each.rule_name) for each in records] == [
        ("deployment_submitted", None),
        ("deployment_planned", None),
        ("campaign_rule_updated", "A"),
        ("campaign_rule_created", "B"),
        ("deployment_completed", None),
    ]
    assert {each.actor for each in records} == {"tests:jane"}
    a = bench.at_genesys("A")["id"]
    assert records[2].detail == f"{a}, version 2: priority"
    assert [(each.outcome, each.detail) for each in (records[0], records[1], records[-1])] == [
        (None, None),
        (None, None),
        ("deployed", None),
    ]


def test_audit_has_the_facts_of_a_deployment_as_fields(bench: DeployBench) -> None:
    bench.put(A)
    deployment = bench.deploy(rule("A", 1, priority=500), B)
    facts = {"campaignId": deployment.campaign_id, "rules": 2, "dryRun": False}
    changes = {"changes": {"create": 1, "update": 1, "unchanged": 0}}
    records = [each.to_json() for each in bench.audit.of(deployment.deployment_id)]
    a, b = (bench.at_genesys(name)["id"] for name in "AB")
    assert [each["change"] for each in records[2:4]] == [
        {"ruleId": a, "version": 2, "changed": ["priority"]},
        {"ruleId": b, "version": 1},
    ]
    assert [each.get("deployment") for each in records] == [
        facts,
        facts | changes,
        None,
        None,
        facts | changes,
    ]


def test_audit_of_d5_has_the_facts_in_words(bench: DeployBench) -> None:
    deployment = bench.deploy(rule("A", 1), dryRun=True)
    path = {"deploymentId": deployment.deployment_id}
    shown = bench.read_campaign_rules("GET /campaign-rules/{deploymentId}/audit", path, {})
    assert [each["details"] for each in shown["records"]] == [
        "1 rule; a dry run",
        "dry_run; 1 rule; a dry run; create 1; update 0; unchanged 0",
    ]


def test_rules_swap_their_execution_orders(bench: DeployBench) -> None:
    bench.put(A, B)
    deployment = bench.deploy(rule("A", 2), rule("B", 1))
    assert deployment.outcome == "deployed"
    assert bench.contents()["A"]["executionOrder"] == 2
    assert verbs(bench)[2:] == [("PUT", "A", 2), ("PUT", "B", 2), ("PUT", "A", 3)]
    assert bench.results(deployment) == {"A": ("update", VERIFIED), "B": ("update", VERIFIED)}


def test_slow_calls_are_continued_by_the_next_task(bench: DeployBench) -> None:
    bench.around_call = lambda request: bench.clock.wait(3 * (request.method == "POST"))
    deployment = bench.deploy(*(rule(f"rule {number}", number) for number in range(1, 10)))
    assert deployment.outcome == "deployed"
    assert len(bench.waits) > 4


@pytest.mark.parametrize("operation", [CREATE, UPDATE])
@pytest.mark.parametrize(
    "kind",
    [
        FaultKind.RATE_LIMITED,
        FaultKind.UNAVAILABLE_AFTER,
        FaultKind.TIMEOUT_BEFORE,
        FaultKind.DROP_AFTER,
        FaultKind.MALFORMED_AFTER,
        FaultKind.TOKEN_REVOKED,
        FaultKind.INSUFFICIENT_STORAGE,
    ],
)
def test_temporary_fault_is_retried_and_no_call_is_applied_twice(
    bench: DeployBench, kind: FaultKind, operation: Operation
) -> None:
    bench.put(A)
    bench.simulator.faults.add(Fault(kind, operation))

    deployment = bench.deploy(rule("A", 1, priority=500), B)

    assert deployment.outcome == "deployed"
    assert bench.contents().keys() == {"A", "B"}
    versions = {name: bench.at_genesys(name)["version"] for name in ("A", "B")}
    assert versions == {"A": 2, "B": 1}


def test_fifth_try_after_429_is_the_last(bench: DeployBench) -> None:
    bench.simulator.faults.add(Fault(FaultKind.RATE_LIMITED, CREATE, times=4))
    assert bench.deploy(A).outcome == "deployed"
    assert [wait for wait in bench.waits if wait] == [2, 4, 8, 16]

    bench.simulator.faults.add(Fault(FaultKind.RATE_LIMITED, CREATE, times=5))
    failed = bench.deploy(A, B)
    assert (failed.outcome, bench.results(failed)["B"]) == ("rolled_back", ("create", "failed"))
    assert len([each for each in verbs(bench) if each[1] == "B"]) == 5


def test_retry_after_of_genesys_is_awaited(bench: DeployBench) -> None:
    bench.simulator.faults.add(Fault(FaultKind.RATE_LIMITED, CREATE, retry_after=40))
    assert bench.deploy(A).outcome == "deployed"
    assert max(bench.waits) == 42


@pytest.mark.parametrize("kind", [FaultKind.RATE_LIMITED, FaultKind.MALFORMED_BEFORE])
def test_list_that_cannot_be_read_is_read_again(bench: DeployBench, kind: FaultKind) -> None:
    for after in range(3):
        bench.simulator.faults.add(Fault(kind, LIST, after=after * 2, times=1))
    assert bench.deploy(A).outcome == "deployed"


def test_version_used_by_another_client_is_read_again_at_once(bench: DeployBench) -> None:
    bench.put(A)
    before_first(bench, "PUT", lambda: bench.change("A", priority=7))

    deployment = bench.deploy(rule("A", 1, description="ours"))

    assert deployment.outcome == "deployed"
    assert bench.at_genesys("A")["version"] == 3
    assert (bench.contents()["A"]["priority"], bench.contents()["A"]["description"]) == (10, "ours")
    assert bench.waits == [0, 0, 0, 0]


def test_rule_created_by_another_client_is_updated(bench: DeployBench) -> None:
    before_first(bench, "POST", lambda: bench.put(rule("A", 77, version=3)))
    deployment = bench.deploy(A)
    assert deployment.outcome == "deployed"
    assert bench.results(deployment) == {"A": ("update", VERIFIED)}
    assert (bench.at_genesys("A")["version"], len(bench.contents())) == (4, 1)


def test_rule_that_another_client_made_as_wanted_is_unchanged(bench: DeployBench) -> None:
    before_first(bench, "POST", lambda: bench.put(B))
    deployment = bench.deploy(A, B)
    assert deployment.outcome == "deployed"
    assert bench.results(deployment) == {"A": ("create", VERIFIED), "B": ("create", UNCHANGED)}
    assert bench.actions(deployment).count(Action.CAMPAIGN_RULE_CREATED) == 1


def test_call_of_a_dead_task_is_awaited_for_its_lease(bench: DeployBench) -> None:
    lost: list[httpx.Request] = []

    def die(request: httpx.Request) -> None:
        if request.method == "POST" and "/rules" in request.url.path and not lost:
            bench.around_call = lambda _: None
            lost.append(request)
            raise Killed

    def take_effect(seconds: float) -> None:
        if seconds > CALL_SECONDS / 2:
            bench.simulator.transport().handle_request(lost.pop())

    bench.around_call, bench.on_wait = die, take_effect
    deployment = bench.deploy(A)
    assert (deployment.outcome, lost) == ("deployed", [])
    assert [verb for verb, _ in bench.sent()] == ["POST"]
    records = bench.audit.of(deployment.deployment_id)
    assert (records[2].detail or "").endswith("; found after a call without an answer")


def test_call_in_doubt_of_a_failed_rule_settles_in_the_roll_back(bench: DeployBench) -> None:
    def die(request: httpx.Request) -> None:
        if request.method == "POST" and "/rules" in request.url.path:
            bench.around_call = lambda _: None
            raise Killed

    def take_the_order(seconds: float) -> None:
        if seconds > CALL_SECONDS / 2:
            bench.put(rule("other", 1))

    bench.around_call, bench.on_wait = die, take_the_order
    deployment = bench.deploy(A)
    assert (deployment.outcome, list(bench.contents())) == ("rolled_back", ["other"])
    assert deployment.detail == '"A": "other" has execution order 1 meanwhile'
    assert [wait for wait in bench.waits if wait] == [CALL_SECONDS - 1, 5, 5]


def test_verification_retries_a_failed_read(bench: DeployBench) -> None:
    bench.simulator.faults.add(Fault(FaultKind.UNAVAILABLE, LIST, after=2, times=4))
    assert bench.deploy(A).outcome == "deployed"


def test_verification_retries_an_outdated_read(bench: DeployBench) -> None:
    bench.put(A)
    bench.seen_as = lambda seen: seen | {"priority": 10} if bench.clock() < end else seen
    end = bench.clock() + timedelta(seconds=20)
    deployment = bench.deploy(rule("A", 1, priority=500))
    assert (deployment.outcome, bench.at_genesys("A")["version"]) == ("deployed", 2)


def test_duration_and_outcome_are_measured(bench: DeployBench) -> None:
    bench.simulator.faults.add(Fault(FaultKind.RATE_LIMITED, CREATE, retry_after=10))
    deployment = bench.deploy(A)
    assert bench.meter.counts == {"DeploymentsDeployed": 1}
    assert bench.meter.durations["DeploymentDuration"] >= 10
    assert deployment.finished_at == bench.clock()
