"""What the methods by date range share: counting, and times on the wire."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from genesys_purge.errors import UnreadableAnswer
from genesys_purge.methods.contract import Part
from genesys_purge.methods.documented import windows
from genesys_purge.model.dates import Window, zulu
from hypothesis import given
from hypothesis import strategies as st

from tests import builders
from tests.clock import NOON
from tests.scripted_genesys import ScriptedGenesys


def counted(answer: Any) -> int:
    genesys = ScriptedGenesys()
    genesys.on(windows.COUNT, answer)
    return windows.count(genesys, windows.COUNT, {})


@given(st.lists(st.integers(0, 10_000), max_size=10))
def test_the_counts_of_all_rows_add_up(counts: list[int]) -> None:
    assert counted({"results": [{"count": count} for count in counts]}) == sum(counts)


@pytest.mark.parametrize(
    "answer",
    [
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
        {"results": [{"count": 1}, {"total": 2}]},
    ],
)
def test_a_count_that_cannot_be_read_is_not_zero(answer: Any) -> None:
    with pytest.raises(UnreadableAnswer):
        counted(answer)


@pytest.mark.parametrize(
    ("at", "text"),
    [
        (NOON, "2026-11-21T12:00:00Z"),
        (NOON + timedelta(milliseconds=5), "2026-11-21T12:00:00.005Z"),
        (NOON + timedelta(microseconds=5_999), "2026-11-21T12:00:00.005Z"),
    ],
)
def test_times_go_over_the_wire_in_utc_never_later_than_they_are(at: datetime, text: str) -> None:
    assert zulu(at) == text


def test_a_windows_part_is_its_window_and_a_list_of_ids_is_none() -> None:
    window = builders.window()
    assert windows.window_of(Part(window, ())) is window
    with pytest.raises(ValueError, match="is a window"):
        windows.window_of(Part(None, ["a1"]))


@given(st.lists(st.integers(0, 3), min_size=1, max_size=12))
def test_a_window_with_anything_in_it_is_planned_whole_and_an_empty_one_not_at_all(
    counts: list[int],
) -> None:
    window = Window(start=NOON, end=NOON + timedelta(days=30 * len(counts)))
    told = iter(counts)
    planned = list(windows.plan(window, [], lambda _: next(told)))
    assert [batch.targeted for batch in planned] == (counts if any(counts) else [])
    assert [batch.window for batch in planned] in ([], list(window.split(30)))
