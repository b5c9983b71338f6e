"""Deployments and steps: their transitions, and what is left to do."""

from __future__ import annotations

from datetime import timedelta

import pytest
from genesys_purge.calling.attempt import Attempt
from genesys_purge.campaign_rules.deploying.deployment import (
    TRANSITIONS,
    DeploymentStatus,
)
from genesys_purge.campaign_rules.deploying.deployment_messages import DeploymentStep, Phase
from genesys_purge.campaign_rules.deploying.deployment_steps import (
    STEP_TRANSITIONS,
    Step,
    StepState,
)

from tests.clock import NOON
from tests.unit.campaign_rules.deploying.examples import deployment, step

S = StepState
LATER = NOON + timedelta(seconds=30)


def test_step_takes_only_the_transitions_of_the_table() -> None:
    for one in StepState:
        for other in StepState:
            if other in STEP_TRANSITIONS[one]:
                assert step(state=one).to(other).state is other
            else:
                with pytest.raises(ValueError, match=f"from {one} to {other}"):
                    step(state=one).to(other)


def test_deployment_takes_only_the_transitions_of_the_table() -> None:
    for one in DeploymentStatus:
        for other in DeploymentStatus:
            if other in TRANSITIONS[one]:
                after = deployment(status=one, version=4).to(other)
                assert (after.status, after.version) == (other, 5)
            else:
                with pytest.raises(ValueError, match=f"from {one} to {other}"):
                    deployment(status=one).to(other)


def test_steps_are_applied_in_order_and_rolled_back_in_reverse() -> None:
    steps = [
        step("A", state=S.APPLIED),
        step("B", state=S.UNCHANGED),
        step("C", state=S.APPLYING),
        step("D"),
    ]
    assert (deployment(*steps).next_to_apply, deployment(*steps).next_to_roll_back) == (2, 2)
    back = deployment(*steps).rolling_back("because", NOON)
    assert (back.next_to_apply, back.status, back.detail) == (2, "rolling_back", "because")
    assert back.steps[3].state is S.UNTOUCHED


def test_roll_back_counts_calls_from_zero_and_keeps_the_doubt() -> None:
    call = Attempt().intended(NOON)
    steps = [
        step("A", state=S.APPLIED),
        step("B", state=S.APPLYING, attempt=call.refused("429")),
        step("C", state=S.APPLYING, attempt=call.unsure("timed out")),
        step("D", state=S.APPLYING, attempt=call),
    ]
    applied, refused, uncertain, open_call = deployment(*steps).rolling_back("x", LATER).steps
    assert applied.attempt == Attempt()
    assert (refused.attempt.number, refused.is_uncertain) == (0, False)
    assert (uncertain.attempt.number, uncertain.attempt.at) == (0, LATER)
    assert uncertain.is_uncertain
    assert (open_call.attempt.number, open_call.attempt.lease_left(LATER, 60)) == (0, 30)


@pytest.mark.parametrize(
    ("state", "is_uncertain", "expected"),
    [
        (S.PLANNED, False, False),
        (S.UNCHANGED, False, False),
        (S.APPLYING, False, True),
        (S.APPLIED, False, True),
        (S.VERIFIED, False, True),
        (S.FAILED, False, False),
        (S.FAILED, True, True),
        (S.UNTOUCHED, False, False),
        (S.ROLLED_BACK, False, False),
        (S.NOT_ROLLED_BACK, True, False),
    ],
)
def test_only_a_step_that_may_have_changed_its_rule_is_rolled_back(
    state: StepState,
    is_uncertain: bool,
    expected: bool,
) -> None:
    calls = Attempt(is_uncertain=is_uncertain)
    assert step(state=state, attempt=calls).may_have_changed_rule is expected


def test_step_without_calls_in_doubt_is_stored_without_an_attempt() -> None:
    assert "attempt" not in step().to_json()
    applying = step(state=S.APPLYING, attempt=Attempt().intended(NOON).refused("429"))
    assert Step.parse(applying.to_json()) == applying
    assert "attempt" not in applying.settled(S.APPLIED).to_json()


def test_deployment_is_as_before_once_no_step_left_a_change() -> None:
    back = step("A", state=S.ROLLED_BACK)
    assert deployment(back, step("B", state=S.FAILED)).is_as_before
    assert not deployment(back, step("B", state=S.NOT_ROLLED_BACK)).is_as_before
    assert not deployment(back, step("B", state=S.APPLIED)).is_as_before


def test_deployment_is_verified_once_every_rule_was_read_back() -> None:
    seen, same = step("A", state=S.VERIFIED), step("B", state=S.UNCHANGED)
    assert deployment(seen, same).is_verified
    assert not deployment(seen, step("B", state=S.APPLIED)).is_verified
    assert not deployment().is_verified


@pytest.mark.parametrize(
    ("parking", "final", "outcome"),
    [
        (S.VERIFIED, S.VERIFIED, S.VERIFIED),
        (S.ROLLED_BACK, S.UNTOUCHED, S.ROLLED_BACK),
        (S.FAILED, S.UNTOUCHED, S.FAILED),
        (S.NOT_ROLLED_BACK, S.ROLLED_BACK, S.NOT_ROLLED_BACK),
        (S.ROLLED_BACK, S.FAILED, S.FAILED),
    ],
)
def test_outcome_of_a_rule_is_the_outcome_of_its_worst_step(
    parking: StepState, final: StepState, outcome: StepState
) -> None:
    steps = (
        step("A", parked_at=9, before={"executionOrder": 2}, state=parking),
        step("A", before={"executionOrder": 9}, state=final),
    )
    (result,) = deployment(*steps).results()
    assert (result.name, result.outcome, result.before) == ("A", outcome, {"executionOrder": 2})


def test_parked_rule_keeps_everything_but_its_order() -> None:
    parking = step("A", parked_at=9, before={"name": "A", "executionOrder": 2, "x": 1})
    assert deployment(parking).wanted(parking) == {"name": "A", "executionOrder": 9, "x": 1}
    assert deployment(parking).wanted(step("A")) == {"name": "A", "executionOrder": 1}


def test_message_waits_whole_seconds_and_counts_failures_in_a_row() -> None:
    first = DeploymentStep(deployment_id="rules-1")
    second = first.again(2.1).again(0.5)
    assert (second.next, second.wait_seconds, second.failures) == (Phase.PLAN, 1, 2)
    assert second.then(Phase.APPLY) == DeploymentStep(deployment_id="rules-1", next=Phase.APPLY)
    after = second.after(59.5)
    assert (after.next, after.wait_seconds, after.failures) == (Phase.PLAN, 60, 2)
