"""A deployment may die at any write and any call: it ends fully deployed or fully as before."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from typing import Any

import httpx
import pytest
from genesys_purge.campaign_rules.deploying.waiting import EXECUTION_SECONDS

from simulator import Fault, FaultKind, Operation
from tests.unit.campaign_rules.deploying.bench import CALL_SECONDS, DeployBench, Killed
from tests.unit.campaign_rules.examples import rule, set_list

# One of each: created, changed, in a circle with another, left alone.
BEFORE = (
    rule("A", 1, description="as it was", actions=[set_list("list-1", "gold")]),
    rule("B", 2),
    rule("C", 3),
    rule("other", 90),
)
AFTER = (rule("A", 2), rule("B", 1, priority=500), rule("C", 3), rule("D", 4), rule("E", 5))
# The last rule fails for good.
REFUSED = Fault(FaultKind.RATE_LIMITED, Operation.CREATE_CAMPAIGN_RULE, after=1, times=5)


class Death:
    """The process is killed at one moment: before or after any write or any call, in order."""

    def __init__(self, bench: DeployBench, moment: int) -> None:
        self.happened = False
        self.is_over = False
        self._moments = count()
        self._moment = moment
        bench.deployments.around_write = self._die_in_time
        bench.around_call = lambda _: self._die_in_time()

    def _die_in_time(self) -> None:
        if next(self._moments) == self._moment and not self.is_over:
            self.happened = True
            raise Killed


class Late(Death):
    """As Death, only that the call before which it happened is on its way, and lands later."""

    def __init__(self, bench: DeployBench, moment: int) -> None:
        super().__init__(bench, moment)
        self._bench = bench
        bench.around_call = self._die_on_the_way
        bench.on_wait = self._land
        self._lost: httpx.Request | None = None

    def _die_on_the_way(self, request: httpx.Request) -> None:
        try:
            self._die_in_time()
        except Killed:
            self._lost = request
            raise

    def _land(self, seconds: float) -> None:
        if self._lost and seconds > CALL_SECONDS / 2:
            self._bench.simulator.transport().handle_request(self._lost)
            self._lost = None


def worlds() -> tuple[dict[str, Any], dict[str, Any]]:
    """What Genesys has before, and what it has where everything is deployed."""
    bench = DeployBench()
    bench.put(*BEFORE)
    before = bench.contents()
    assert bench.deploy(*AFTER).outcome == "deployed"
    return before, bench.contents()


@pytest.fixture(scope="module")
def ends() -> tuple[dict[str, Any], dict[str, Any]]:
    return worlds()


def each_moment(try_one: Callable[[int], bool], step: int = 1) -> None:
    """Tries moment after moment until there is none left in which to die."""
    assert next(moment for moment in count(0, step) if not try_one(moment)) > 20


def prepared(*faults: Fault) -> tuple[DeployBench, str]:
    bench = DeployBench()
    bench.put(*BEFORE)
    bench.simulator.faults.add(*faults)
    return bench, bench.submit(*AFTER)


def test_a_task_that_dies_is_repeated_and_everything_is_deployed(ends: Any) -> None:
    def die(moment: int) -> bool:
        bench, deployment_id = prepared()
        death = Death(bench, moment)
        assert bench.drive(bench.executions.started[deployment_id]) == "deployed"
        assert bench.contents() == ends[1]
        return death.happened

    each_moment(die)


def test_a_task_that_dies_while_it_goes_back_is_repeated_and_everything_is_as_before(
    ends: Any,
) -> None:
    def die(moment: int) -> bool:
        bench, deployment_id = prepared(REFUSED)
        death = Death(bench, moment)
        outcome = bench.drive(bench.executions.started[deployment_id])
        # A refusal that died with its reader counts as none: the next try may succeed.
        assert (outcome, bench.contents()) in [("rolled_back", ends[0]), ("deployed", ends[1])]
        return death.happened

    each_moment(die)


@pytest.mark.parametrize("faults", [(), (REFUSED,)], ids=["on its way", "on its way back"])
def test_an_execution_that_is_stopped_is_rolled_back_unless_it_was_done(
    ends: Any, faults: tuple[Fault, ...]
) -> None:
    def stop(moment: int) -> bool:
        bench, deployment_id = prepared(*faults)
        death = Death(bench, moment)
        bench.drive(bench.executions.started[deployment_id], stops=lambda: death.happened)
        bench.recover(deployment_id)
        outcome = bench.deployments.get(deployment_id).outcome
        before, after = ends
        expected = {"deployed": after, "rolled_back": before, "failed": before}
        assert bench.contents() == expected[outcome or ""]
        return death.happened

    each_moment(stop)


@pytest.mark.parametrize("stops", [True, False], ids=["stopped", "repeated"])
def test_a_call_that_was_on_its_way_is_waited_for_before_anything_is_believed(
    ends: Any, *, stops: bool
) -> None:
    def die(moment: int) -> bool:
        bench, deployment_id = prepared()
        death = Late(bench, moment)
        step = bench.executions.started[deployment_id]
        bench.drive(step, stops=lambda: stops and death.happened)
        bench.recover(deployment_id)
        outcome = bench.deployments.get(deployment_id).outcome
        before, after = ends
        expected = {"deployed": after, "rolled_back": before, "failed": before}
        assert bench.contents() == expected[outcome or ""]
        return death.happened

    each_moment(die, step=2)


def test_a_set_submitted_again_after_its_execution_was_lost_is_deployed(ends: Any) -> None:
    def lose(moment: int) -> bool:
        bench, deployment_id = prepared()
        death = Death(bench, moment)
        bench.drive(bench.executions.started[deployment_id], stops=lambda: death.happened)
        death.is_over = True
        bench.clock.wait(EXECUTION_SECONDS)
        known = set(bench.executions.started)
        bench.submit(*AFTER)
        for name in bench.executions.started.keys() - known:
            bench.drive(bench.executions.started[name])
        assert bench.contents() == ends[1]
        assert {each.status for each in bench.deployments.all()} == {"finished"}
        return death.happened

    each_moment(lose, step=3)


def test_a_deployment_whose_memory_is_lost_is_made_good_by_another(ends: Any) -> None:
    """As where the machine that it ran on is gone with its tables, and Genesys is not."""

    def forget(moment: int) -> bool:
        bench, deployment_id = prepared()
        death = Death(bench, moment)
        bench.drive(bench.executions.started[deployment_id], stops=lambda: death.happened)
        other = DeployBench(bench.simulator, bench.clock)
        assert other.deploy(*AFTER).outcome in ("deployed", "unchanged")
        assert other.contents() == ends[1]
        return death.happened

    each_moment(forget, step=3)
