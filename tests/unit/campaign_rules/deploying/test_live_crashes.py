"""A deployment to the live platform that dies at any moment ends deployed or rolled back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from simulator import Fault, FaultKind, Operation
from tests.unit.campaign_rules.deploying.crashes import (
    Death,
    Late,
    Prepared,
    deaths,
    expected,
    lost_calls,
    sampled,
)
from tests.unit.campaign_rules.deploying.live_bench import LiveBench, contact_rule, trigger_rule

RECYCLE = [{"type": "recycleCampaign"}]
# The first two contact rules, a new trigger rule, a changed one and a disabled one.
BEFORE = (trigger_rule("P", 1), trigger_rule("Q", 2), trigger_rule("other", 9))
AFTER = (
    contact_rule("A", 1),
    contact_rule("B", 2),
    trigger_rule("new", 3),
    trigger_rule("P", 4, actions=RECYCLE),
    trigger_rule("Q", 5, enabled=False),
)
REFUSED = Fault(FaultKind.RATE_LIMITED, Operation.UPDATE_CAMPAIGN_RULE, after=4, times=5)


def prepare(*faults: Fault) -> Prepared:
    bench = LiveBench()
    assert bench.deploy(*BEFORE).outcome == "deployed"
    bench.simulator.faults.add(*faults)
    return Prepared(bench, bench.submit(*AFTER))


def prepare_roll_back() -> Prepared:
    return prepare(REFUSED)


def world(prepared: Prepared) -> dict[str, Any]:
    """Everything at Genesys, with the number of references instead of their changing ids."""
    assert isinstance(prepared.bench, LiveBench)
    found = prepared.bench.world()
    return found | {"references": len(found["references"])}


@pytest.fixture(scope="module")
def ends() -> tuple[dict[str, Any], dict[str, Any]]:
    """Genesys before the deployment, and after it."""
    prepared = prepare()
    before = world(prepared)
    assert prepared.drive() == "deployed"
    return before, world(prepared)


@pytest.fixture(scope="module")
def moments() -> list[int]:
    return deaths(prepare)


def test_retried_task_deploys_everything(ends: Any, moments: list[int]) -> None:
    assert len(moments) > 15
    for moment in sampled(moments, 3):
        prepared = prepare()
        death = Death(prepared.bench, moment)
        assert (prepared.drive(), death.happened) == ("deployed", True)
        assert world(prepared) == ends[1]


def test_stopped_execution_leaves_no_trace_unless_it_was_verified(
    ends: Any, moments: list[int]
) -> None:
    cases: list[tuple[Callable[[], Prepared], int]]
    cases = [(prepare, each) for each in sampled(moments, 5)]
    cases += [(prepare_roll_back, each) for each in sampled(deaths(prepare_roll_back), 8)]
    for begin, moment in cases:
        prepared = begin()
        death = Death(prepared.bench, moment)
        prepared.drive(stops=death.stops)
        prepared.bench.recover(prepared.deployment_id)
        assert world(prepared) == expected(prepared.outcome, *ends)


def test_call_in_flight_is_awaited_before_the_rules_are_read(ends: Any) -> None:
    for moment in lost_calls(prepare):
        prepared = prepare()
        death = Late(prepared.bench, moment)
        prepared.drive(stops=death.stops)
        prepared.bench.recover(prepared.deployment_id)
        assert death.happened
        assert world(prepared) == expected(prepared.outcome, *ends)


def test_new_deployment_repairs_one_whose_tables_were_lost(ends: Any, moments: list[int]) -> None:
    for moment in sampled(moments, 6):
        prepared = prepare()
        death = Death(prepared.bench, moment)
        prepared.drive(stops=death.stops)
        other = LiveBench(prepared.bench.simulator, prepared.bench.clock)
        assert other.deploy(*AFTER).outcome in ("deployed", "unchanged")
        assert world(Prepared(other, "")) == ends[1]
