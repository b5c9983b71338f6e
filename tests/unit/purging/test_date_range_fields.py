"""The dateRange of a request: its two forms, its length, and the retention it must respect."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from genesys_purge.model.dates import zulu
from genesys_purge.model.retention import RetentionMatrix

from tests import builders
from tests.clock import NOON
from tests.unit.purging.fields import not_refused
from tests.unit.workbench import Workbench

START, END = "2024-01-01T00:00:00Z", "2024-02-01T00:00:00Z"
SECOND, DAY = timedelta(seconds=1), timedelta(days=1)
RELATIVE = {"olderThanDays": 400, "lookbackDays": 30}
WRONG = [
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
]
each_method = pytest.mark.parametrize(
    "method", ["data_deletion", "interaction_purge", "recording_job"]
)


def between(start: datetime, end: datetime) -> dict[str, str]:
    return {"start": start.isoformat(), "end": end.isoformat()}


def errors_of(bench: Workbench, date_range: object) -> dict[str, str]:
    return bench.errors(builders.data_deletion(dateRange=date_range))


def matrix_of(days: int, *, then: RetentionMatrix | None = None, **match: str) -> RetentionMatrix:
    rule = {"name": "any", "match": match, "minimumDays": days, "basis": "law"}
    following = then.to_json()["rules"] if then else []
    return RetentionMatrix.parse({"rules": [rule, *following]})


def test_wrong_date_range_is_the_only_error() -> None:
    cases = [("dateRange", value, path) for value, path in WRONG]
    assert not_refused(builders.data_deletion, cases) == {}


def test_every_wrong_time_of_a_range_is_reported(bench: Workbench) -> None:
    errors = errors_of(bench, {"start": "today", "end": "2024-01-01T00:00:00"})
    assert set(errors) == {"dateRange.start", "dateRange.end"}


@each_method
def test_range_must_end_before_the_retention_to_the_second(bench: Workbench, method: str) -> None:
    bench.policies.matrix = matrix_of(366)
    latest = NOON - timedelta(days=366)
    allowed = builders.request_of(method, dateRange=between(latest - DAY, latest))
    too_young = builders.request_of(method, dateRange=between(latest - DAY, latest + SECOND))
    assert bench.errors(allowed) == {}
    assert bench.errors(too_young) == {
        "dateRange": f"ends at {zulu(latest + SECOND)}, inside the retention of 366 days "
        "(rule 'any': law); "
        f"it may end at {zulu(latest)} at the latest"
    }


def test_range_becomes_valid_in_the_second_it_is_old_enough(bench: Workbench) -> None:
    bench.policies.matrix = matrix_of(365)
    end = NOON - timedelta(days=365) + SECOND
    assert list(errors_of(bench, between(end - DAY, end))) == ["dateRange"]
    bench.clock.wait(1)
    assert errors_of(bench, between(end - DAY, end)) == {}


def test_relative_range_counts_from_the_scheduled_time(bench: Workbench) -> None:
    bench.policies.matrix = matrix_of(400)
    request = builders.data_deletion(dateRange=RELATIVE)
    assert bench.errors(request, NOON) == {}
    assert bench.errors(request, NOON - timedelta(hours=1)) == {}
    assert list(bench.errors(request, NOON + SECOND)) == ["dateRange"]


@each_method
def test_range_before_the_year_1_is_refused(bench: Workbench, method: str) -> None:
    request = builders.request_of(method, dateRange=RELATIVE)
    assert bench.errors(request, datetime(1, 1, 1, tzinfo=UTC)) == {
        "dateRange": "begins before the year 1; use smaller numbers of days"
    }


def test_range_spans_at_most_ten_years(bench: Workbench) -> None:
    end = builders.days_ago(400)
    longest = end - timedelta(days=3_660)
    assert errors_of(bench, between(longest, end)) == {}
    assert errors_of(bench, between(longest - SECOND, end)) == {
        "dateRange": "may span at most 3660 days"
    }


def test_too_long_relative_range_is_one_error(bench: Workbench) -> None:
    assert errors_of(bench, RELATIVE | {"lookbackDays": 3_660}) == {}
    assert errors_of(bench, RELATIVE | {"lookbackDays": 3_661}) == {
        "dateRange.lookbackDays": "must be at most 3660"
    }


@each_method
def test_range_without_a_matching_retention_rule_is_refused(bench: Workbench, method: str) -> None:
    bench.policies.matrix = matrix_of(30, method="something_else")
    assert bench.errors(builders.request_of(method)) == {
        "dateRange": "no rule of the retention matrix covers these records"
    }


@each_method
def test_longest_matching_rule_applies(bench: Workbench, method: str) -> None:
    bench.policies.matrix = matrix_of(30, then=matrix_of(500, method=method))
    errors = bench.errors(builders.request_of(method))
    assert "inside the retention of 500 days" in errors["dateRange"]
