"""PlanCampaignRules: what is changed, what is rejected, and what a dry run shows."""

from __future__ import annotations

import pytest
from genesys_purge.campaign_rules.deploying.deployment_messages import Phase

from tests.unit.campaign_rules.deploying.bench import DeployBench
from tests.unit.campaign_rules.examples import condition, rule, set_list

A, B, C = rule("A", 1), rule("B", 2), rule("C", 3)
VERIFIED, UNCHANGED = "verified", "unchanged"


@pytest.fixture
def bench() -> DeployBench:
    return DeployBench()


def test_same_set_again_changes_nothing(bench: DeployBench) -> None:
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


def test_only_changed_rules_are_written(bench: DeployBench) -> None:
    bench.put(A, B)
    deployment = bench.deploy(A, rule("B", 2, description="new"))
    assert bench.results(deployment) == {"A": ("none", UNCHANGED), "B": ("update", VERIFIED)}
    assert [(verb, body["name"]) for verb, body in bench.sent()[2:]] == [("PUT", "B")]


def test_dry_run_shows_the_plan_and_changes_nothing(bench: DeployBench) -> None:
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


def test_conflicts_with_deployed_rules_are_rejected_with_every_error(bench: DeployBench) -> None:
    bench.put(rule("other", 1), rule("list", 8, actions=[set_list("list-1", "gold")]))
    calls = len(bench.sent())
    deployment = bench.deploy(A, rule("B", 2, actions=[set_list("list-1", "silver")]))
    assert (deployment.outcome, len(bench.sent())) == ("rejected", calls)
    assert [error["path"] for error in deployment.errors] == [
        "rules.0.executionOrder",
        "rules.1.actions.0.value",
    ]
    assert bench.meter.counts["ConflictsDetected"] == 2
    assert bench.results(deployment) == {}
    assert bench.deploy(B).outcome == "deployed"


def test_set_too_large_with_the_rules_it_replaces_is_rejected(bench: DeployBench) -> None:
    bench.put(*(rule(f"rule {n}", n, description="x" * 8_000) for n in range(1, 46)))
    changed = [rule(f"rule {number}", number) for number in range(1, 46)]
    deployment = bench.deploy(*changed)
    assert deployment.outcome == "rejected"
    assert [error["path"] for error in deployment.errors] == ["rules"]
    assert bench.deploy(*changed[:20]).outcome == "deployed"


def test_name_of_two_deployed_rules_is_rejected(bench: DeployBench) -> None:
    bench.put(A, B)
    bench.seen_as = lambda seen: seen | {"name": "A"}
    deployment = bench.deploy(rule("A", 9))
    assert (deployment.outcome, len(bench.sent())) == ("rejected", 2)
    assert [error["path"] for error in deployment.errors] == ["rules.0.name"]


def test_first_200_errors_are_stored(bench: DeployBench) -> None:
    bench.put(rule("there", 1, actions=[set_list(f"list {n}", "x") for n in range(20)]))
    clashing = [set_list(f"list {n}", "y") for n in range(20)]
    deployment = bench.deploy(*(rule(f"rule {n}", 5 + n, actions=clashing) for n in range(11)))
    assert deployment.outcome == "rejected"
    assert len(deployment.errors) == 201
    assert deployment.errors[-1] == {"path": "request", "message": "has 20 more errors"}


def test_campaign_unknown_to_genesys_is_rejected(bench: DeployBench) -> None:
    deployment = bench.deploy(A, campaignId="unheard-of")
    assert deployment.outcome == "rejected"
    (error,) = deployment.errors
    assert error["path"] == "campaignId"
    assert error["message"].startswith("Genesys has no campaign unheard-of, or no rules for it: ")


def test_every_page_of_a_campaign_is_read(bench: DeployBench) -> None:
    many = [rule(f"rule {number}", number + 1) for number in range(101)]
    bench.put(*many)
    deployment = bench.deploy(*many[:-1], rule("rule 100", 101, priority=500))
    assert (deployment.outcome, len(bench.sent())) == ("deployed", 102)


def test_finished_phase_is_not_repeated(bench: DeployBench) -> None:
    first = bench.submit(A)
    step = bench.executions.started[first]
    for phase in ("apply", "verify", "roll_back"):
        assert bench.phases[Phase(phase)](step).next == "plan"
    applying = bench.phases[Phase.PLAN](step)
    assert bench.phases[Phase.PLAN](step) == applying
    assert bench.phases[Phase.VERIFY](step) == applying
    bench.drive(step)
    assert {phase(step).next for phase in bench.phases.values()} == {"complete"}
