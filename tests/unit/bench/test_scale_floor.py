"""The least hours and calls of a purge, and the rate of its calls."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.scale.floor import (
    Span,
    floor_hours,
    hours_of,
    least_documented,
    least_live,
    slot_use,
    total_of,
)
from bench.scale.goals import Goal
from bench.scale.organisations import Organisation
from bench.scale.page import BEGIN, END, with_report
from bench.scale.rates import busiest
from tests.clock import NOON

MINUTE = timedelta(minutes=1)


def test_slot_use_is_the_share_of_the_slots_time_with_a_job() -> None:
    spans = [Span(NOON, NOON + 4 * MINUTE), Span(NOON, NOON + 2 * MINUTE)]
    assert slot_use(spans, 2) == pytest.approx(0.75)


def test_slot_use_of_no_jobs_is_zero() -> None:
    assert slot_use([], 2) == 0.0


def test_longest_jobs_start_first() -> None:
    assert hours_of([3_600.0, 3_600.0, 7_200.0], 2) == pytest.approx(2.0)


@given(st.lists(st.floats(1, 1e5), min_size=1, max_size=30), st.integers(1, 5))
def test_hours_are_between_the_mean_of_the_slots_and_all_jobs(
    seconds: list[float], slots: int
) -> None:
    hours, total = hours_of(seconds, slots), sum(seconds) / 3_600
    assert total / slots - 1e-9 <= hours <= total + 1e-9
    assert hours >= max(seconds) / 3_600 - 1e-9


def test_floor_is_the_time_of_the_calls_if_that_is_longer() -> None:
    assert floor_hours([3_600.0] * 4, 2, 1, 1.0) == pytest.approx(2.0)
    assert floor_hours([3_600.0] * 4, 2, 36_000, 1.0) == pytest.approx(10.0)


def test_least_calls_of_an_archive_are_four_for_each_job() -> None:
    assert total_of(least_documented(10_000, 10)) == 40


def test_least_calls_of_recordings_include_the_sample() -> None:
    assert total_of(least_live(10_000, 3, 500)) == 10 + 100 + 6 * 3 + 500


def test_busiest_window_counts_calls_less_than_its_length_apart() -> None:
    times = [NOON + timedelta(seconds=second) for second in (0, 30, 60, 61, 200)]
    assert busiest(times, MINUTE) == 3


@given(st.lists(st.integers(0, 300), max_size=40))
def test_busiest_window_agrees_with_counting_every_window(seconds: list[int]) -> None:
    times = [NOON + timedelta(seconds=each) for each in sorted(seconds)]
    counts = (sum(start <= each < start + MINUTE for each in times) for start in times)
    assert busiest(times, MINUTE) == max(counts, default=0)


def test_months_of_an_organisation_add_up_to_its_days() -> None:
    assert Organisation(1).months() == [30, 31, 31, 30, 31, 30, 31, 31, 28, 31, 30, 31, 1]


@pytest.mark.parametrize(("found", "is_least", "is_met"), [(2, False, False), (2, True, True)])
def test_goal_has_an_upper_or_a_lower_bound(found: float, is_least: bool, is_met: bool) -> None:
    assert Goal("figure", found, 1, is_least).is_met == is_met


def test_missed_goal_says_by_how_much() -> None:
    assert str(Goal("calls", 1.75, 1.15)) == "calls: 1.750 (goal <= 1.15): missed by 0.600"


def test_report_replaces_what_is_between_the_two_lines() -> None:
    page = f"before\n{BEGIN}\nold\n{END}\nafter"
    assert with_report(page, "new") == f"before\n{BEGIN}\n\nnew\n\n{END}\nafter"


def test_page_without_the_two_lines_is_refused() -> None:
    with pytest.raises(ValueError, match="has no lines"):
        with_report("page", "new")
