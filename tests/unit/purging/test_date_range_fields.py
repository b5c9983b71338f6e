"""The window of a request: of one form, of a bearable length, and older than its retention."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from genesys_purge.model.retention import RetentionMatrix

from tests import builders
from tests.clock import NOON
from tests.unit.workbench import Workbench

Builder = Callable[..., dict[str, Any]]
BUILDERS: list[Builder] = [builders.data_deletion, builders.interaction_purge]
each_window = pytest.mark.parametrize("request_of", BUILDERS, ids=lambda each: each.__name__)
START, END = "2024-01-01T00:00:00Z", "2024-02-01T00:00:00Z"
SECOND = timedelta(seconds=1)


def between(start: datetime, end: datetime) -> dict[str, str]:
    return {"start": start.isoformat(), "end": end.isoformat()}


@each_window
@pytest.mark.parametrize(
    ("date_range", "path"),
    [
        (None, "dateRange"),
        ("2024", "dateRange"),
        ([START, END], "dateRange"),
        ({}, "dateRange"),
        ({"start": START}, "dateRange"),
        ({"start": END, "end": START}, "dateRange"),
        ({"start": START, "end": START}, "dateRange"),
        ({"start": START, "end": END, "lookbackDays": 1}, "dateRange"),
        ({"start": START, "olderThanDays": 400}, "dateRange"),
        ({"start": "2014-01-01T00:00:00Z", "end": "2024-01-10T00:00:01Z"}, "dateRange"),
        ({"start": "0001-01-01T00:00:00Z", "end": END}, "dateRange"),
        ({"start": START, "end": "9999-12-31T23:59:59Z"}, "dateRange"),
        ({"olderThanDays": 400, "lookbackDays": 3_661}, "dateRange.lookbackDays"),
        ({"start": "2024-01-01T00:00:00", "end": END}, "dateRange.start"),
        ({"start": START, "end": "2024-02-01"}, "dateRange.end"),
        ({"start": START, "end": 1_706_745_600}, "dateRange.end"),
        ({"start": START, "end": END, "zone": "UTC"}, "dateRange.zone"),
        ({"olderThanDays": "400", "lookbackDays": 30}, "dateRange.olderThanDays"),
        ({"olderThanDays": 400, "lookbackDays": 0}, "dateRange.lookbackDays"),
    ],
)
def test_a_wrong_window_is_told_alone_and_by_its_path(
    bench: Workbench, request_of: Builder, date_range: object, path: str
) -> None:
    errors = bench.errors(request_of(dateRange=date_range))
    assert list(errors) == [path]


@each_window
def test_every_wrong_part_of_a_window_is_told(bench: Workbench, request_of: Builder) -> None:
    errors = bench.errors(request_of(dateRange={"start": "today", "end": "2024-01-01T00:00:00"}))
    assert set(errors) == {"dateRange.start", "dateRange.end"}


@each_window
@pytest.mark.parametrize("days", [365, 366])
def test_a_window_must_end_before_the_retention_begins_to_the_second(
    bench: Workbench, request_of: Builder, days: int
) -> None:
    bench.policies.matrix = matrix_of(days)
    latest = NOON - timedelta(days=days)
    allowed = between(latest - timedelta(days=1), latest)
    too_young = between(latest - timedelta(days=1), latest + SECOND)
    assert bench.errors(request_of(dateRange=allowed)) == {}
    assert bench.errors(request_of(dateRange=too_young)) == {
        "dateRange": f"ends at {zulu(latest + SECOND)}, inside the retention of {days} days (law); "
        f"it may end at {zulu(latest)} at the latest"
    }


@each_window
def test_a_window_that_ages_becomes_right_in_its_second(
    bench: Workbench, request_of: Builder
) -> None:
    bench.policies.matrix = matrix_of(365)
    end = NOON - timedelta(days=365) + SECOND
    payload = request_of(dateRange=between(end - timedelta(days=1), end))
    assert "dateRange" in bench.errors(payload)
    bench.clock.wait(1)
    assert bench.errors(payload) == {}


@each_window
def test_a_relative_window_is_held_against_the_clock_and_resolved_by_its_schedule(
    bench: Workbench, request_of: Builder
) -> None:
    bench.policies.matrix = matrix_of(400)
    payload = request_of(dateRange={"olderThanDays": 400, "lookbackDays": 30})
    assert bench.errors(payload, NOON) == {}
    assert bench.errors(payload, NOON - timedelta(hours=1)) == {}
    assert list(bench.errors(payload, NOON + SECOND)) == ["dateRange"]


@each_window
def test_a_window_before_the_calendar_is_refused(bench: Workbench, request_of: Builder) -> None:
    payload = request_of(dateRange={"olderThanDays": 400, "lookbackDays": 30})
    errors = bench.errors(payload, datetime(1, 1, 1, tzinfo=UTC))
    assert errors == {"dateRange": "lies outside the calendar"}


@each_window
def test_the_longest_window_spans_ten_years(bench: Workbench, request_of: Builder) -> None:
    end = builders.days_ago(400)
    longest = between(end - timedelta(days=3_660), end)
    longer = between(end - timedelta(days=3_660) - SECOND, end)
    assert bench.errors(request_of(dateRange=longest)) == {}
    assert bench.errors(request_of(dateRange=longer)) == {"dateRange": "may span at most 3660 days"}


@each_window
def test_the_longest_relative_window_is_as_long_and_a_longer_one_is_one_error(
    bench: Workbench, request_of: Builder
) -> None:
    longest = {"olderThanDays": 400, "lookbackDays": 3_660}
    assert bench.errors(request_of(dateRange=longest)) == {}
    assert bench.errors(request_of(dateRange=longest | {"lookbackDays": 3_661})) == {
        "dateRange.lookbackDays": "must be at most 3660"
    }


@each_window
def test_a_window_that_no_rule_covers_is_kept(bench: Workbench, request_of: Builder) -> None:
    bench.policies.matrix = matrix_of(30, method="something_else")
    assert bench.errors(request_of()) == {
        "dateRange": "no rule of the retention matrix covers these records"
    }


@each_window
def test_the_longest_rule_that_matches_is_in_force(bench: Workbench, request_of: Builder) -> None:
    payload = request_of()
    bench.policies.matrix = matrix_of(30, then=matrix_of(500, method=payload["method"]))
    assert "inside the retention of 500 days" in bench.errors(payload)["dateRange"]


def matrix_of(days: int, *, then: RetentionMatrix | None = None, **match: str) -> RetentionMatrix:
    rule = {"name": "any", "match": match, "minimumDays": days, "basis": "law"}
    following = then.to_json()["rules"] if then else []
    return RetentionMatrix.parse({"rules": [rule, *following]})


def zulu(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")
