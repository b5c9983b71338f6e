"""The record of a call that must happen at most once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from genesys_purge.calling.attempt import Attempt
from hypothesis import given
from hypothesis import strategies as st

from tests.clock import NOON

CALLED = Attempt().intended(NOON)


def test_an_intent_numbers_the_call_and_opens_it() -> None:
    assert Attempt().intended(NOON) == Attempt(number=1, at=NOON, is_open=True)
    later = NOON + timedelta(seconds=5)
    assert CALLED.intended(later) == Attempt(number=2, at=later, is_open=True)


@pytest.mark.parametrize(("passed", "left"), [(0, 60), (20, 40), (59.5, 0.5), (60, 0), (61, 0)])
def test_a_lease_lasts_from_the_intent_to_the_second(passed: float, left: float) -> None:
    assert CALLED.lease_left(NOON + timedelta(seconds=passed), 60) == left


def test_a_call_that_has_ended_has_no_lease() -> None:
    never = Attempt(is_open=True)
    ended = [Attempt(), never, CALLED.refused(), CALLED.unsure("timed out"), CALLED.settled()]
    assert [each.lease_left(NOON, 60) for each in ended] == [0, 0, 0, 0, 0]


def test_a_call_without_an_answer_is_uncertain_and_counted() -> None:
    twice = CALLED.unsure("timed out").intended(NOON).unsure("reset")
    assert (twice.is_uncertain, twice.is_open, twice.unanswered) == (True, False, 2)
    assert twice.reason == "reset"


def test_a_refusal_leaves_the_doubt_about_an_earlier_call() -> None:
    refused = CALLED.unsure("timed out").intended(NOON).refused("429")
    assert (refused.is_uncertain, refused.is_open, refused.reason) == (True, False, "429")
    assert not CALLED.refused("429").is_uncertain


def test_an_abandoned_call_is_uncertain_only_if_it_was_open() -> None:
    assert (CALLED.abandoned().is_uncertain, CALLED.abandoned().is_open) == (True, False)
    assert not CALLED.refused().abandoned().is_uncertain


def test_an_abandoned_call_is_doubted_beside_earlier_ones() -> None:
    later = NOON + timedelta(seconds=30)
    twice = CALLED.unsure("timed out").intended(later).abandoned()
    assert twice.doubts == (NOON, later)


@pytest.mark.parametrize(("attempt", "seconds"), [(Attempt(), 0), (CALLED, 30)])
def test_seconds_count_from_the_last_intent(attempt: Attempt, seconds: float) -> None:
    assert attempt.seconds_since(NOON + timedelta(seconds=30)) == seconds


def test_a_settled_call_keeps_its_number_and_its_unanswered_calls() -> None:
    settled = CALLED.unsure("timed out").settled()
    assert (settled.number, settled.unanswered) == (1, 1)
    assert (settled.is_open, settled.is_uncertain) == (False, False)


def test_a_restart_counts_from_zero_and_keeps_an_open_call_and_a_doubt() -> None:
    later = NOON + timedelta(seconds=30)
    uncertain = CALLED.unsure("timed out").restarted(later)
    assert (uncertain.number, uncertain.at, uncertain.is_uncertain) == (0, later, True)
    restarted = CALLED.restarted(later)
    assert (restarted.number, restarted.is_open) == (0, True)
    assert restarted.lease_left(later, 60) == 30


@given(st.lists(st.sampled_from(["intended", "unsure", "refused", "settled", "abandoned"])))
def test_a_record_is_read_as_it_was_stored(steps: list[str]) -> None:
    attempt = Attempt()
    for step in steps:
        arguments = {"intended": (NOON,), "unsure": ("no answer",)}.get(step, ())
        attempt = getattr(attempt, step)(*arguments)
    assert Attempt.model_validate_json(attempt.model_dump_json(by_alias=True)) == attempt
