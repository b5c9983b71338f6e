"""The jobs in flight that a new hold comes too late for."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from genesys_purge.calling.in_flight import InFlight
from genesys_purge.calling.slots import Pool, PoolKey
from genesys_purge.holds.in_flight import HeldInFlight
from genesys_purge.methods import POOLS
from genesys_purge.model.batch import BatchRef, BatchState
from genesys_purge.model.dates import Window
from genesys_purge.model.held_times import HeldTimes, fingerprint
from genesys_purge.model.holds import Hold

from tests import builders
from tests.clock import NOON
from tests.unit.methods.scene import hold
from tests.unit.workbench import Workbench, entries_of

HELD = entries_of(1)[0].conversation_id
LONG_AGO = Window(start=NOON - timedelta(days=900), end=NOON - timedelta(days=899))


@pytest.fixture
def bench() -> Workbench:
    return Workbench()


def held_in_flight(bench: Workbench) -> HeldInFlight:
    called = InFlight(bench.slots, bench.runs, lambda: [None, "emea"], POOLS)
    return HeldInFlight(called, bench.runs)


def in_flight(bench: Workbench, placed: Hold, **changes: Any) -> list[tuple[str, int, str | None]]:
    """The jobs in flight of a run with one batch, which holds a slot."""
    fields: dict[str, Any] = {"state": BatchState.SUBMITTED, "job_id": "job-1"}
    bench.planned(builders.batch(**fields | changes))
    bench.slots.pools[PoolKey(None, "documented")] = Pool((BatchRef("run-1", 0),))
    found = held_in_flight(bench)(placed)
    return [(each.run_id, each.batch, each.job_id) for each in found]


@pytest.mark.parametrize(
    ("state", "is_listed"),
    [
        (BatchState.PLANNED, False),
        (BatchState.SUBMITTING, True),
        (BatchState.SUBMITTED, True),
        (BatchState.READY, False),
        (BatchState.CONFIRMING, True),
        (BatchState.COMPLETED, False),
    ],
)
def test_batch_is_in_flight_between_its_call_and_its_end(
    bench: Workbench, state: BatchState, *, is_listed: bool
) -> None:
    placed = hold(conversation_ids=frozenset({HELD}))
    expected = [("run-1", 0, "job-1")] if is_listed else []
    assert in_flight(bench, placed, state=state) == expected


@pytest.mark.parametrize(
    ("state", "is_listed"),
    [
        (BatchState.PLANNED, True),
        (BatchState.READY, True),
        (BatchState.FAILED, True),
        (BatchState.COMPLETED, False),
        (BatchState.CANCELLED, False),
        (BatchState.IMPLAUSIBLE, False),
    ],
)
def test_batch_with_an_unanswered_call_is_in_flight_until_its_job_is_over(
    bench: Workbench, state: BatchState, *, is_listed: bool
) -> None:
    placed = hold(conversation_ids=frozenset({HELD}))
    attempt = builders.unanswered().settled()
    assert bool(in_flight(bench, placed, state=state, attempt=attempt)) is is_listed


@pytest.mark.parametrize("job_id", [None, "job-1"])
def test_job_that_was_given_up_is_in_flight(bench: Workbench, job_id: str | None) -> None:
    placed = hold(conversation_ids=frozenset({HELD}))
    found = in_flight(bench, placed, state=BatchState.GAVE_UP, job_id=job_id)
    assert bool(found) is bool(job_id)


def test_batch_without_a_held_record_is_not_listed(bench: Workbench) -> None:
    assert in_flight(bench, hold(conversation_ids=frozenset({"other-1"}))) == []


def test_batch_whose_held_record_is_protected_is_not_listed(bench: Workbench) -> None:
    placed = hold(conversation_ids=frozenset({HELD}))
    assert in_flight(bench, placed, protected=frozenset({0})) == []


def test_hold_on_the_time_of_a_record_lists_its_batch(bench: Workbench) -> None:
    end = entries_of(1)[0].end
    around = Window(start=end - timedelta(days=1), end=end + timedelta(days=1))
    assert len(in_flight(bench, hold(date_range=around))) == 1
    assert in_flight(Workbench(), hold(date_range=LONG_AGO)) == []


def test_window_is_listed_until_the_times_of_the_held_ids_are_known(bench: Workbench) -> None:
    ids = frozenset({HELD})
    placed, window = hold(conversation_ids=ids), builders.window()
    assert len(in_flight(bench, placed, window=window)) == 1
    elsewhere = HeldTimes(
        hold_id=placed.hold_id,
        fingerprint=fingerprint(ids),
        days=(LONG_AGO,),
        organisations=("default",),
        looked_up_at=NOON,
    )
    assert in_flight(Workbench(), placed.timed(elsewhere), window=window) == []


@pytest.mark.parametrize(("organisation", "is_listed"), [("default", True), ("emea", False)])
def test_job_of_another_organisation_than_those_of_the_hold_is_not_listed(
    bench: Workbench, organisation: str, *, is_listed: bool
) -> None:
    placed = hold(conversation_ids=frozenset({HELD}), organisations=(organisation,))
    assert bool(in_flight(bench, placed)) is is_listed


def test_holder_whose_run_is_gone_is_ignored(bench: Workbench) -> None:
    bench.slots.pools[PoolKey(None, "documented")] = Pool((BatchRef("gone", 0),))
    assert list(held_in_flight(bench)(hold())) == []
