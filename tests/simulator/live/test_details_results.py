"""The results of details jobs: rows, participant attributes and pages."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator import ConversationStatus, Deletion
from tests.simulator.caller import NOW, Caller
from tests.simulator.live.calls import (
    DETAILS_JOBS,
    ONE,
    OTHER,
    conversation,
    create_details_job,
    fulfilled_details_job,
    many,
    query_details,
    result_rows,
    start_live,
)


def page(caller: Caller, path: str, **params: Any) -> dict[str, Any]:
    found: dict[str, Any] = caller.http.get(f"{path}/results", params=params).json()
    return found


def pages(caller: Caller, path: str, size: int) -> list[list[str]]:
    """The ids of each page."""
    seen: list[list[str]] = []
    cursor: dict[str, str] = {}
    while True:
        answer = page(caller, path, pageSize=size, **cursor)
        seen.append([row["conversationId"] for row in answer["conversations"]])
        if "cursor" not in answer:
            return seen
        cursor = {"cursor": answer["cursor"]}


def test_row_is_that_of_the_query_with_attributes() -> None:
    caller = start_live([conversation(attributes={"region": "eu", "vip": True})])
    [row] = result_rows(caller)
    customer, agent = row["participants"]
    assert customer.pop("attributes") == {"region": "eu", "vip": "true"}
    assert agent.pop("attributes") == {}
    assert [row] == query_details(caller).json()["conversations"]


def test_query_has_no_participant_attributes() -> None:
    caller = start_live([conversation(attributes={"region": "eu"})])
    [row] = query_details(caller).json()["conversations"]
    assert not any("attributes" in each for each in row["participants"])


@pytest.mark.parametrize("state", ["QUEUED", "PENDING"])
def test_results_before_the_end_are_refused(state: str) -> None:
    caller = start_live(many(2), details_job_seconds_per_conversation=60)
    path = f"{DETAILS_JOBS}/{create_details_job(caller).json()['jobId']}"
    caller.clock.advance(0 if state == "QUEUED" else 20)
    answer = caller.http.get(f"{path}/results")
    assert answer.status_code == 400
    assert state in answer.json()["message"]


def test_result_is_that_of_the_submission() -> None:
    caller = start_live([conversation(ONE)])
    path = fulfilled_details_job(caller)
    caller.simulator.corpus.add([conversation(OTHER)])
    caller.simulator.corpus.delete(ONE, Deletion(NOW, "job", ConversationStatus.PURGED))
    assert pages(caller, path, 10) == [[ONE]]


def test_results_have_the_availability_date_of_the_submission() -> None:
    caller = start_live()
    answer = page(caller, fulfilled_details_job(caller))
    assert answer == {"conversations": [], "dataAvailabilityDate": "2026-03-01T12:00:00.000Z"}


def test_page_has_a_thousand_rows_by_default() -> None:
    caller = start_live(many(1001), simulator={"max_body_bytes": None})
    path = fulfilled_details_job(caller, interval="2025-01-10T00:00:00Z/2025-01-12T00:00:00Z")
    answer = page(caller, path)
    assert len(answer["conversations"]) == 1000
    assert len(page(caller, path, cursor=answer["cursor"])["conversations"]) == 1


def test_page_of_results_has_a_largest_size() -> None:
    caller = start_live(many(2), largest_details_page=5)
    path = fulfilled_details_job(caller)
    codes = [
        caller.http.get(f"{path}/results", params={"pageSize": size}).status_code
        for size in ("0", "5", "6", "x")
    ]
    assert codes == [400, 200, 400, 400]


@pytest.mark.parametrize("cursor", ["1", "x.1", f"{ONE}.1", "{job}.", "{job}.-1", "{job}.2"])
def test_wrong_cursor_of_results_is_400(cursor: str) -> None:
    caller = start_live(many(2))
    path = fulfilled_details_job(caller)
    sent = cursor.format(job=path.rpartition("/")[2])
    answer = caller.http.get(f"{path}/results", params={"cursor": sent})
    assert answer.status_code == 400


@settings(max_examples=30, deadline=None)
@given(count=st.integers(0, 12), size=st.integers(1, 13))
def test_pages_of_results_never_overlap(count: int, size: int) -> None:
    caller = start_live(many(count))
    found = pages(caller, fulfilled_details_job(caller), size)
    assert [each for ids in found for each in ids] == caller.simulator.corpus.ids()
    assert all(len(ids) == size for ids in found[:-1])


@settings(max_examples=30, deadline=None)
@given(count=st.integers(1, 12), size=st.integers(2, 13))
def test_overlapping_pages_repeat_one_row(count: int, size: int) -> None:
    caller = start_live(many(count), pages_overlap=True)
    found = pages(caller, fulfilled_details_job(caller), size)
    assert all(one[-1] == other[0] for one, other in pairwise(found))
    seen = dict.fromkeys(each for ids in found for each in ids)
    assert list(seen) == caller.simulator.corpus.ids()
