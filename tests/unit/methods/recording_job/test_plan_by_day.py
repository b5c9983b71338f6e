"""Recordings of the last five years by date: clean days as a whole, others by name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from unittest.mock import patch

import pytest
from genesys_purge.methods.contract import Found, Pause, Planned, Skipped, Sources
from genesys_purge.methods.recording_job import plan_by_day, started
from genesys_purge.methods.recording_job import request as recording_request
from genesys_purge.methods.recording_job.conversations import QUERY
from genesys_purge.methods.recording_job.eligibility import Eligibility
from genesys_purge.methods.recording_job.plan_by_day import PlanByDay
from genesys_purge.methods.recording_job.request import RecordingJobRequest
from genesys_purge.model.dates import Window
from genesys_purge.model.reach import Reach
from hypothesis import given
from hypothesis import strategies as st

from tests import builders
from tests.unit.methods.recording_job.day_plans import (
    BY_ID,
    FIRST,
    MATRIX,
    PROTECTED,
    SCENARIOS,
    UNRECORDED,
    Past,
    Scenario,
    days_in,
    midnight,
    window_of,
)
from tests.unit.methods.recording_job.recorded import DAY, IDS, METHOD, numbers_in
from tests.unit.methods.scene import sources

MOST = 6


@pytest.fixture(autouse=True)
def small_numbers() -> Iterator[None]:
    with (
        patch.object(recording_request, "MOST_IN_JOB", MOST),
        patch.object(plan_by_day, "MOST_ASKED", 4),
        patch.object(started, "LARGE", 9),
    ):
        yield


def inputs(scenario: Scenario, size: int = 2) -> Sources:
    details = scenario.details()
    return sources(details.genesys, *scenario.holds, matrix=MATRIX, batch_size=size)


def plan(scenario: Scenario, size: int = 2, **fields: Any) -> list[Found]:
    request = METHOD.request_model.parse(scenario.request | fields)
    return list(METHOD.plan(request, inputs(scenario, size)))


def batches(scenario: Scenario, size: int = 2, **fields: Any) -> list[Planned]:
    return [each for each in plan(scenario, size, **fields) if isinstance(each, Planned)]


def reaches(scenario: Scenario, size: int = 2) -> list[tuple[Reach, list[int]]]:
    """The reach of each batch, with the numbers of its conversations."""
    found = batches(scenario, size)
    return [(each.reach, sorted(ids)) for each, ids in zip(found, numbers_in(found), strict=True)]


def on(day: int, count: int = 3, **fields: Any) -> list[Past]:
    """So many conversations on a day, the last one with these changes."""
    found = [Past(24 * day + hour) for hour in range(count)]
    return [*found[:-1], found[-1]._replace(**fields)]


CLEAN = [*on(2), *on(3)]


def test_clean_days_in_a_row_are_one_batch() -> None:
    (batch,) = batches(Scenario(CLEAN))
    assert (batch.reach, batch.targeted, batch.window) == (Reach.DAYS, 6, None)
    assert batch.interval == Window(start=FIRST + 2 * DAY, end=FIRST + 4 * DAY)


def test_few_conversations_are_taken_by_name() -> None:
    assert reaches(Scenario(CLEAN), size=6) == [(Reach.NAMED, [0, 1, 2, 3, 4, 5])]


def test_batch_is_smaller_if_its_conversations_are_exported_first() -> None:
    with patch.object(recording_request, "MOST_EXPORTED", 5):
        found = batches(Scenario(CLEAN), exportIntegrationId="bucket-1")
    assert [(each.reach, each.targeted) for each in found] == [(Reach.DAYS, 3)] * 2


def test_day_with_many_conversations_to_export_is_taken_by_name() -> None:
    with patch.object(recording_request, "MOST_EXPORTED", 2):
        found = batches(Scenario(CLEAN), exportIntegrationId="bucket-1")
    assert {each.reach for each in found} == {Reach.NAMED}


def test_day_without_conversations_does_not_split_a_batch() -> None:
    assert reaches(Scenario([*on(2), *on(5)])) == [(Reach.DAYS, [0, 1, 2, 3, 4, 5])]


@pytest.mark.parametrize(
    "change", [{"lasts": None}, {"lasts": -1}, {"mark": PROTECTED}, {"mark": BY_ID}]
)
def test_skipped_conversation_closes_its_day(change: dict[str, Any]) -> None:
    found = reaches(Scenario([*on(2), *on(3, **change), *on(4)]))
    by_days = [(Reach.DAYS, [0, 1, 2]), (Reach.DAYS, [6, 7, 8])]
    assert found == [*by_days, (Reach.NAMED, [3, 4])]


def test_conversation_without_recordings_closes_nothing() -> None:
    past = [*on(2), *on(3, mark=UNRECORDED)]
    assert reaches(Scenario(past)) == [(Reach.DAYS, [0, 1, 2, 3, 4])]


def test_day_without_recordings_does_not_split_a_batch() -> None:
    past = [*on(2), *on(3, 1, mark=UNRECORDED), *on(4)]
    assert reaches(Scenario(past)) == [(Reach.DAYS, [0, 1, 2, 4, 5, 6])]


def test_skipped_conversation_closes_every_day_that_it_touches() -> None:
    past = [*on(2, mark=PROTECTED, lasts=40), *on(3), *on(4)]
    assert [reach for reach, ids in reaches(Scenario(past)) if 3 in ids] == [Reach.NAMED]
    assert (Reach.DAYS, [6, 7, 8]) in reaches(Scenario(past))


def test_longer_retention_of_one_medium_closes_the_day() -> None:
    assert reaches(Scenario(on(10, 4, media=("email",)))) == [
        (Reach.NAMED, [0, 1]),
        (Reach.NAMED, [2]),
    ]


@pytest.mark.parametrize(("hours", "days"), [((72, 96), [0, 1, 2]), ((95, 96.5), [0, 1, 2])])
def test_hold_by_date_closes_the_days_that_it_touches(
    hours: tuple[float, float], days: list[int]
) -> None:
    """The conversations of the third day end before or after what is held."""
    past = [*on(2), *on(3, lasts=30), *on(5)]
    found = reaches(Scenario(past, held=(hours,)))
    assert [ids for reach, ids in found if reach is Reach.DAYS] == [days, [6, 7, 8]]


def test_held_day_between_two_clean_days_splits_them() -> None:
    assert reaches(Scenario([*on(2), *on(4)], held=((80, 81),))) == [
        (Reach.DAYS, [0, 1, 2]),
        (Reach.DAYS, [3, 4, 5]),
    ]


@pytest.mark.parametrize("window", [(49, 96), (48, 71.9)])
def test_day_that_is_partly_outside_the_window_is_taken_by_name(
    window: tuple[float, float],
) -> None:
    past = [Past(hour) for hour in (49, 50, 51)]
    assert {reach for reach, _ in reaches(Scenario(past, window))} == {Reach.NAMED}


def test_day_at_the_edges_of_the_window_is_taken_as_a_whole() -> None:
    assert reaches(Scenario(on(2), (48, 72))) == [(Reach.DAYS, [0, 1, 2])]


@pytest.mark.parametrize("flag", ["includeScreenRecordings", "includePolicyBasedRecordings"])
def test_excluded_kind_is_always_taken_by_name(flag: str) -> None:
    assert {each.reach for each in batches(Scenario(CLEAN), **{flag: False})} == {Reach.NAMED}


def test_batch_by_days_has_a_bounded_number_of_conversations() -> None:
    assert reaches(Scenario([*on(2), *on(3), *on(4)])) == [
        (Reach.DAYS, [0, 1, 2, 3, 4, 5]),
        (Reach.DAYS, [6, 7, 8]),
    ]


@pytest.mark.parametrize(("last", "count"), [(32, 1), (33, 2)])
def test_batch_by_days_spans_at_most_31_days(last: int, count: int) -> None:
    scenario = Scenario([*on(2), *on(last)], (0, 50 * 24))
    assert len(batches(scenario)) == count


def test_filters_of_the_request_are_in_every_query() -> None:
    scenario = Scenario(CLEAN)
    request = METHOD.request_model.parse(scenario.request | {"queueIds": ["q"]})
    details = scenario.details()
    list(METHOD.plan(request, sources(details.genesys, matrix=MATRIX, batch_size=2)))
    bodies = [each.body for each in details.genesys.calls if each.operation == QUERY]
    values = [each["predicates"][0]["value"] for each in bodies[0]["segmentFilters"]]
    assert values == ["voice", "q"]
    assert all(body["segmentFilters"] == bodies[0]["segmentFilters"] for body in bodies)


def test_protected_conversations_are_counted_across_turns() -> None:
    scenario = Scenario(on(2, mark=PROTECTED))
    request = METHOD.request_model.parse(scenario.request)
    given_ = inputs(scenario)._replace(after={"protected": 899})
    found = PlanByDay(request, Eligibility({}, given_), given_).found()
    assert [each.state() for each in found if isinstance(each, Pause)][-1]["protected"] == 900


def test_plan_by_day_needs_a_date_range() -> None:
    request = RecordingJobRequest.parse(builders.recording_job(conversationIds=IDS[:1]))
    given_ = inputs(Scenario([]))
    with pytest.raises(ValueError, match="date range"):
        PlanByDay(request, Eligibility({}, given_), given_)


def assert_every_conversation_is_decided(scenario: Scenario, found: Iterable[Found]) -> None:
    """It is in exactly one batch, or skipped for the reason that applies."""
    taken: Counter[str] = Counter()
    skipped: dict[str, str] = {}
    for each in found:
        if isinstance(each, Planned):
            taken.update(entry.conversation_id for entry in each.entries)
            assert each.targeted == len(each.entries)
        elif isinstance(each, Skipped):
            skipped |= dict.fromkeys(each.ids, each.reason)
            assert each.records == len(each.ids)
    reasons = {key: scenario.reason(past) for key, past in scenario.asked.items()}
    assert taken == {key: 1 for key, reason in reasons.items() if reason is None}
    assert skipped == {key: reason for key, reason in reasons.items() if reason is not None}


def assert_days_are_clean(scenario: Scenario, batch: Planned) -> None:
    interval = batch.interval
    assert interval is not None
    assert (midnight(interval.start), midnight(interval.end)) == (interval.start, interval.end)
    assert interval.end - interval.start <= 30 * DAY
    assert all(scenario.is_clean(day) for day in days_in(interval))
    started_there = {
        key
        for key, past in scenario.asked.items()
        if interval.contains(past.start) and scenario.reason(past) is None
    }
    assert {entry.conversation_id for entry in batch.entries} == started_there
    assert len(batch.entries) <= MOST or interval.end - interval.start == DAY


def assert_names_are_few(batch: Planned, size: int) -> None:
    starts = [entry.start for entry in batch.entries if entry.start]
    assert len(starts) == batch.targeted <= size
    assert max(starts) - min(starts) <= 30 * DAY
    assert batch.interval is None


def large_clean_days(scenario: Scenario, size: int) -> Mapping[Any, int]:
    """The clean days with more conversations than a batch may name."""
    counts = Counter(
        midnight(past.start) for past in scenario.asked.values() if scenario.reason(past) is None
    )
    return {day: n for day, n in counts.items() if n > size and scenario.is_clean(day)}


@given(SCENARIOS, st.integers(1, 4))
def test_plan_decides_every_conversation_and_takes_clean_days_only(
    scenario: Scenario, size: int
) -> None:
    found = plan(scenario, size)
    assert_every_conversation_is_decided(scenario, found)
    by_days = set()
    for batch in (each for each in found if isinstance(each, Planned)):
        if batch.reach is Reach.DAYS:
            assert_days_are_clean(scenario, batch)
            by_days |= set(days_in(batch.interval or window_of(0, 1)))
        else:
            assert_names_are_few(batch, size)
    assert set(large_clean_days(scenario, size)) <= by_days


@given(SCENARIOS, st.sampled_from(["includeScreenRecordings", "includeSnippetRecordings"]))
def test_plan_with_an_excluded_kind_names_every_conversation(scenario: Scenario, flag: str) -> None:
    found = plan(scenario, 3, **{flag: False})
    assert_every_conversation_is_decided(scenario, found)
    for batch in (each for each in found if isinstance(each, Planned)):
        assert_names_are_few(batch, 3)
