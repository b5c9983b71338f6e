"""Windows of the documented methods: splitting, holds, counting, and times on the wire."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from genesys_purge.errors import OnLegalHold, UnreadableAnswer
from genesys_purge.methods.contract import Noted, Part, Planned
from genesys_purge.methods.documented import windows
from genesys_purge.model.dates import Window, zulu
from genesys_purge.model.days import days_between, joined
from hypothesis import given
from hypothesis import strategies as st

from tests import builders
from tests.clock import NOON
from tests.unit.methods.scene import answering, held_times, hold, planned_in, skipped_in

WINDOW = builders.window()
DAY, MILLISECOND = timedelta(days=1), timedelta(milliseconds=1)
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
    with pytest.raises(
        UnreadableAnswer, match=r"^Genesys counts more conversations than there can be$"
    ):
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
    planned = planned_in(windows.plan(window, [], lambda _: next(remaining)))
    assert [batch.targeted for batch in planned] == (counts if any(counts) else [])
    assert [batch.window for batch in planned] in ([], list(window.split(30)))


IDS = frozenset({"a1"})
UNKNOWN = [
    ({}, "h1 covers everything; release it,"),
    (
        {"conversation_ids": IDS},
        "time is unknown: they are not looked up yet; try again in minutes;",
    ),
    (
        {"conversation_ids": IDS, "times": held_times(IDS, unknown={"no_time": 1})},
        "time is unknown: Genesys reports no start and end of 1 of them.*; release it,",
    ),
]


@pytest.mark.parametrize(("held", "reason"), UNKNOWN)
def test_window_is_refused_under_a_hold_of_unknown_time(held: dict[str, Any], reason: str) -> None:
    problem = f"^dateRange: legal hold .*{reason} or purge the other records by id$"
    with pytest.raises(OnLegalHold, match=problem):
        list(windows.plan(WINDOW, [hold(**held)], lambda _: pytest.fail("counted")))


MAY = Window(start=datetime(2026, 5, 1, 12, tzinfo=UTC), end=datetime(2026, 5, 31, tzinfo=UTC))


def test_held_days_are_left_out_and_their_records_skipped() -> None:
    ids = hold(hold_id="h1", conversation_ids=IDS, times=held_times(IDS, MAY.start + DAY))
    between = {"start": "2026-05-10T23:59:59.9995Z", "end": "2026-05-12T00:00:00Z"}
    dates = hold(hold_id="h2", date_range=between)
    elsewhere = hold(hold_id="h3", date_range=Window(start=MAY.end, end=NOON))
    found = list(
        windows.plan(MAY, [ids, dates, elsewhere], lambda each: (each.end - each.start).days)
    )
    assert [str(each.window) for each in planned_in(found)] == [
        "2026-05-01T12:00:00Z/2026-05-02T00:00:00Z",
        "2026-05-03T00:00:00Z/2026-05-10T00:00:00Z",
        "2026-05-12T00:00:00Z/2026-05-31T00:00:00Z",
    ]
    assert skipped_in(found) == {"on_hold": 3}
    assert [each.text for each in found if isinstance(each, Noted)] == [
        "held days left out (UTC): 2026-05-02, 2026-05-10 to 2026-05-11, for 2 legal holds: h1, h2"
    ]


def test_window_whose_every_day_is_held_has_no_batch() -> None:
    found = list(windows.plan(MAY, [hold(date_range=MAY)], lambda _: 0))
    assert (planned_in(found), skipped_in(found)) == ([], {})
    assert "2026-05-01 to 2026-05-30" in str(found)


@pytest.mark.parametrize(
    ("days", "more"), [(10, ""), (11, " and 1 more period"), (15, " and 5 more periods")]
)
def test_note_on_many_held_days_is_short(days: int, more: str) -> None:
    moments = [MAY.start + 2 * n * DAY for n in range(days)]
    many = hold(conversation_ids=IDS, times=held_times(IDS, *moments))
    noted = next(each for each in windows.plan(MAY, [many], lambda _: 1) if isinstance(each, Noted))
    assert noted.text.endswith(f", 2026-05-19{more}, for 1 legal hold: h1")


def test_hold_on_another_time_changes_no_window() -> None:
    later = hold(date_range=Window(start=WINDOW.end + DAY, end=NOON))
    (batch,) = windows.plan(WINDOW, [later], lambda _: 1)
    assert batch == Planned(1, window=WINDOW)


millis = st.integers(0, 120 * 86_400_000).map(lambda each: MAY.start + each * MILLISECOND)
spans = st.lists(st.tuples(millis, millis).map(sorted), max_size=6)


@given(spans.filter(bool), spans, spans)
def test_planned_windows_are_the_request_without_the_held_days(
    asked: list[list[datetime]], ranges: list[list[datetime]], conversations: list[list[datetime]]
) -> None:
    start, end = asked[0]
    window = Window(start=start, end=end + MILLISECOND)
    days = joined(days_between(*each) for each in conversations)
    held = [hold(conversation_ids=IDS, times=held_times(IDS, days=days))]
    held += [hold(date_range=Window(start=a, end=b + MILLISECOND)) for a, b in ranges]

    planned = [each.window for each in planned_in(windows.plan(window, held, lambda _: 1))]

    times = [each for each in planned if each]
    assert all(a.end <= b.start for a, b in pairwise(times))
    assert all(each == each.widened() and each.end - each.start <= 30 * DAY for each in times)
    first = window.start.replace(hour=0, minute=0, second=0, microsecond=0)
    for number in range((window.end - first).days + 1):
        day = Window(start=first + number * DAY, end=first + (number + 1) * DAY)
        is_held = any(a < day.end and b >= day.start for a, b in ranges + conversations)
        covered = [
            min(each.end, day.end) - max(each.start, day.start)
            for each in times
            if each.overlaps(day)
        ]
        asked_for = min(window.end, day.end) - max(window.start, day.start)
        assert sum(covered, timedelta()) == (
            timedelta() if is_held else max(asked_for, timedelta())
        )
