"""The scope of a legal hold: what covers what."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from genesys_purge.model.dates import Window
from genesys_purge.model.held_times import fingerprint
from genesys_purge.model.hold_scope import HoldScope
from hypothesis import given
from hypothesis import strategies as st

from tests.clock import NOON
from tests.unit.methods.scene import hold

IDS = [f"c-{number}" for number in range(5)]
DAYS = st.integers(0, 9).map(lambda day: NOON + timedelta(days=day))
RANGES = st.tuples(DAYS, DAYS).filter(lambda pair: pair[0] < pair[1])
WINDOWS = RANGES.map(lambda pair: Window(start=pair[0], end=pair[1]))
IDS_OF = st.frozensets(st.sampled_from(IDS), min_size=1)
ORGANISATIONS = ("apac", "default", "emea")
NAMES = st.sets(st.sampled_from(ORGANISATIONS), min_size=1).map(lambda found: tuple(sorted(found)))
SCOPES = st.builds(HoldScope, st.none() | IDS_OF, st.none() | WINDOWS, st.none() | NAMES)
Record = tuple[str, datetime, str | None]
RECORDS = st.tuples(st.sampled_from(IDS), DAYS, st.sampled_from((None, "apac", "emea")))


def window(first: int, last: int) -> Window:
    return Window(start=NOON + timedelta(days=first), end=NOON + timedelta(days=last))


def holds(scope: HoldScope, record: Record) -> bool:
    conversation_id, end, organisation = record
    is_held = hold().scoped(scope).holds_record(conversation_id, end)
    return scope.is_in(organisation) and is_held


@given(SCOPES, SCOPES, RECORDS)
def test_scope_that_covers_another_holds_every_record_of_it(
    outer: HoldScope, inner: HoldScope, record: Record
) -> None:
    if outer.covers(inner) and holds(inner, record):
        assert holds(outer, record)


@given(SCOPES, SCOPES, RECORDS)
def test_widened_scope_holds_what_either_scope_holds(
    own: HoldScope, more: HoldScope, record: Record
) -> None:
    wider = own.widened(more)
    if wider.covers(own) and (holds(own, record) or holds(more, record)):
        assert holds(wider, record)


@given(SCOPES, NAMES, RECORDS)
def test_organisations_of_a_hold_let_no_record_of_them_go(
    scope: HoldScope, names: tuple[str, ...], record: Record
) -> None:
    limited = scope._replace(organisations=names)
    is_named = (record[2] or "default") in names
    everywhere = scope._replace(organisations=None)
    assert holds(limited, record) == (is_named and holds(everywhere, record))


@given(IDS_OF, NAMES)
def test_times_of_all_organisations_are_not_those_of_some(
    ids: frozenset[str], names: tuple[str, ...]
) -> None:
    assert HoldScope(ids).fingerprint == fingerprint(ids)
    assert HoldScope(ids, None, names).fingerprint != fingerprint(ids)


@given(SCOPES, SCOPES)
def test_equal_digests_are_those_of_equal_scopes(one: HoldScope, other: HoldScope) -> None:
    assert (one.digest == other.digest) == (one == other)


@pytest.mark.parametrize(
    ("outer", "inner"),
    [
        (HoldScope(frozenset({"c-1"})), HoldScope(frozenset({"c-2"}))),
        (HoldScope(frozenset({"c-1"})), HoldScope()),
        (HoldScope(frozenset({"c-1"})), HoldScope(None, window(0, 1))),
        (HoldScope(None, window(1, 3)), HoldScope(None, window(0, 3))),
        (HoldScope(None, window(1, 3)), HoldScope(None, window(1, 4))),
        # The conversation may have ended outside of the range.
        (HoldScope(None, window(1, 3)), HoldScope(frozenset({"c-1"}))),
        (HoldScope(organisations=("emea",)), HoldScope()),
        (HoldScope(organisations=("emea",)), HoldScope(organisations=("apac", "emea"))),
    ],
)
def test_scope_does_not_cover_what_it_may_not_hold(outer: HoldScope, inner: HoldScope) -> None:
    assert not outer.covers(inner)
