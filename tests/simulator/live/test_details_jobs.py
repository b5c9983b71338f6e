"""Details jobs: create, read, cancel, and the conversations that a job finds."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from simulator import DetailsJobState, Fault, FaultKind, Method, Operation
from tests.simulator.caller import NOW, Caller
from tests.simulator.live.calls import (
    DETAILS_JOBS,
    ONE,
    OTHER,
    STARTED,
    by_ids,
    conversation,
    create_details_job,
    created_job,
    found_ids,
    fulfilled_details_job,
    interval,
    many,
    result_rows,
    start_live,
)

BASE = 10
LIFETIME = 86_400
BEFORE_MIDNIGHT = STARTED.replace(hour=0) - timedelta(hours=1)


def slow_job(caller: Caller, **changes: Any) -> str:
    answer = create_details_job(caller, **changes)
    return f"{DETAILS_JOBS}/{answer.json()['jobId']}"


def start_slow(count: int = 4, **live: Any) -> Caller:
    """A caller whose jobs take 10 seconds and one for each conversation."""
    return start_live(many(count), details_job_seconds_per_conversation=1, **live)


def job_states(caller: Caller) -> list[DetailsJobState | None]:
    return [each.state for each in caller.simulator.details_jobs]


def ids_found(caller: Caller, **changes: Any) -> list[str]:
    return [row["conversationId"] for row in result_rows(caller, **changes)]


def test_job_is_accepted_with_its_id() -> None:
    caller = start_live()
    answer = create_details_job(caller)
    [job] = caller.simulator.details_jobs
    assert (answer.status_code, answer.json()) == (202, {"jobId": job.job_id})


def test_job_is_queued_then_pending_then_fulfilled() -> None:
    caller = start_slow()
    path = slow_job(caller)
    seen = []
    for wait in (0, BASE / 2, BASE / 2 + 3.9, 0.1):
        caller.clock.advance(wait)
        answer = caller.http.get(path)
        seen.append((answer.status_code, answer.json()["state"]))
    assert seen == [(202, "QUEUED"), (202, "PENDING"), (202, "PENDING"), (200, "FULFILLED")]


def test_job_has_its_dates() -> None:
    caller = start_slow()
    path = slow_job(caller)
    dates = {
        "submissionDate": "2026-03-01T12:00:00.000Z",
        "expirationDate": "2026-03-02T12:00:14.000Z",
    }
    assert caller.http.get(path).json() == {"state": "QUEUED", **dates}
    caller.clock.advance(100)
    completed = {"state": "FULFILLED", "completionDate": "2026-03-01T12:00:14.000Z"}
    assert caller.http.get(path).json() == {**completed, **dates}


def test_speed_divides_the_duration_of_a_details_job() -> None:
    caller = start_live(many(4), simulator={"speed": 10}, details_job_seconds_per_conversation=1)
    path = slow_job(caller)
    caller.clock.advance(1.4)
    assert caller.http.get(path).json()["state"] == "FULFILLED"


def test_results_expire() -> None:
    caller = start_slow()
    path = slow_job(caller)
    caller.clock.advance(14 + LIFETIME - 1)
    caller.log_in()
    assert caller.http.get(f"{path}/results").status_code == 200
    caller.clock.advance(1)
    caller.log_in()
    assert caller.http.get(path).json()["state"] == "EXPIRED"
    assert caller.http.get(f"{path}/results").status_code == 404


def test_unfinished_job_is_cancelled() -> None:
    caller = start_slow()
    path = slow_job(caller)
    assert caller.http.delete(path).status_code == 204
    caller.clock.advance(100)
    answer = caller.http.get(path)
    assert answer.json()["state"] == "CANCELLED"
    assert answer.json()["completionDate"] == "2026-03-01T12:00:00.000Z"
    assert caller.http.get(f"{path}/results").status_code == 400


def test_fulfilled_job_is_deleted() -> None:
    caller = start_slow()
    path = fulfilled_details_job(caller)
    assert caller.http.delete(path).status_code == 204
    assert caller.http.get(path).status_code == 404
    assert caller.http.delete(path).status_code == 404
    assert job_states(caller) == [None]


@pytest.mark.parametrize("path", [ONE, f"{ONE}/results"])
def test_unknown_details_job_is_404(path: str) -> None:
    answer = start_live().http.get(f"{DETAILS_JOBS}/{path}")
    assert (answer.status_code, answer.json()["entityId"]) == (404, ONE)


def test_wrong_details_query_is_400() -> None:
    caller = start_live(max_predicates=1)
    paging = {"paging": {"pageSize": 1, "pageNumber": 1}}
    wrong: list[dict[str, Any]] = [
        {"interval": "x"},
        paging,
        {"limit": 0},
        {"conversationFilters": [by_ids(ONE, OTHER)]},
    ]
    assert {create_details_job(caller, **each).status_code for each in wrong} == {400}
    assert caller.simulator.details_jobs == []


def test_details_job_finds_activity_in_the_interval() -> None:
    caller = start_live(
        [
            conversation(ONE, start=BEFORE_MIDNIGHT, end=STARTED),
            conversation(OTHER, start=BEFORE_MIDNIGHT, end=BEFORE_MIDNIGHT),
        ]
    )
    assert ids_found(caller) == [ONE]
    assert ids_found(caller, startOfDayIntervalMatching=True) == []
    assert found_ids(caller) == []


def test_details_job_honours_filters_and_limit() -> None:
    caller = start_live(many(4))
    first, second, third, _ = caller.simulator.corpus.ids()
    filters = [by_ids(third, second, first)]
    assert ids_found(caller, conversationFilters=filters, limit=2) == [first, second]


@pytest.mark.parametrize(
    ("order", "order_by", "expected"),
    [
        ("asc", "conversationStart", [ONE, OTHER]),
        ("desc", "conversationStart", [OTHER, ONE]),
        ("asc", "conversationEnd", [OTHER, ONE]),
        ("desc", "segmentEnd", [ONE, OTHER]),
    ],
)
def test_details_job_honours_the_order(order: str, order_by: str, expected: list[str]) -> None:
    later = STARTED + timedelta(hours=1)
    long = conversation(ONE, end=later + timedelta(hours=1))
    caller = start_live([long, conversation(OTHER, start=later)])
    assert ids_found(caller, order=order, orderBy=order_by) == expected


@pytest.mark.parametrize("lag", [timedelta(0), timedelta(hours=5)])
def test_recent_conversations_are_not_available(lag: timedelta) -> None:
    latest = NOW - lag
    corpus = [
        conversation(ONE, start=latest - timedelta(hours=1), end=latest),
        conversation(OTHER, start=latest - timedelta(hours=1), end=latest + timedelta(seconds=1)),
    ]
    caller = start_live(corpus, availability_lag=lag)
    assert ids_found(caller, interval=interval(NOW)) == [ONE]


def test_availability_date_is_now_minus_the_lag() -> None:
    caller = start_live(availability_lag=timedelta(hours=5))
    answer = caller.http.get(f"{DETAILS_JOBS}/availability")
    assert answer.json() == {"dataAvailabilityDate": "2026-03-01T07:00:00.000Z"}


@pytest.mark.parametrize(
    ("kind", "state"),
    [
        (FaultKind.JOB_FAILS, DetailsJobState.FAILED),
        (FaultKind.JOB_CANCELLED, DetailsJobState.CANCELLED),
        (FaultKind.JOB_VANISHES, None),
        (FaultKind.JOB_NEVER_FINISHES, DetailsJobState.PENDING),
    ],
)
def test_details_job_can_end_badly(kind: FaultKind, state: DetailsJobState | None) -> None:
    caller = start_live(many(2))
    caller.simulator.faults.add(Fault(kind, Operation.CREATE_DETAILS_JOB))
    path = fulfilled_details_job(caller)
    assert job_states(caller) == [state]
    assert caller.http.get(f"{path}/results").status_code == (400 if state else 404)


def test_failed_details_job_has_an_error_message() -> None:
    caller = start_live()
    caller.simulator.faults.add(Fault(FaultKind.JOB_FAILS, Operation.CREATE_DETAILS_JOB))
    job = caller.http.get(fulfilled_details_job(caller)).json()
    assert (job["state"], job["errorMessage"]) == ("FAILED", "The job failed")


def test_fate_of_details_jobs_spares_recording_jobs() -> None:
    caller = start_live()
    caller.simulator.faults.add(Fault(FaultKind.JOB_FAILS, Operation.CREATE_DETAILS_JOB))
    created_job(caller)
    assert len(caller.simulator.faults.waiting()) == 1


@pytest.mark.parametrize("method", [None, Method.RECORDING_JOB])
def test_fate_of_other_jobs_spares_details_jobs(method: Method | None) -> None:
    caller = start_live()
    caller.simulator.faults.add(Fault(FaultKind.JOB_FAILS, method=method))
    fulfilled_details_job(caller)
    assert job_states(caller) == [DetailsJobState.FULFILLED]


def test_details_jobs_are_on_the_state_page() -> None:
    caller = start_live(many(3))
    fulfilled_details_job(caller)
    [job] = caller.http.get("/_simulator/state").json()["detailsJobs"]
    assert job == {
        "jobId": caller.simulator.details_jobs[0].job_id,
        "state": "FULFILLED",
        "clientId": "simulator",
        "submittedAt": "2026-03-01T12:00:00.000Z",
        "found": 3,
    }
