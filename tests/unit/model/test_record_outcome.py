"""The outcome of each record of a batch, by the state of the batch."""

from __future__ import annotations

from typing import Any

import pytest
from genesys_purge.model.batch import ENDED, BatchState
from genesys_purge.model.record_outcome import BatchOutcomes, RecordOutcome
from genesys_purge.model.slices import Slice

from tests import builders

VERIFIED = {"verified": 4, "is_verified": True}


def outcomes(state: str, *, called: bool = True, is_dry: bool = False, **changes: Any) -> list[str]:
    """The outcomes of four records; the third one is protected."""
    known = {"planned": 4, "protected": frozenset({2}), "state": BatchState(state)}
    batch = builders.batch(**known | changes)
    found = BatchOutcomes(batch, RecordOutcome.DELETED, is_dry, may_have_deleted=called)
    return [found.of(position) for position in range(batch.planned)]


def around(outcome: str) -> list[str]:
    return [outcome, outcome, "protected", outcome]


@pytest.mark.parametrize("state", sorted(set(BatchState) - ENDED))
def test_records_of_a_batch_at_work_are_pending(state: str) -> None:
    rest = (Slice(start=2, stop=4),)
    assert outcomes(state) == outcomes(state, pending=rest) == around("pending")


@pytest.mark.parametrize(
    ("changes", "outcome"),
    [
        ({}, "pending"),
        (VERIFIED, "deleted"),
        (VERIFIED | {"is_verified": False}, "unverified"),
        ({"verified": 0}, "unverified"),
        ({"is_unchecked": True}, "unverified"),
    ],
)
def test_completed_batch_counts_only_with_its_verification(
    changes: dict[str, Any], outcome: str
) -> None:
    assert outcomes("completed", pending=(), **changes) == around(outcome)


@pytest.mark.parametrize("state", ["failed", "cancelled", "gave_up"])
def test_record_of_the_last_call_is_unknown_if_it_may_have_been_executed(state: str) -> None:
    assert outcomes(state, called=True) == around("unknown")
    assert outcomes(state, called=False) == around("failed")


def test_records_of_a_halved_batch_have_their_own_outcomes() -> None:
    halves = (Slice(start=1, stop=2), Slice(start=2, stop=4))
    assert outcomes("failed", pending=halves) == ["unverified", "unknown", "protected", "failed"]


def test_exported_records_were_not_deleted_before_the_second_job() -> None:
    whole = Slice(start=0, stop=4)
    assert outcomes("failed", pending=(whole, whole)) == around("failed")
    assert outcomes("failed", pending=(whole,)) == around("unknown")


def test_ended_batch_without_pending_records_is_unverified() -> None:
    assert outcomes("failed", pending=()) == around("unverified")


def test_records_of_an_implausible_batch_are_unknown() -> None:
    halves = (Slice(start=0, stop=2), Slice(start=2, stop=4))
    assert outcomes("implausible", pending=halves) == around("unknown")


def test_window_has_one_outcome_even_without_records() -> None:
    window = {
        "window": builders.window(),
        "protected": frozenset(),
        "pending": (Slice(start=0, stop=0),),
    }
    found = BatchOutcomes(
        builders.batch(planned=0, state=BatchState.FAILED, **window),
        RecordOutcome.DELETED,
        is_dry=False,
        may_have_deleted=False,
    )
    assert found.of(0) == "failed"


def test_records_of_a_dry_run_are_planned() -> None:
    assert outcomes("planned", is_dry=True, protected=frozenset()) == ["planned"] * 4
