"""Recovery of a deployment whose execution was lost, stopped or failed."""

from __future__ import annotations

from typing import Any

import pytest
from genesys_purge.campaign_rules.deploying.deployment import Deployment
from genesys_purge.campaign_rules.deploying.deployment_messages import Phase, StoppedExecution
from genesys_purge.campaign_rules.deploying.waiting import EXECUTION_SECONDS, MOST_RECOVERIES
from genesys_purge.errors import CampaignBusy, LostRace, NotFound
from genesys_purge.model.messages import Failure

from simulator import Fault, FaultKind, Operation
from tests.unit.campaign_rules.deploying.bench import DeployBench, Killed
from tests.unit.campaign_rules.examples import rule

A, B = rule("A", 1), rule("B", 2)


@pytest.fixture
def bench() -> DeployBench:
    return DeployBench()


@pytest.fixture
def stalled(bench: DeployBench) -> str:
    """A deployment of A and B whose execution died after it created A."""

    def die(request: Any) -> None:
        if request.method == "POST" and "/rules" in request.url.path and bench.contents():
            bench.around_call = lambda _: None
            raise Killed

    bench.around_call = die
    deployment_id = bench.submit(A, B)
    bench.drive(bench.executions.started[deployment_id], stops=lambda: len(bench.sent()) == 1)
    assert list(bench.contents()) == ["A"]
    return deployment_id


def stop(bench: DeployBench, name: str) -> None:
    bench.recover_campaign_rules(StoppedExecution(execution=name, status="TIMED_OUT"))


def failure(deployment_id: str, error: str, cause: str = "no") -> Failure:
    return Failure(run_id=deployment_id, error=error, cause=cause)


def test_same_set_resumes_a_lost_execution_after_its_lease(
    bench: DeployBench, stalled: str
) -> None:
    bench.clock.wait(EXECUTION_SECONDS - 600)
    assert bench.submit(A, B) == stalled
    assert list(bench.executions.started) == [stalled]

    bench.clock.wait(1_000)
    assert bench.submit(A, B) == stalled
    bench.clock.wait(EXECUTION_SECONDS - 1)
    assert bench.submit(A, B) == stalled
    assert list(bench.executions.started) == [stalled, f"{stalled}.1"]

    bench.drive(bench.executions.started[f"{stalled}.1"])
    assert bench.deployments.get(stalled).outcome == "deployed"
    assert list(bench.contents()) == ["A", "B"]


def test_another_set_rolls_back_a_lost_execution(bench: DeployBench, stalled: str) -> None:
    bench.clock.wait(EXECUTION_SECONDS)
    with pytest.raises(CampaignBusy, match="again later"):
        bench.submit(rule("Z", 1))

    bench.drive(bench.executions.started[f"{stalled}.1"])
    assert (bench.deployments.get(stalled).outcome, bench.contents()) == ("rolled_back", {})
    assert bench.deploy(rule("Z", 1)).outcome == "deployed"


def test_campaign_is_released_after_several_lost_executions(
    bench: DeployBench, stalled: str
) -> None:
    for _ in range(MOST_RECOVERIES + 1):
        bench.clock.wait(EXECUTION_SECONDS)
        with pytest.raises(CampaignBusy):
            bench.submit(rule("Z", 5))
    given_up = bench.deployments.get(stalled)
    assert (given_up.outcome, given_up.detail) == ("failed", "gave up after 6 lost executions")
    assert bench.results(given_up) == {
        "A": ("create", "not_rolled_back"),
        "B": ("create", "untouched"),
    }
    assert bench.deploy(rule("Z", 5)).outcome == "deployed"


def test_stop_before_the_plan_ends_the_deployment_as_failed(bench: DeployBench) -> None:
    first = bench.submit(A)
    stop(bench, first)
    assert bench.deployments.get(first).outcome == "failed"
    assert list(bench.executions.started) == [first]
    assert bench.deploy(A).outcome == "deployed"


