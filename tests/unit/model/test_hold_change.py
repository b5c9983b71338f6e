"""A change of a hold: when a narrower scope comes into force, and what it covers."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from genesys_purge.model.hold_change import ChangeKind, HoldChange
from genesys_purge.model.hold_scope import HoldScope
from genesys_purge.model.holds import Hold, HoldState
from hypothesis import given

from tests.clock import NOON
from tests.unit.methods.scene import hold
from tests.unit.model.test_hold_scope import RECORDS, SCOPES, Record, holds

IDS = frozenset({"c-1", "c-2"})


def changing(scope: HoldScope, narrower: HoldScope, **fields: Any) -> Hold:
    """A hold whose narrowing has been in force for a day."""
    given_fields: dict[str, Any] = {
        "kind": ChangeKind.NARROWING,
        "approval_id": "a-1",
        "of_scope": scope.digest,
        "effective_at": NOON - timedelta(days=1),
    }
    change = HoldChange(**given_fields | narrower._asdict() | fields)
    return hold(change=change).scoped(scope)


@given(SCOPES, SCOPES, RECORDS)
def test_narrowed_hold_never_covers_more_than_before(
    scope: HoldScope, narrower: HoldScope, record: Record
) -> None:
    found = changing(scope, narrower).at(NOON)
    if holds(found.scope, record):
        assert holds(scope, record)


def test_narrower_scope_is_in_force_from_its_moment_on() -> None:
    found = changing(HoldScope(IDS), HoldScope(frozenset({"c-1"})), effective_at=NOON)
    assert found.at(NOON - timedelta(milliseconds=1)).conversation_ids == IDS
    assert found.at(NOON).conversation_ids == frozenset({"c-1"})


@pytest.mark.parametrize(
    "fields",
    [
        {"effective_at": None},
        {"effective_at": NOON + timedelta(days=1)},
        {"of_scope": "another"},
        {"kind": ChangeKind.RELEASE},
        {"conversation_ids": frozenset({"c-3"})},
    ],
)
def test_narrowing_without_one_of_its_conditions_never_applies(fields: dict[str, Any]) -> None:
    found = changing(HoldScope(IDS), HoldScope(frozenset({"c-1"})), **fields)
    assert found.at(NOON).conversation_ids == IDS


@pytest.mark.parametrize(
    ("fields", "released", "expected"),
    [
        ({"effective_at": None}, None, HoldState.NARROWING_REQUESTED),
        (
            {"effective_at": None, "kind": ChangeKind.RELEASE},
            None,
            HoldState.RELEASE_REQUESTED,
        ),
        ({"effective_at": NOON + timedelta(days=1)}, None, HoldState.NARROWING),
        ({}, None, HoldState.ACTIVE),
        ({"kind": ChangeKind.RELEASE}, None, HoldState.ACTIVE),
        ({"kind": ChangeKind.RELEASE}, 1, HoldState.RELEASING),
        ({"kind": ChangeKind.RELEASE}, 0, HoldState.RELEASED),
        ({}, 0, HoldState.RELEASED),
    ],
)
def test_state_follows_from_the_change_and_the_release(
    fields: dict[str, Any], released: int | None, expected: HoldState
) -> None:
    found = changing(HoldScope(IDS), HoldScope(frozenset({"c-1"})), **fields)
    at = None if released is None else NOON + timedelta(days=released)
    assert found.model_copy(update={"released_at": at}).state(NOON) is expected
