"""Deployments and their steps: which states may follow which, and what is left to do."""

from __future__ import annotations

from typing import Any

import pytest
from genesys_purge.calling.attempt import Attempt
from genesys_purge.campaign_rules.deploying.deployment import (
    TRANSITIONS,
    Deployment,
    DeploymentStatus,
)
from genesys_purge.campaign_rules.deploying.deployment_messages import DeploymentStep, Phase
from genesys_purge.campaign_rules.deploying.deployment_steps import (
    STEP_TRANSITIONS,
    Step,
    StepAction,
    StepState,
)

from tests.clock import NOON

WAYS = [(one, other) for one in StepState for other in StepState]


def step(name: str = "A", **changes: Any) -> Step:
    return Step(**{"name": name, "action": StepAction.UPDATE} | changes)


def deployment(*steps: Step, **changes: Any) -> Deployment:
    names = dict.fromkeys(each.name for each in steps)
    fields: dict[str, Any] = {
        "deployment_id": "rules-1",
        "campaign_id": "campaign-1",
        "fingerprint": "0" * 32,
        "document": {"rules": [{"name": name, "executionOrder": 1} for name in names]},
        "submitted_by": "tests",
        "submitted_at": NOON,
        "execution_started_at": NOON,
        "status": DeploymentStatus.APPLYING,
        "steps": steps,
    }
    return Deployment(**fields | changes)


@pytest.mark.parametrize(("one", "other"), WAYS)
def test_a_step_goes_only_where_the_table_lets_it(one: StepState, other: StepState) -> None:
    if other in STEP_TRANSITIONS[one]:
        assert step(state=one).to(other).state is other
    else:
        with pytest.raises(ValueError, match=f"from {one} to {other}"):
            step(state=one).to(other)


@pytest.mark.parametrize("one", DeploymentStatus)
@pytest.mark.parametrize("other", DeploymentStatus)
def test_a_deployment_goes_only_where_the_table_lets_it(
    one: DeploymentStatus, other: DeploymentStatus
) -> None:
    if other in TRANSITIONS[one]:
        after = deployment(status=one, version=4).to(other)
        assert (after.status, after.version) == (other, 5)
    else:
        with pytest.raises(ValueError, match=f"from {one} to {other}"):
            deployment(status=one).to(other)


def test_steps_are_applied_in_order_and_rolled_back_in_reverse() -> None:
    steps = [
        step("A", state=StepState.APPLIED),
        step("B", state=StepState.UNCHANGED),
        step("C", state=StepState.APPLYING),
        step("D"),
    ]
    assert (deployment(*steps).next_to_apply, deployment(*steps).next_to_roll_back) == (2, 2)
    back = deployment(*steps).rolling_back("because", NOON)
    assert (back.next_to_apply, back.status, back.detail) == (2, "rolling_back", "because")
    assert back.steps[3].state is StepState.UNTOUCHED


@pytest.mark.parametrize(
    ("state", "is_uncertain", "may"),
    [
        (StepState.PLANNED, False, False),
        (StepState.UNCHANGED, False, False),
        (StepState.APPLYING, False, True),
        (StepState.APPLIED, False, True),
        (StepState.VERIFIED, False, True),
        (StepState.FAILED, False, False),
        (StepState.FAILED, True, True),
        (StepState.UNTOUCHED, False, False),
        (StepState.ROLLED_BACK, False, False),
        (StepState.NOT_ROLLED_BACK, True, False),
    ],
)
def test_only_what_may_have_changed_rule_is_rolled_back(
    state: StepState,
    is_uncertain: bool,  # noqa: FBT001
    may: bool,  # noqa: FBT001
) -> None:
    assert (
        step(state=state, attempt=Attempt(is_uncertain=is_uncertain)).may_have_changed_rule is may
    )


def test_everything_is_as_before_only_once_nothing_is_left_behind() -> None:
    back = step("A", state=StepState.ROLLED_BACK)
    assert deployment(back, step("B", state=StepState.FAILED)).is_as_before
    assert not deployment(back, step("B", state=StepState.NOT_ROLLED_BACK)).is_as_before
    assert not deployment(back, step("B", state=StepState.APPLIED)).is_as_before


def test_it_is_verified_once_every_rule_was_seen() -> None:
    seen, same = step("A", state=StepState.VERIFIED), step("B", state=StepState.UNCHANGED)
    assert deployment(seen, same).is_verified
    assert not deployment(seen, step("B", state=StepState.APPLIED)).is_verified
    assert not deployment().is_verified


@pytest.mark.parametrize(
    ("parking", "final", "told"),
    [
        (StepState.VERIFIED, StepState.VERIFIED, StepState.VERIFIED),
        (StepState.ROLLED_BACK, StepState.UNTOUCHED, StepState.ROLLED_BACK),
        (StepState.FAILED, StepState.UNTOUCHED, StepState.FAILED),
        (StepState.NOT_ROLLED_BACK, StepState.ROLLED_BACK, StepState.NOT_ROLLED_BACK),
        (StepState.ROLLED_BACK, StepState.FAILED, StepState.FAILED),
    ],
)
def test_what_became_of_a_rule_is_what_became_of_its_worst_step(
    parking: StepState, final: StepState, told: StepState
) -> None:
    steps = (
        step("A", parked_at=9, before={"executionOrder": 2}, state=parking),
        step("A", before={"executionOrder": 9}, state=final),
    )
    (result,) = deployment(*steps).results()
    assert (result.name, result.outcome, result.before) == ("A", told, {"executionOrder": 2})


def test_a_rule_that_makes_way_is_as_it_was_but_for_its_order() -> None:
    parking = step("A", parked_at=9, before={"name": "A", "executionOrder": 2, "x": 1})
    assert deployment(parking).wanted(parking) == {"name": "A", "executionOrder": 9, "x": 1}
    assert deployment(parking).wanted(step("A")) == {"name": "A", "executionOrder": 1}


def test_a_wait_is_of_whole_seconds_and_counts_turns_that_came_to_nothing() -> None:
    first = DeploymentStep(deployment_id="rules-1")
    second = first.again(2.1).again(0.5)
    assert (second.next, second.wait_seconds, second.failures) == (Phase.PLAN, 1, 2)
    assert second.then(Phase.APPLY) == DeploymentStep(deployment_id="rules-1", next=Phase.APPLY)
    after = second.after(59.5)
    assert (after.next, after.wait_seconds, after.failures) == (Phase.PLAN, 60, 2)