def test_stop_after_the_end_changes_nothing(bench: DeployBench) -> None:
    ended = bench.deploy(A)
    stop(bench, ended.deployment_id)
    stop(bench, f"{ended.deployment_id}.3")
    assert bench.deployments.get(ended.deployment_id) == ended
    assert len(bench.executions.started) == 1


def test_every_recovery_has_a_new_execution_name(bench: DeployBench, stalled: str) -> None:
    stop(bench, stalled)
    stop(bench, f"{stalled}.1")
    assert list(bench.executions.started) == [stalled, f"{stalled}.1", f"{stalled}.2"]
    assert {step.next for step in bench.executions.started.values()} == {"plan", "roll_back"}


@pytest.mark.parametrize("races", [2, 99])
def test_recovery_retries_while_a_task_still_writes(bench: DeployBench, races: int) -> None:
    first = bench.submit(A)
    lost = iter([True] * races)

    def write_first(_: Deployment) -> None:
        if next(lost, False):
            raise LostRace("busy")

    bench.deployments.around_write = write_first
    if races == 2:
        stop(bench, first)
        assert bench.deployments.get(first).outcome == "failed"
    else:
        with pytest.raises(LostRace, match="stayed busy"):
            stop(bench, first)


def test_rule_whose_only_call_was_refused_is_untouched(bench: DeployBench) -> None:
    refused = Fault(FaultKind.RATE_LIMITED, Operation.CREATE_CAMPAIGN_RULE)
    bench.simulator.faults.add(refused)
    first = bench.submit(A)
    bench.drive(bench.executions.started[first], stops=lambda: len(bench.sent()) == 1)
    bench.recover(first)
    ended = bench.deployments.get(first)
    (result,) = ended.results()
    assert (ended.outcome, result.outcome) == ("rolled_back", "untouched")
    assert (result.detail or "").startswith("RateLimited")
    assert "campaign_rule_rolled_back" not in bench.actions(ended)


def test_recovery_of_an_unknown_execution_is_an_error(bench: DeployBench) -> None:
    with pytest.raises(NotFound):
        stop(bench, "rules-unheard-of")


@pytest.mark.parametrize(
    ("error", "outcome"), [("PermissionMissing", "failed"), ("LimitExceeded", "rejected")]
)
def test_error_before_the_plan_rejects_only_a_callers_mistake(
    bench: DeployBench, error: str, outcome: str
) -> None:
    first = bench.submit(A)
    caught = failure(first, error, '{"errorMessage": "no such scope"}')
    assert bench.fail_campaign_rules(caught).next == "complete"
    ended = bench.deployments.get(first)
    assert (ended.outcome, ended.detail) == (outcome, f"{error}: no such scope")


def test_error_during_a_roll_back_ends_the_deployment_as_failed(
    bench: DeployBench, stalled: str
) -> None:
    caught = failure(stalled, "PermissionMissing")
    assert bench.fail_campaign_rules(caught).next == "roll_back"
    assert bench.fail_campaign_rules(caught).next == "complete"
    assert bench.deployments.get(stalled).outcome == "failed"
    assert bench.fail_campaign_rules(caught).next == "complete"


def test_verified_deployment_ends_as_deployed_even_if_given_up(bench: DeployBench) -> None:
    first = bench.submit(A)
    step = bench.executions.started[first]
    while step.next is not Phase.COMPLETE:
        step = bench.phases[step.next](step)
    deployment = bench.deployments.get(first)
    assert bench.writer.give_up(deployment, "given up").outcome == "deployed"


def test_roll_back_without_changes_makes_no_call(bench: DeployBench) -> None:
    first = bench.submit(A)
    step = bench.phases[Phase.PLAN](bench.executions.started[first])
    bench.tokens_lack("outbound:campaign:read")
    bench.clock.wait(86_400)
    assert bench.drive(step) == "rolled_back"
