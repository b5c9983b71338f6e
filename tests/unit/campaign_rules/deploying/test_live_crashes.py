"""A deployment to the live platform may die at any write and any call, as any other may."""

from __future__ import annotations

from typing import Any

import pytest

from simulator import Fault, FaultKind, Operation
from tests.unit.campaign_rules.deploying.live_bench import LiveBench, contact_rule, trigger_rule
from tests.unit.campaign_rules.deploying.test_crashes import Death, Late, each_moment

RECYCLE = [{"type": "recycleCampaign"}]
# The first rule about contacts at all, one more, a campaign rule that is new, one that is enabled
# and changed, and one that is switched off.
BEFORE = (trigger_rule("P", 1), trigger_rule("Q", 2), trigger_rule("other", 9))
AFTER = (
    contact_rule("A", 1),
    contact_rule("B", 2),
    trigger_rule("new", 3),
    trigger_rule("P", 4, actions=RECYCLE),
    trigger_rule("Q", 5, enabled=False),
)
REFUSED = Fault(FaultKind.RATE_LIMITED, Operation.UPDATE_CAMPAIGN_RULE, after=4, times=5)


def prepared(*faults: Fault) -> tuple[LiveBench, str]:
    bench = LiveBench()
    assert bench.deploy(*BEFORE).outcome == "deployed"
    bench.simulator.faults.add(*faults)
    return bench, bench.submit(*AFTER)


@pytest.fixture(scope="module")
def ends() -> tuple[dict[str, Any], dict[str, Any]]:
    """What Genesys has before, and what it has where everything is deployed."""
    bench = LiveBench()
    bench.deploy(*BEFORE)
    before = bench.world()
    assert bench.deploy(*AFTER).outcome == "deployed"
    return before, without_ids(bench.world())


def without_ids(world: dict[str, Any]) -> dict[str, Any]:
    """The ids of what is created differ from deployment to deployment."""
    return world | {"references": len(world["references"])}


def test_a_task_that_dies_is_repeated_and_everything_is_deployed(ends: Any) -> None:
    def die(moment: int) -> bool:
        bench, deployment_id = prepared()
        death = Death(bench, moment)
        assert bench.drive(bench.executions.started[deployment_id]) == "deployed"
        assert without_ids(bench.world()) == ends[1]
        return death.happened

    each_moment(die, step=5)


@pytest.mark.parametrize("faults", [(), (REFUSED,)], ids=["on its way", "on its way back"])
def test_an_execution_that_is_stopped_leaves_no_trace_unless_it_was_done(
    ends: Any, faults: tuple[Fault, ...]
) -> None:
    def stop(moment: int) -> bool:
        bench, deployment_id = prepared(*faults)
        death = Death(bench, moment)
        bench.drive(bench.executions.started[deployment_id], stops=lambda: death.happened)
        bench.recover(deployment_id)
        outcome = bench.deployments.get(deployment_id).outcome
        if outcome == "deployed":
            assert without_ids(bench.world()) == ends[1]
        else:
            assert (outcome, bench.world()) in [("rolled_back", ends[0]), ("failed", ends[0])]
        return death.happened

    each_moment(stop, step=11)


def test_a_call_that_was_on_its_way_is_waited_for_before_anything_is_believed(ends: Any) -> None:
    def die(moment: int) -> bool:
        bench, deployment_id = prepared()
        death = Late(bench, moment)
        step = bench.executions.started[deployment_id]
        bench.drive(step, stops=lambda: death.happened)
        bench.recover(deployment_id)
        if bench.deployments.get(deployment_id).outcome == "deployed":
            assert without_ids(bench.world()) == ends[1]
        else:
            assert bench.world() == ends[0]
        return death.happened

    each_moment(die, step=7)


def test_a_deployment_whose_memory_is_lost_is_made_good_by_another(ends: Any) -> None:
    def forget(moment: int) -> bool:
        bench, deployment_id = prepared()
        death = Death(bench, moment)
        bench.drive(bench.executions.started[deployment_id], stops=lambda: death.happened)
        other = LiveBench(bench.simulator, bench.clock)
        assert other.deploy(*AFTER).outcome in ("deployed", "unchanged")
        assert without_ids(other.world()) == ends[1]
        return death.happened

    each_moment(forget, step=7)
