"""A deployment that dies at any moment ends fully deployed or fully rolled back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from genesys_purge.campaign_rules.deploying.waiting import EXECUTION_SECONDS

from simulator import Fault, FaultKind, Operation
from tests.unit.campaign_rules.deploying.bench import DeployBench
from tests.unit.campaign_rules.deploying.crashes import (
    Death,
    Late,
    Prepared,
    deaths,
    expected,
    lost_calls,
    sampled,
)
from tests.unit.campaign_rules.examples import rule, set_list

# A and B trade places, C is unchanged, D is created, E is created or fails.
BEFORE = (
    rule("A", 1, description="as it was", actions=[set_list("list-1", "gold")]),
    rule("B", 2),
    rule("C", 3),
    rule("other", 90),
)
AFTER = (rule("A", 2), rule("B", 1, priority=500), rule("C", 3), rule("D", 4), rule("E", 5))
REFUSED = Fault(FaultKind.RATE_LIMITED, Operation.CREATE_CAMPAIGN_RULE, after=1, times=5)


def prepare(*faults: Fault) -> Prepared:
    bench = DeployBench()
    bench.put(*BEFORE)
    bench.simulator.faults.add(*faults)
    return Prepared(bench, bench.submit(*AFTER))


def prepare_roll_back() -> Prepared:
    return prepare(REFUSED)


@pytest.fixture(scope="module")
def ends() -> tuple[dict[str, Any], dict[str, Any]]:
    """The rules at Genesys before the deployment, and after it."""
    bench = DeployBench()
    bench.put(*BEFORE)
    before = bench.contents()
    assert bench.deploy(*AFTER).outcome == "deployed"
    return before, bench.contents()


@pytest.fixture(scope="module")
def moments() -> list[int]:
    found = deaths(prepare)
    assert len(found) > 10
    return found


@pytest.fixture(scope="module")
def roll_back_moments() -> list[int]:
    found = deaths(prepare_roll_back)
    assert len(found) > 20
    return found


def test_retried_task_deploys_everything(ends: Any, moments: list[int]) -> None:
    for moment in moments:
        prepared = prepare()
        death = Death(prepared.bench, moment)
        assert prepared.drive() == "deployed"
        assert (death.happened, prepared.bench.contents()) == (True, ends[1])


def test_retried_roll_back_restores_everything(ends: Any, roll_back_moments: list[int]) -> None:
    for moment in roll_back_moments:
        prepared = prepare_roll_back()
        death = Death(prepared.bench, moment)
        outcome = prepared.drive()
        assert death.happened
        # A refusal whose task died is not counted, so the next try may succeed.
        assert outcome in ("rolled_back", "deployed")
        assert prepared.bench.contents() == expected(outcome, *ends)


def test_stopped_execution_is_rolled_back_unless_it_was_verified(
    ends: Any, moments: list[int], roll_back_moments: list[int]
) -> None:
    cases: list[tuple[Callable[[], Prepared], int]]
    cases = [(prepare, each) for each in moments]
    cases += [(prepare_roll_back, each) for each in sampled(roll_back_moments, 2)]
    for begin, moment in cases:
        prepared = begin()
        death = Death(prepared.bench, moment)
        prepared.drive(stops=death.stops)
        prepared.bench.recover(prepared.deployment_id)
        assert death.happened
        assert prepared.bench.contents() == expected(prepared.outcome, *ends)


def test_call_in_flight_is_awaited_before_the_rules_are_read(ends: Any) -> None:
    for moment in lost_calls(prepare):
        for is_aborted in (True, False):
            prepared = prepare()
            death = Late(prepared.bench, moment)
            prepared.drive(stops=death.stops if is_aborted else lambda: False)
            prepared.bench.recover(prepared.deployment_id)
            assert death.happened
            assert prepared.bench.contents() == expected(prepared.outcome, *ends)


def test_same_set_submitted_after_a_lost_execution_is_deployed(
    ends: Any, moments: list[int]
) -> None:
    for moment in sampled(moments, 4):
        prepared = prepare()
        bench, death = prepared.bench, Death(prepared.bench, moment)
        prepared.drive(stops=death.stops)
        death.is_over = True
        bench.clock.wait(EXECUTION_SECONDS)
        known = set(bench.executions.started)
        bench.submit(*AFTER)
        for name in bench.executions.started.keys() - known:
            bench.drive(bench.executions.started[name])
        assert bench.contents() == ends[1]
        assert {each.status for each in bench.deployments.all()} == {"finished"}


def test_new_deployment_repairs_one_whose_tables_were_lost(ends: Any, moments: list[int]) -> None:
    for moment in sampled(moments, 4):
        prepared = prepare()
        death = Death(prepared.bench, moment)
        prepared.drive(stops=death.stops)
        other = DeployBench(prepared.bench.simulator, prepared.bench.clock)
        assert other.deploy(*AFTER).outcome in ("deployed", "unchanged")
        assert other.contents() == ends[1]
