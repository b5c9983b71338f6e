"""The asynchronous search: its states, its pages, and answers that cannot be read."""

from __future__ import annotations

from typing import Any

import pytest
from genesys_purge.errors import UnreadableAnswer
from genesys_purge.methods.recording_job.details_job import (
    AVAILABILITY,
    CREATE,
    FIRST_PAGE,
    NEXT_PAGE,
    STATUS,
    JobState,
    available_until,
    create_job,
    page_of,
    state_of,
)

from tests.clock import NOON
from tests.unit.methods.recording_job.recorded import IDS, call
from tests.unit.methods.scene import answering

ROW = call(0, NOON)


def test_job_is_created_with_its_query() -> None:
    genesys = answering({"jobId": "search-1"}, CREATE)
    assert create_job({"interval": "a/b"}, genesys) == "search-1"
    assert genesys.calls[0].body == {"interval": "a/b"}


@pytest.mark.parametrize("answer", [{}, {"jobId": ""}, {"jobId": 7}, {"jobId": ".."}])
def test_created_job_without_a_usable_id_is_unreadable(answer: dict[str, Any]) -> None:
    with pytest.raises(UnreadableAnswer):
        create_job({}, answering(answer, CREATE))


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("QUEUED", JobState.RUNNING),
        ("PENDING", JobState.RUNNING),
        ("SOMETHING", JobState.RUNNING),
        ("FULFILLED", JobState.FULFILLED),
        ("fulfilled", JobState.FULFILLED),
        ("FAILED", JobState.ENDED),
        ("CANCELLED", JobState.ENDED),
        ("EXPIRED", JobState.ENDED),
    ],
)
def test_job_has_one_of_three_states(word: str, state: JobState) -> None:
    assert state_of("search-1", answering({"state": word}, STATUS)) is state


@pytest.mark.parametrize("answer", [{}, {"state": None}, {"state": 1}])
def test_job_without_a_state_is_unreadable(answer: dict[str, Any]) -> None:
    with pytest.raises(UnreadableAnswer):
        state_of("search-1", answering(answer, STATUS))


def test_first_page_is_read_without_a_cursor() -> None:
    genesys = answering({"conversations": [ROW], "cursor": "c1"}, FIRST_PAGE)
    page = page_of("search-1", 1_000, None, genesys)
    assert ([each.conversation_id for each in page.conversations], page.cursor) == (IDS[:1], "c1")
    assert genesys.calls[0].path == {"job_id": "search-1", "size": "1000"}


def test_next_page_is_read_by_its_cursor() -> None:
    genesys = answering({"conversations": [ROW], "cursor": "c2"}, NEXT_PAGE)
    assert page_of("search-1", 1_000, "c1", genesys).cursor == "c2"
    assert genesys.calls[0].path["cursor"] == "c1"


@pytest.mark.parametrize("answer", [{}, {"cursor": None}, {"cursor": ""}, {"conversations": []}])
def test_page_without_rows_or_a_cursor_is_the_last(answer: dict[str, Any]) -> None:
    assert page_of("search-1", 1_000, None, answering(answer, FIRST_PAGE)) == ([], None)


@pytest.mark.parametrize("cursor", ["c1", 7, True, ["c2"]])
def test_page_without_a_new_cursor_is_unreadable(cursor: object) -> None:
    genesys = answering({"conversations": [ROW], "cursor": cursor}, NEXT_PAGE)
    with pytest.raises(UnreadableAnswer, match="new cursor"):
        page_of("search-1", 1_000, "c1", genesys)


@pytest.mark.parametrize("rows", [None, {}, [None], [{}], [ROW | {"conversationStart": "today"}]])
def test_page_with_an_unreadable_row_is_unreadable(rows: object) -> None:
    with pytest.raises(UnreadableAnswer):
        page_of("search-1", 1_000, None, answering({"conversations": rows}, FIRST_PAGE))


@pytest.mark.parametrize("date", [None, "soon", 7, "2026-11-21T12:00:00"])
def test_unreadable_availability_is_unknown(date: object) -> None:
    assert available_until(answering({"dataAvailabilityDate": date}, AVAILABILITY)) is None


def test_availability_is_the_reported_time() -> None:
    genesys = answering({"dataAvailabilityDate": "2026-11-21T12:00:00Z"}, AVAILABILITY)
    assert available_until(genesys) == NOON
