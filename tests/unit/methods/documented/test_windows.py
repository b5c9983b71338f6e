"""Windows of the documented methods: splitting, holds, counting, and times on the wire."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from genesys_purge.errors import OnLegalHold, UnreadableAnswer
from genesys_purge.methods.contract import Part
from genesys_purge.methods.documented import windows
from genesys_purge.model.dates import Window, zulu
from hypothesis import given
from hypothesis import strategies as st

from tests import builders
from tests.clock import NOON
from tests.unit.methods.scene import answering, hold

WINDOW = builders.window()
UNREADABLE: list[dict[str, Any]] = [
    {},
    {"results": None},
    {"results": {"count": 1}},
    {"results": [1]},
    {"results": [{}]},
    {"results": [{"count": "1"}]},
    {"results": [{"count": None}]},
    {"results": [{"count": -1}]},
    {"results": [{"count": 1.0}]},
    {"results": [{"count": True}]},
    {"results": [{"count": 2**53 + 1}]},
    {"results": [{"count": 1}, {"total": 2}]},
]


def counted(answer: Any) -> int:
    return windows.count(answering(answer, windows.COUNT), windows.COUNT, {})


def test_count_is_the_sum_of_all_rows() -> None:
    assert counted({"results": []}) == 0
    assert counted({"results": [{"count": 2}, {"count": 0}, {"count": 5}]}) == 7
    assert counted({"results": [{"count": 2**53}]}) == 2**53


def test_sum_that_is_no_count_is_unreadable() -> None:
    with pytest.raises(UnreadableAnswer, match="more conversations than there can be"):
        counted({"results": [{"count": 2**53}, {"count": 1}]})


@pytest.mark.parametrize("answer", UNREADABLE)
def test_unreadable_count_is_an_error_and_not_zero(answer: dict[str, Any]) -> None:
    missing = "a readable count" if isinstance(answer.get("results"), list) else "results"
    problem = f"^Genesys answered the analytics query without {missing}$"
    with pytest.raises(UnreadableAnswer, match=problem):
        counted(answer)


def test_times_are_sent_in_utc_and_rounded_down_to_milliseconds() -> None:
    assert zulu(NOON) == "2026-11-21T12:00:00Z"
    assert zulu(NOON + timedelta(milliseconds=5)) == "2026-11-21T12:00:00.005Z"
    assert zulu(NOON + timedelta(microseconds=5_999)) == "2026-11-21T12:00:00.005Z"


def test_part_of_a_window_has_its_window_and_a_part_of_ids_has_none() -> None:
    assert windows.window_of(Part(WINDOW, ())) is WINDOW
    with pytest.raises(ValueError, match=r"^a batch of this method is a window$"):
        windows.window_of(Part(None, ["a1"]))


@given(st.lists(st.integers(0, 3), min_size=1, max_size=12))
def test_window_is_planned_in_30_day_batches_unless_it_is_empty(counts: list[int]) -> None:
    window = Window(start=NOON, end=NOON + timedelta(days=30 * len(counts)))
    remaining = iter(counts)
    planned = list(windows.plan(window, [], lambda _: next(remaining)))
    assert [batch.targeted for batch in planned] == (counts if any(counts) else [])
    assert [batch.window for batch in planned] in ([], list(window.split(30)))


@pytest.mark.parametrize(
    "held", [{}, {"conversation_ids": frozenset({"a1"})}, {"date_range": WINDOW}]
)
def test_window_with_a_record_that_may_be_held_is_refused(held: dict[str, Any]) -> None:
    problem = "h1 may cover .*; release it, or purge the other records by id$"
    with pytest.raises(OnLegalHold, match=problem):
        list(windows.plan(WINDOW, [hold(**held)], lambda _: pytest.fail("counted")))


def test_hold_on_another_time_does_not_refuse_a_window() -> None:
    later = hold(date_range=Window(start=WINDOW.end, end=NOON))
    assert len(list(windows.plan(WINDOW, [later], lambda _: 1))) == 1
