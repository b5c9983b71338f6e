"""A deployment on its way: planned, applied, verified, whatever Genesys answers."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from genesys_purge.campaign_rules.deploying.deployment import Deployment
from genesys_purge.campaign_rules.deploying.deployment_messages import Phase
from genesys_purge.model.audit import Action

from simulator import Fault, FaultKind, Operation
from tests.unit.campaign_rules.deploying.bench import DeployBench
from tests.unit.campaign_rules.examples import condition, rule, set_list

A, B, C = rule("A", 1), rule("B", 2), rule("C", 3)
VERIFIED, UNCHANGED = "verified", "unchanged"
CREATE, UPDATE = Operation.CREATE_CAMPAIGN_RULE, Operation.UPDATE_CAMPAIGN_RULE
LIST = Operation.LIST_CAMPAIGN_RULES


@pytest.fixture
def bench() -> DeployBench:
    return DeployBench()


def verbs(bench: DeployBench) -> list[tuple[str, str, int]]:
    """The changing calls: verb, rule and version."""
    return [(verb, body["name"], body["version"]) for verb, body in bench.sent() if body]


def test_new_rules_are_created_and_changed_ones_updated_in_execution_order(
    bench: DeployBench,
) -> None:
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


def test_the_audit_says_who_did_what_to_which_rule(bench: DeployBench) -> None:
    bench.put(A)
    deployment = bench.deploy(rule("A", 1, priority=500), B, requestedBy="jane")
    facts = bench.audit.of(deployment.deployment_id)
    assert [(fact.action, fact.rule_name) for fact in facts] == [
        ("deployment_submitted", None),
        ("deployment_planned", None),
        ("campaign_rule_updated", "A"),
        ("campaign_rule_created", "B"),
        ("deployment_completed", None),
    ]
    assert {fact.actor for fact in facts} == {"tests:jane"}
    a = bench.at_genesys("A")["id"]
    assert [fact.detail for fact in facts][:3] == [
        "2 rules",
        "1 to create, 1 to update, 0 unchanged",
        f"{a}, version 2: priority",
    ]
    assert facts[-1].detail == "deployed"


def test_the_same_set_again_changes_nothing(bench: DeployBench) -> None:
    rules = (
        rule("A", 1, conditions=[condition("age", "in", [1, 2.0], "number")]),
        rule("B", 2, actions=[set_list("list-1", "x")], description="b", enabled=False),
    )
    bench.deploy(*rules)
    calls, before = len(bench.sent()), bench.simulator.campaigns()

    again = bench.deploy(*rules)

    assert (again.outcome, len(bench.sent())) == ("unchanged", calls)
    assert bench.simulator.campaigns() == before
    assert bench.results(again) == {"A": ("none", UNCHANGED), "B": ("none", UNCHANGED)}
    assert bench.actions(again) == ["deployment_submitted", "deployment_completed"]


def test_only_what_differs_is_changed(bench: DeployBench) -> None:
    bench.put(A, B)
    deployment = bench.deploy(A, rule("B", 2, description="new"))
    assert bench.results(deployment) == {"A": ("none", UNCHANGED), "B": ("update", VERIFIED)}
    assert verbs(bench)[2:] == [("PUT", "B", 2)]


def test_a_dry_run_shows_the_plan_and_changes_nothing(bench: DeployBench) -> None:
    bench.put(A, rule("C", 3, priority=5))
    calls = len(bench.sent())

    dry = bench.deploy(A, B, C, dryRun=True)

    assert (dry.outcome, len(bench.sent())) == ("dry_run", calls)
    assert bench.results(dry) == {
        "A": ("none", UNCHANGED),
        "B": ("create", "planned"),
        "C": ("update", "planned"),
    }
    shown = bench.read_campaign_rules("", {"deploymentId": dry.deployment_id}, {})
    assert shown["rules"][2]["difference"] == {"priority": [5, 10]}
    assert bench.deploy(A, B, C).outcome == "deployed"


def test_rules_may_trade_places(bench: DeployBench) -> None:
    bench.put(A, B)
    deployment = bench.deploy(rule("A", 2), rule("B", 1))
    assert deployment.outcome == "deployed"
    assert bench.contents()["A"]["executionOrder"] == 2
    assert verbs(bench)[2:] == [("PUT", "A", 2), ("PUT", "B", 2), ("PUT", "A", 3)]
    assert bench.results(deployment) == {"A": ("update", VERIFIED), "B": ("update", VERIFIED)}


def test_what_clashes_with_what_is_deployed_is_rejected_with_every_error(
    bench: DeployBench,
) -> None:
    bench.put(rule("other", 1), rule("list", 8, actions=[set_list("list-1", "gold")]))
    calls = len(bench.sent())
    deployment = bench.deploy(A, rule("B", 2, actions=[set_list("list-1", "silver")]))
    assert (deployment.outcome, len(bench.sent())) == ("rejected", calls)
    assert [error["path"] for error in deployment.errors] == [
        "rules.0.executionOrder",
        "rules.1.actions.0.value",
    ]
    assert bench.results(deployment) == {}
    assert bench.deploy(B).outcome == "deployed"


def test_rules_too_large_to_be_kept_beside_what_they_replace_are_rejected(
    bench: DeployBench,
) -> None:
    bench.put(*(rule(f"rule {n}", n, description="x" * 5_000) for n in range(80)))
    changed = [rule(f"rule {number}", number) for number in range(80)]
    deployment = bench.deploy(*changed)
    assert deployment.outcome == "rejected"
    assert [error["path"] for error in deployment.errors] == ["rules"]
    assert bench.deploy(*changed[:40]).outcome == "deployed"


def test_a_name_that_two_deployed_rules_have_is_rejected(bench: DeployBench) -> None:
    bench.put(A, B)
    bench.seen_as = lambda seen: seen | {"name": "A"}
    deployment = bench.deploy(rule("A", 9))
    assert (deployment.outcome, len(bench.sent())) == ("rejected", 2)
    assert [error["path"] for error in deployment.errors] == ["rules.0.name"]


def test_of_very_many_errors_the_first_are_kept(bench: DeployBench) -> None:
    bench.put(*(rule(f"there {n}", n, actions=[set_list(f"l{n}", "x")]) for n in range(230)))
    ours = [rule(f"rule {n}", 500 + n, actions=[set_list(f"l{n}", "y")]) for n in range(230)]
    deployment = bench.deploy(*ours)
    assert deployment.outcome == "rejected"
    assert len(deployment.errors) == 201
    assert deployment.errors[-1] == {"path": "request", "message": "has 30 more errors"}


def test_a_phase_that_is_over_is_not_begun_again(bench: DeployBench) -> None:
    first = bench.submit(A)
    step = bench.executions.started[first]
    for phase in ("apply", "verify", "roll_back"):
        assert bench.phases[Phase(phase)](step).next == "plan"
    applying = bench.phases[Phase.PLAN](step)
    assert bench.phases[Phase.PLAN](step) == applying
    assert bench.phases[Phase.VERIFY](step) == applying
    bench.drive(step)
    assert {phase(step).next for phase in bench.phases.values()} == {"complete"}


def test_a_campaign_that_genesys_does_not_know_is_rejected(bench: DeployBench) -> None:
    deployment = bench.deploy(A, campaignId="unheard-of")
    assert deployment.outcome == "rejected"
    (error,) = deployment.errors
    assert error["path"] == "campaignId"
    assert error["message"].startswith("Genesys has no campaign unheard-of, or no rules for it: ")


def test_a_campaign_of_many_pages_is_read_whole(bench: DeployBench) -> None:
    many = [rule(f"rule {number}", number) for number in range(120)]
    bench.put(*many)
    deployment = bench.deploy(*many[:-1], rule("rule 119", 119, priority=500))
    assert (deployment.outcome, len(bench.sent())) == ("deployed", 121)


def test_a_set_that_needs_more_than_a_task_has_time_for_is_applied_by_several(
    bench: DeployBench,
) -> None:
    bench.around_call = lambda request: bench.clock.wait(3 * (request.method == "POST"))
    deployment = bench.deploy(*(rule(f"rule {number}", number) for number in range(9)))
    assert deployment.outcome == "deployed"
    assert len(bench.waits) > 4


@pytest.mark.parametrize("operation", [CREATE, UPDATE])
@pytest.mark.parametrize(
    "kind",
    [
        FaultKind.RATE_LIMITED,
        FaultKind.UNAVAILABLE,
        FaultKind.UNAVAILABLE_AFTER,
        FaultKind.SERVER_ERROR_AFTER,
        FaultKind.GATEWAY_TIMEOUT_AFTER,
        FaultKind.TIMEOUT_BEFORE,
        FaultKind.TIMEOUT_AFTER,
        FaultKind.DROP_BEFORE,
        FaultKind.DROP_AFTER,
        FaultKind.MALFORMED_BEFORE,
        FaultKind.MALFORMED_AFTER,
        FaultKind.TOKEN_REVOKED,
    ],
)
def test_what_passes_is_waited_for_and_nothing_is_done_twice(
    bench: DeployBench, kind: FaultKind, operation: Operation
) -> None:
    bench.put(A)
    bench.simulator.faults.add(Fault(kind, operation))

    deployment = bench.deploy(rule("A", 1, priority=500), B)

    assert deployment.outcome == "deployed"
    assert bench.contents().keys() == {"A", "B"}
    versions = {name: bench.at_genesys(name)["version"] for name in ("A", "B")}
    assert versions == {"A": 2, "B": 1}


def test_after_429_each_wait_is_twice_as_long_and_the_fifth_try_is_the_last(
    bench: DeployBench,
) -> None:
    bench.simulator.faults.add(Fault(FaultKind.RATE_LIMITED, CREATE, times=4))
    assert bench.deploy(A).outcome == "deployed"
    pauses = [wait for wait in bench.waits if wait]
    assert [low <= wait <= low + 1 for wait, low in zip(pauses, (2, 4, 8, 16), strict=True)]

    bench.simulator.faults.add(Fault(FaultKind.RATE_LIMITED, CREATE, times=5))
    failed = bench.deploy(A, B)
    assert (failed.outcome, bench.results(failed)["B"]) == ("rolled_back", ("create", "failed"))
    assert len([each for each in verbs(bench) if each[1] == "B"]) == 5


@pytest.mark.parametrize(("asked", "waited"), [(40, 40), (3_600, 600)])
def test_genesys_may_ask_for_more_patience(bench: DeployBench, asked: int, waited: int) -> None:
    bench.simulator.faults.add(Fault(FaultKind.RATE_LIMITED, CREATE, retry_after=asked))
    assert bench.deploy(A).outcome == "deployed"
    assert waited <= max(bench.waits) <= waited + 2


@pytest.mark.parametrize("kind", [FaultKind.RATE_LIMITED, FaultKind.MALFORMED_BEFORE])
def test_a_list_that_cannot_be_read_for_a_while_is_read_later(
    bench: DeployBench, kind: FaultKind
) -> None:
    for after in range(3):
        bench.simulator.faults.add(Fault(kind, LIST, after=after * 2, times=1))
    assert bench.deploy(A).outcome == "deployed"


def test_a_version_that_somebody_else_has_used_up_is_read_and_gone_on_from(
    bench: DeployBench,
) -> None:
    bench.put(A)
    meanwhile(bench, "PUT", lambda: bench.change("A", priority=7))

    deployment = bench.deploy(rule("A", 1, description="ours"))

    assert deployment.outcome == "deployed"
    assert bench.at_genesys("A")["version"] == 3
    assert (bench.contents()["A"]["priority"], bench.contents()["A"]["description"]) == (10, "ours")
    assert bench.waits == [0, 0, 0, 0]


def test_a_rule_that_somebody_else_has_created_meanwhile_is_updated(bench: DeployBench) -> None:
    meanwhile(bench, "POST", lambda: bench.put(rule("A", 77, version=3)))
    deployment = bench.deploy(A)
    assert deployment.outcome == "deployed"
    assert bench.results(deployment) == {"A": ("update", VERIFIED)}
    assert (bench.at_genesys("A")["version"], len(bench.contents())) == (4, 1)


def test_a_rule_that_somebody_else_brings_where_it_belongs_is_left_to_them(
    bench: DeployBench,
) -> None:
    meanwhile(bench, "POST", lambda: bench.put(B))
    deployment = bench.deploy(A, B)
    assert deployment.outcome == "deployed"
    assert bench.results(deployment) == {"A": ("create", VERIFIED), "B": ("create", UNCHANGED)}
    assert bench.actions(deployment).count(Action.CAMPAIGN_RULE_CREATED) == 1


def test_a_look_at_what_was_deployed_may_fail_for_a_while(bench: DeployBench) -> None:
    bench.simulator.faults.add(Fault(FaultKind.UNAVAILABLE, LIST, after=2, times=4))
    assert bench.deploy(A).outcome == "deployed"


def test_what_shows_late_is_looked_at_again(bench: DeployBench) -> None:
    bench.put(A)
    bench.seen_as = lambda seen: seen | {"priority": 10} if bench.clock() < end else seen
    end = bench.clock() + timedelta(seconds=20)
    deployment = bench.deploy(rule("A", 1, priority=500))
    assert (deployment.outcome, bench.at_genesys("A")["version"]) == ("deployed", 2)


def meanwhile(bench: DeployBench, verb: str, change: Any) -> None:
    """Somebody else does something right before the deployment's first call of that kind."""
    changes = [change]

    def interfere(request: Any) -> None:
        if request.method == verb and "/rules" in request.url.path and changes:
            changes.pop()()

    bench.around_call = interfere


def test_how_long_it_took_and_how_it_ended_is_measured(bench: DeployBench) -> None:
    bench.simulator.faults.add(Fault(FaultKind.RATE_LIMITED, CREATE, retry_after=10))
    deployment: Deployment = bench.deploy(A)
    assert bench.meter.counts == {"DeploymentsDeployed": 1}
    assert bench.meter.durations["DeploymentDuration"] >= 10
    assert deployment.finished_at == bench.clock()
