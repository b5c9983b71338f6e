"""The states of a batch and the numbers that follow from them."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import product

import pytest
from genesys_purge.model.batch import ENDED, TRANSITIONS, Batch, BatchState
from genesys_purge.model.slices import Slice
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from tests import builders
from tests.clock import NOON

STATES = st.sampled_from(BatchState)


def batch_in(state: BatchState) -> Batch:
    return builders.batch(state=state)


def test_batch_changes_state_only_as_transitions_allow() -> None:
    for before, after in product(BatchState, BatchState):
        batch = batch_in(before)
        if after in TRANSITIONS[before]:
            assert batch.to(after).state is after
        else:
            with pytest.raises(ValueError, match=f"cannot change from {before} to {after}"):
                batch.to(after)


def test_transitions_list_every_batch_state() -> None:
    assert set(TRANSITIONS) == set(BatchState)


def test_batch_gets_a_job_only_after_an_intent() -> None:
    """A planned batch may have an intent whose answer was late."""
    sources = {before for before, afters in TRANSITIONS.items() if BatchState.SUBMITTED in afters}
    intended = {BatchState.SUBMITTING, BatchState.READY, BatchState.CONFIRMING}
    assert sources == intended | {BatchState.PLANNED}
    before = {before for before, afters in TRANSITIONS.items() if BatchState.READY in afters}
    assert before == {BatchState.SUBMITTED, BatchState.READY, BatchState.CONFIRMING}


@pytest.mark.parametrize("state", sorted(ENDED - {BatchState.COMPLETED}))
def test_batch_that_ended_otherwise_never_changes_its_state(state: BatchState) -> None:
    assert batch_in(state).has_ended
    assert TRANSITIONS[state] == set()


def test_completed_batch_can_only_become_implausible() -> None:
    assert batch_in(BatchState.COMPLETED).has_ended
    after = {BatchState.COMPLETED, BatchState.IMPLAUSIBLE}
    assert TRANSITIONS[BatchState.COMPLETED] == after


class AnyTransitions(RuleBasedStateMachine):
    """Asks a batch for any states in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.batch = builders.batch()
        self.steps = 0
        self.ended_as: BatchState | None = None

    def _go(self, batch: Batch) -> None:
        self.steps += 1
        self.batch = batch
        if self.ended_as is None and batch.has_ended:
            self.ended_as = batch.state

    @rule(state=STATES)
    def ask_for(self, state: BatchState) -> None:
        before = self.batch
        try:
            self._go(before.to(state))
        except ValueError:
            assert state not in TRANSITIONS[before.state]
            assert self.batch is before

    @precondition(lambda self: self.batch.state is BatchState.SUBMITTING)
    @rule()
    def lose_the_answer(self) -> None:
        intended = self.batch.attempt.intended(NOON)
        self.batch = self.batch.model_copy(update={"attempt": intended})
        unknowns = self.batch.attempt.unanswered
        self._go(self.batch.unsure("no answer"))
        assert self.batch.attempt.is_uncertain
        assert self.batch.attempt.unanswered == unknowns + 1

    @invariant()
    def every_step_raises_the_version(self) -> None:
        assert self.batch.version == self.steps

    @invariant()
    def an_ended_batch_keeps_its_state(self) -> None:
        """Unless a verification shows that its counts are implausible."""
        completed, now = BatchState.COMPLETED, self.batch.state
        is_exposed = (self.ended_as, now) == (completed, BatchState.IMPLAUSIBLE)
        assert is_exposed or self.ended_as in (None, now)


TestAnyTransitions = AnyTransitions.TestCase


@given(st.integers(0, 1_000), st.integers(1, 1_000))
def test_halves_of_a_slice_cover_it_exactly(start: int, size: int) -> None:
    whole = Slice(start=start, stop=start + size)
    first, second = whole.halves()
    assert (first.start, first.stop, second.stop) == (whole.start, second.start, whole.stop)
    assert abs(first.size - second.size) <= 1
    assert first.size + second.size == whole.size == size


def test_batch_neither_targets_nor_submits_protected_records() -> None:
    batch = builders.batch(planned=10, protected=frozenset({0, 7}))
    assert batch.targeted == 8
    assert batch.candidates == frozenset(range(10)) - {0, 7}


def test_batch_submits_only_its_first_pending_slice() -> None:
    pending = (Slice(start=2, stop=4), Slice(start=4, stop=10))
    batch = builders.batch(planned=10, pending=pending, protected=frozenset({3, 5}))
    assert batch.candidates == {2}


@pytest.mark.parametrize(
    ("began", "ended", "deleted", "duration", "rate"),
    [
        (0, 40, 10, 40.0, 0.25),
        (0, 3.0004, 10, 3.0, 3.333),
        (0, 0, 10, 0.0, None),
        (0, 40, None, 40.0, None),
        (0, 40, 0, 40.0, 0.0),
        (None, 40, 10, None, None),
        (0, None, 10, None, None),
    ],
)
def test_batch_has_duration_and_rate_only_if_both_ends_are_known(
    began: float | None,
    ended: float | None,
    deleted: int | None,
    duration: float | None,
    rate: float | None,
) -> None:
    def at(seconds: float | None) -> datetime | None:
        return None if seconds is None else NOON + timedelta(seconds=seconds)

    batch = builders.batch(began_at=at(began), ended_at=at(ended), deleted=deleted)
    assert (batch.duration_seconds, batch.records_per_second) == (duration, rate)
