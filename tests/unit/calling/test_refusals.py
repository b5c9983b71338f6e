"""What legal holds refuse is recorded with the hold, once for each batch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from genesys_purge.calling.deletion import Deletion
from genesys_purge.calling.refusals import RecordingGuard
from genesys_purge.errors import OnLegalHold, PurgingSwitchedOff
from genesys_purge.model.dates import Window
from genesys_purge.model.holds import Hold

from tests.clock import NOON, Clock
from tests.fakes import MemoryHolds, MemoryPolicies, MemorySeals, MemoryStops
from tests.unit.calling.test_held_records import END, deletion
from tests.unit.methods.scene import hold

AROUND = Window(start=END - timedelta(days=1), end=END + timedelta(days=1))
IDS = frozenset({"c1", "c2"})


def touches(_: Sequence[str]) -> bool:
    return True


class MemoryRefusals:
    """The refusals of each hold, as they are noted."""

    def __init__(self) -> None:
        self.noted: list[tuple[str, int, Mapping[str, int | None]]] = []

    def note(self, run_id: str, batch: int, holds: Mapping[str, int | None]) -> None:
        self.noted.append((run_id, batch, holds))


def noted(call: Deletion, *holds: Hold) -> Mapping[str, int | None]:
    """What is noted of each hold when the guard refuses the call."""
    placed, refusals = MemoryHolds(Clock()), MemoryRefusals()
    placed.placed.extend(holds)
    guard = RecordingGuard(
        MemoryPolicies(), placed, MemoryStops(), MemorySeals(), lambda: NOON, refusals=refusals
    )
    check: Any = (
        guard.permit if call.interval is None else partial(guard.cleared, may_touch=touches)
    )
    with pytest.raises(OnLegalHold):
        check(call)
    ((run_id, batch, found),) = refusals.noted
    assert (run_id, batch) == ("run-1", 0)
    return found


def test_each_hold_counts_the_records_that_it_refuses() -> None:
    call = deletion(["c1", "c2", "c3"], frozenset({0, 1, 2}))
    first, second = hold(conversation_ids=IDS), hold(hold_id="h2", date_range=AROUND)
    other = hold(hold_id="h3", conversation_ids=frozenset({"c9"}))
    assert noted(call, first, second, other) == {"h1": 2, "h2": 3}


def test_number_of_refused_records_of_a_window_is_unknown() -> None:
    call = deletion([], frozenset())._replace(window=AROUND, planned=5)
    assert noted(call, hold(date_range=AROUND)) == {"h1": None}


def test_held_conversation_that_an_interval_may_touch_names_its_hold() -> None:
    call = deletion(["c1"], frozenset({0}))._replace(interval=AROUND)
    other = hold(hold_id="h2", conversation_ids=frozenset({"c1"}))
    assert noted(call, hold(conversation_ids=frozenset({"c2"})), other) == {"h1": None}


def test_refusal_of_another_check_is_not_noted() -> None:
    policies, refusals = MemoryPolicies(), MemoryRefusals()
    policies.switch = "off"
    guard = RecordingGuard(
        policies,
        MemoryHolds(Clock()),
        MemoryStops(),
        MemorySeals(),
        lambda: NOON,
        refusals=refusals,
    )
    with pytest.raises(PurgingSwitchedOff):
        guard.permit(deletion(["c1"], frozenset({0})))
    assert refusals.noted == []
