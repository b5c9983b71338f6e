"""The search for conversations in a window: by query or by job, resumed after any pause."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import count
from typing import Any
from unittest.mock import patch

import orjson
import pytest
from genesys_purge.errors import GenesysUnavailable, UnreadableAnswer
from genesys_purge.methods.recording_job import started
from genesys_purge.methods.recording_job.conversations import QUERY, Conversation, any_of
from genesys_purge.methods.recording_job.details_job import (
    AVAILABILITY,
    CREATE,
    FIRST_PAGE,
    NEXT_PAGE,
    STATUS,
)
from genesys_purge.methods.recording_job.started import MOST_JOBS, MOST_POLLS, StartedIn, Wait
from genesys_purge.model.dates import Window, zulu
from hypothesis import given
from hypothesis import strategies as st

from tests.clock import NOON
from tests.unit.methods.recording_job.details import JOB_CALLS, Details, Row
from tests.unit.methods.recording_job.recorded import DAY, HOUR, IDS, call

FIRST = datetime(2025, 3, 1, tzinfo=NOON.tzinfo)
WINDOW = Window(start=FIRST, end=FIRST + 10 * DAY)
State = Mapping[str, Any] | None


@pytest.fixture(autouse=True)
def few_are_large() -> Iterator[None]:
    with patch.object(started, "LARGE", 4):
        yield


def row(number: int, hours: float, **fields: Any) -> dict[str, Any]:
    """A conversation that began so many hours after the window."""
    return call(number, FIRST + hours * HOUR, **fields)


def rows(size: int, hours: float = 20) -> list[dict[str, Any]]:
    return [row(number, hours * number) for number in range(size)]


def pages(
    details: Details, after: State = None, window: Window = WINDOW
) -> list[Sequence[Conversation] | Wait]:
    """Every page, each one passed as soon as it was found."""
    search = StartedIn(window, [], [], details.genesys, after)
    found = []
    for page in search:
        found.append(page)
        if not isinstance(page, Wait):
            search.passed(page)
    return found


def numbers(details: Details, after: State = None, window: Window = WINDOW) -> list[int]:
    """The numbers of the found conversations, in order."""
    found = [page for page in pages(details, after, window) if not isinstance(page, Wait)]
    return [IDS.index(each.conversation_id) for page in found for each in page]


def waits(details: Details) -> list[float]:
    return [page.seconds for page in pages(details) if isinstance(page, Wait)]


def state_at_first_wait(details: Details) -> State:
    search = StartedIn(WINDOW, [], [], details.genesys)
    assert isinstance(next(iter(search)), Wait)
    return search.state()


def test_small_part_takes_the_query_alone() -> None:
    details = Details(rows(4), size=10)
    assert numbers(details) == [0, 1, 2, 3]
    # The second page is empty.
    assert details.operations == [QUERY, QUERY]


def test_large_part_takes_a_job_after_the_first_page() -> None:
    details = Details(rows(5))
    assert numbers(details) == [0, 1, 2, 3, 4]
    assert details.operations == [QUERY, AVAILABILITY, CREATE, STATUS, FIRST_PAGE, NEXT_PAGE]


def test_job_has_the_filters_and_the_days_of_the_part() -> None:
    details = Details(rows(5))
    window = Window(start=FIRST + HOUR, end=WINDOW.end - HOUR)
    filters = [any_of("divisionId", ["d"])], [any_of("queueId", ["q"])]
    list(StartedIn(window, *filters, details.genesys))
    (body,) = [each.body for each in details.genesys.calls if each.operation == CREATE]
    assert (body["conversationFilters"], body["segmentFilters"]) == filters
    assert (body["interval"], body["startOfDayIntervalMatching"]) == (str(WINDOW), True)


def test_conversations_of_a_job_outside_the_window_are_ignored() -> None:
    window = Window(start=FIRST + 20 * HOUR, end=FIRST + 60 * HOUR)
    assert numbers(Details([row(0, 1), *rows(8)[1:]]), window=window) == [1, 2]


def test_small_part_after_a_large_one_takes_the_query() -> None:
    details = Details([*rows(5), row(5, 35 * 24)])
    window = Window(start=FIRST, end=FIRST + 40 * DAY)
    assert numbers(details, window=window) == [0, 1, 2, 3, 4, 5]
    assert details.jobs == 1


@pytest.mark.parametrize("until", ["2025-03-10T23:59:59Z", None, "soon"])
def test_large_part_that_jobs_do_not_know_takes_a_query_a_day(until: str | None) -> None:
    details = Details(rows(5))
    details.on(AVAILABILITY, {"dataAvailabilityDate": until})
    assert numbers(details) == [0, 1, 2, 3, 4]
    assert set(details.operations) == {QUERY, AVAILABILITY}


def test_part_that_jobs_know_to_its_end_takes_a_job() -> None:
    details = Details(rows(5))
    details.on(AVAILABILITY, {"dataAvailabilityDate": zulu(WINDOW.end)})
    numbers(details)
    assert details.jobs == 1


def test_resumed_queries_by_day_leave_out_the_days_before() -> None:
    details = Details(rows(5, hours=48))
    details.on(AVAILABILITY, {})
    search = StartedIn(WINDOW, [], [], details.genesys)
    for page in search:
        assert not isinstance(page, Wait)
        search.passed(page)
        if [each.conversation_id for each in page] == [IDS[2]]:
            break
    before = len(details.genesys.calls)
    assert numbers(details, search.state()) == [3, 4]
    asked = [each.body for each in details.genesys.calls[before:] if each.operation == QUERY]
    # The first query only counts.
    assert [body["interval"].partition("T")[0] for body in asked[:2]] == [
        "2025-03-01",
        "2025-03-05",
    ]


def test_waits_for_a_job_grow_up_to_a_minute() -> None:
    details = Details(rows(5))
    details.states = ["QUEUED", *["PENDING"] * 7]
    assert waits(details)[:4] == [5, 7.5, 11.25, 16.875]
    details.states = ["PENDING"] * 8
    assert waits(details)[-2:] == [60, 60]


def test_job_that_does_not_end_is_given_up() -> None:
    details = Details(rows(5))
    details.on(STATUS, {"state": "PENDING"})
    with pytest.raises(GenesysUnavailable, match="does not end"):
        pages(details)
    assert details.operations.count(STATUS) == MOST_POLLS + 1


@pytest.mark.parametrize("state", ["FAILED", "CANCELLED", "EXPIRED", "failed"])
def test_job_that_ended_without_results_is_followed_by_another(state: str) -> None:
    details = Details(rows(5))
    details.states = [state]
    assert (numbers(details), details.jobs) == ([0, 1, 2, 3, 4], 2)


@pytest.mark.parametrize("operation", [STATUS, FIRST_PAGE, NEXT_PAGE])
def test_job_that_genesys_forgot_is_followed_by_another(operation: Any) -> None:
    details = Details(rows(7))
    details.lose_job_at(operation)
    assert (numbers(details), details.jobs) == ([0, 1, 2, 3, 4, 5, 6], 2)


def test_job_that_follows_another_has_polls_of_its_own() -> None:
    details = Details(rows(5))
    details.states = ["PENDING", "FAILED", "PENDING"]
    assert waits(details) == [5, 7.5, 5, 7.5]


def test_number_of_jobs_is_bounded() -> None:
    details = Details(rows(5))
    details.on(STATUS, {"state": "FAILED"})
    with pytest.raises(GenesysUnavailable, match="4 searches"):
        pages(details)
    assert details.jobs == MOST_JOBS == 4


def test_number_of_jobs_is_counted_across_turns() -> None:
    details = Details(rows(5))
    state = state_at_first_wait(details)
    assert state is not None
    details.on(STATUS, {"state": "FAILED"})
    with pytest.raises(GenesysUnavailable):
        pages(details, state)
    assert details.jobs == MOST_JOBS


def test_each_part_may_take_its_own_jobs() -> None:
    details = Details([*rows(5), *(row(5 + each, 35 * 24 + each) for each in range(5))])
    details.states = ["FAILED", "FAILED", "FAILED", "FULFILLED"] * 2
    window = Window(start=FIRST, end=FIRST + 40 * DAY)
    assert (numbers(details, window=window), details.jobs) == (list(range(10)), 8)


def test_later_turn_polls_the_same_job() -> None:
    details = Details(rows(5))
    state = state_at_first_wait(details)
    assert numbers(details, state) == [0, 1, 2, 3, 4]
    assert (details.jobs, details.operations.count(AVAILABILITY)) == (1, 1)


def test_later_turn_reads_the_same_page_of_the_job_again() -> None:
    details = Details(rows(9))
    search = StartedIn(WINDOW, [], [], details.genesys)
    for page in search:
        if not isinstance(page, Wait):
            search.passed(page)
            if IDS[3] in [each.conversation_id for each in page]:
                break
    before = len(details.genesys.calls)
    assert numbers(details, search.state()) == [6, 7, 8]
    assert details.operations[before:] == [STATUS, NEXT_PAGE, NEXT_PAGE]


@pytest.mark.parametrize("at", [3, 4])
def test_job_that_answers_in_another_order_is_refused(at: int) -> None:
    """Within a page, and between two pages."""
    details = Details(rows(7))
    details.rows[at - 1], details.rows[at] = details.rows[at], details.rows[at - 1]
    with pytest.raises(UnreadableAnswer, match="another order"):
        pages(details)


def test_row_that_two_pages_repeat_counts_once() -> None:
    details = Details(rows(6))
    details.rows.insert(3, details.rows[2])
    assert numbers(details) == [0, 1, 2, 3, 4, 5]


@pytest.mark.parametrize("size", [2, 3])
def test_equal_starts_on_two_pages_count_once_each(size: int) -> None:
    details = Details([row(number, 5) for number in range(7)], size)
    details.rows.insert(size, details.rows[size - 1])
    assert sorted(numbers(details)) == list(range(7))


@pytest.mark.parametrize("ends", [(1, 9), (9, 1), (9, None), (None, 9)])
def test_two_rows_of_a_page_about_one_conversation_are_combined(
    ends: tuple[int | None, int | None],
) -> None:
    hours = [None if each is None else zulu(FIRST + each * HOUR) for each in ends]
    twice: list[Row] = [row(0, 0, conversationEnd=each) for each in hours]
    details = Details([*twice, *rows(6)[1:]])
    first = next(page for page in pages(details) if not isinstance(page, Wait))[0]
    assert first.end == (None if None in ends else FIRST + 9 * HOUR)


def test_conversation_with_two_starts_on_a_page_is_refused() -> None:
    details = Details([row(0, 0), row(0, 1), *rows(6)[1:]])
    with pytest.raises(UnreadableAnswer, match="two starts"):
        pages(details)


def searched(details: Details, chunk: int, stops: Mapping[int, bool]) -> list[str]:
    """The ids that several turns find; a turn may stop at a pause, with or without its state."""
    saved: list[str] = []
    stored, steps = None, count()
    while True:
        found, search = list(saved), StartedIn(WINDOW, [], [], details.genesys, stored)
        for page in search:
            batch = [] if isinstance(page, Wait) else page
            for first in range(0, max(len(batch), 1), chunk):
                found += [each.conversation_id for each in batch[first : first + chunk]]
                search.passed(batch[first : first + chunk])
                if (is_stored := stops.get(next(steps))) is None:
                    continue
                if is_stored:
                    saved, stored = found, orjson.loads(orjson.dumps(search.state()))
                break
            else:
                continue
            break
        else:
            return found


@given(
    hours=st.lists(st.sampled_from([0, 1, 1.5, 23.9, 24, 100, 239]), max_size=14),
    size=st.integers(1, 5),
    chunk=st.integers(1, 4),
    by_job=st.booleans(),
    states=st.lists(st.sampled_from(["PENDING", "FAILED"]), max_size=3),
    stops=st.dictionaries(st.integers(0, 25), st.booleans()),
)
def test_resumed_search_finds_each_conversation_once(
    hours: list[float],
    size: int,
    chunk: int,
    *,
    by_job: bool,
    states: list[str],
    stops: dict[int, bool],
) -> None:
    details = Details([row(*each) for each in enumerate(hours)], size)
    details.states = states
    if not by_job:
        details.on(AVAILABILITY, {})
    found = searched(details, chunk, stops)
    assert sorted(found) == sorted(IDS[: len(hours)])
    starts = [hours[IDS.index(each)] for each in found]
    assert starts == sorted(starts)
    assert by_job or not set(JOB_CALLS) & set(details.operations)


def test_search_without_conversations_has_one_empty_page() -> None:
    assert pages(Details([])) == [[]]


def test_midnight_is_part_of_the_day_that_it_begins() -> None:
    edges = [row(0, -1e-6), row(1, 0), row(2, 24), row(3, 240 - 1e-3), row(4, 240), row(5, 1)]
    details = Details(edges)
    details.on(AVAILABILITY, {})
    assert numbers(details) == [1, 5, 2, 3]
    assert timedelta(hours=240) == WINDOW.end - WINDOW.start


def sizes(details: Details) -> list[str]:
    calls = details.genesys.calls
    return [each.path["size"] for each in calls if each.operation in (FIRST_PAGE, NEXT_PAGE)]


def test_page_that_fails_is_read_again_from_the_first_by_less() -> None:
    """The search passes over what it had found."""
    details, replies = (
        Details(rows(8)),
        iter([None, GenesysUnavailable("x"), UnreadableAnswer("y")]),
    )

    def fail() -> None:
        is_page = details.operations[-1] in (FIRST_PAGE, NEXT_PAGE)
        if is_page and (error := next(replies, None)):
            raise error

    details.before_call = fail
    assert numbers(details) == list(range(8))
    assert sizes(details) == ["1000", "1000", "500", "250", "250", "250"]


def test_smallest_page_that_fails_is_an_error() -> None:
    details = Details(rows(8))
    details.on(FIRST_PAGE, GenesysUnavailable("no answer"))
    with pytest.raises(GenesysUnavailable):
        numbers(details)
    assert sizes(details) == ["1000", "500", "250", "125"]


def test_size_of_the_pages_is_kept_for_the_next_turn() -> None:
    details = Details(rows(8))
    after = state_at_first_wait(details)
    assert isinstance(after, Mapping)
    assert numbers(details, {**after, "size": 250}) == list(range(8))
    assert set(sizes(details)) == {"250"}
