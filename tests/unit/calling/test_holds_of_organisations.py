"""Holds on some organisations: each question about holds is asked for one organisation."""

from __future__ import annotations

from typing import Any

import pytest
from genesys_purge.calling.deletion import Deletion
from genesys_purge.calling.guard import Guard
from genesys_purge.errors import Misconfigured, OnLegalHold, TryLater
from genesys_purge.model.batch import Entry
from genesys_purge.model.dates import Window
from genesys_purge.model.holds import Hold
from genesys_purge.model.retention import Policy
from genesys_purge.model.stops import Stoppable

from tests import builders
from tests.clock import NOON, Clock
from tests.fakes import MemoryHolds, MemoryPolicies, MemorySeals, MemoryStops
from tests.unit.methods.scene import hold

END = builders.days_ago(400)
SPAN = Window(start=builders.days_ago(401), end=builders.days_ago(399))
ENTRIES = (Entry("c1", END, None),)
RECORDS: dict[str, Any] = {"entries": ENTRIES, "candidates": frozenset({0}), "planned": 1}
WINDOW: dict[str, Any] = {"window": SPAN, "planned": 1}
INTERVAL: dict[str, Any] = RECORDS | {"interval": SPAN}
IDS, OUTSIDE = frozenset({"c1"}), frozenset({"c2"})
HERE, ELSEWHERE = ("apac", "emea"), ("apac", "default")


def guard(*holds: Hold) -> Guard:
    placed = MemoryHolds(Clock())
    placed.placed.extend(holds)
    return Guard(MemoryPolicies(), placed, MemoryStops(), MemorySeals(), lambda: NOON)


def deletion(fields: dict[str, Any]) -> Deletion:
    """A call to the organisation `emea`."""
    given: dict[str, Any] = {"entries": (), "candidates": frozenset(), "before": 1} | fields
    return Deletion(
        run_id="run-1",
        batch=0,
        attempt=1,
        policy_of=lambda *_: Policy(minimum_days=365, basis="law"),
        belongs_to=Stoppable("emea"),
        **given,
    )


CALLS = [
    (RECORDS, {"conversation_ids": IDS}, OnLegalHold),
    (RECORDS, {"date_range": SPAN}, OnLegalHold),
    (RECORDS, {}, OnLegalHold),
    (WINDOW, {"conversation_ids": OUTSIDE}, OnLegalHold),
    (INTERVAL, {"date_range": SPAN}, OnLegalHold),
    (INTERVAL, {"conversation_ids": OUTSIDE}, TryLater),
]


@pytest.mark.parametrize(("call", "scope", "error"), CALLS)
def test_call_is_refused_by_a_hold_on_its_organisation_only(
    call: dict[str, Any], scope: dict[str, Any], error: type[Exception]
) -> None:
    with pytest.raises(error):
        guard(hold(organisations=HERE, **scope)).permit(deletion(call))
    assert guard(hold(organisations=ELSEWHERE, **scope)).permit(deletion(call))


def test_conversations_beside_an_interval_are_those_of_its_organisation() -> None:
    call = deletion(INTERVAL)
    here, elsewhere = (hold(conversation_ids=OUTSIDE, organisations=n) for n in (HERE, ELSEWHERE))
    assert guard(elsewhere).cleared(call, lambda _: True).cleared == frozenset()
    with pytest.raises(OnLegalHold):
        guard(here).cleared(call, lambda _: True)


def test_purge_rule_is_refused_by_a_hold_on_its_organisation_only() -> None:
    kind = {"method": frozenset({"purge_rule"}), "classification": frozenset({"internal"})}
    guard(hold(organisations=ELSEWHERE)).check_recurring(kind, 3_650, "", "emea")
    with pytest.raises(OnLegalHold):
        guard(hold(organisations=HERE)).check_recurring(kind, 3_650, "", "emea")


def test_unreadable_hold_refuses_in_every_organisation() -> None:
    placed = MemoryHolds(Clock())
    placed.unreadable.append(Misconfigured("legal hold h1 is not valid: organisations"))
    blocked = Guard(MemoryPolicies(), placed, MemoryStops(), MemorySeals(), lambda: NOON)
    with pytest.raises(Misconfigured):
        blocked.permit(deletion(RECORDS))
