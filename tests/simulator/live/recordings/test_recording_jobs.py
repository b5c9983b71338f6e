"""Recording jobs: create, execute, cancel and list."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import httpx

from simulator import LiveSettings, Method, OAuthClient, Operation, RecordingJobState, Rejection
from tests.simulator.caller import NOW, Caller
from tests.simulator.live.calls import (
    JOBS,
    ONE,
    PENDING_SECONDS,
    create_job,
    created_job,
    execute_job,
    finished_job,
    job_body,
    many,
    read_job,
    ready_job,
    recordings,
    start_live,
)

CLIENTS = (
    OAuthClient("one", "secret", ()),
    OAuthClient("two", "secret", ()),
    OAuthClient(scopes=()),
)


def state(caller: Caller, job_id: str) -> str:
    return str(read_job(caller, job_id)["state"])


def cancel(caller: Caller, job_id: str) -> httpx.Response:
    return caller.http.delete(f"{JOBS}/{job_id}")


def page(caller: Caller, **params: Any) -> dict[str, Any]:
    found: dict[str, Any] = caller.http.get(JOBS, params=params).raise_for_status().json()
    return found


def ids(answer: dict[str, Any]) -> list[str]:
    return [each["id"] for each in answer["entities"]]


def test_created_job_is_pending_and_returns_its_query() -> None:
    caller = start_live(many(3))
    answer = create_job(caller)
    assert answer.status_code == 202
    job = answer.json()
    UUID(job.pop("id"))
    uri = job.pop("selfUri")
    assert job.pop("failedRecordings") == f"{uri}/failedrecordings"
    assert job == {
        "state": "PENDING",
        "user": {"id": "simulator", "selfUri": "/api/v2/users/simulator"},
        "dateCreated": "2026-03-01T12:00:00.000Z",
        "recordingJobsQuery": {
            **job_body(),
            "includeRecordingsWithSensitiveData": False,
            "includeScreenRecordings": True,
            "includePolicyBasedRecordings": True,
            "includeSnippetRecordings": True,
            "clearExport": False,
        },
        "totalConversations": 0,
        "totalRecordings": 0,
        "totalSkippedRecordings": 0,
        "totalFailedRecordings": 0,
        "totalProcessedRecordings": 0,
        "percentProgress": 0,
    }


def test_ready_job_has_its_totals() -> None:
    caller = start_live(many(20))
    job_id = created_job(caller)
    caller.clock.advance(PENDING_SECONDS - 0.1)
    assert read_job(caller, job_id)["totalRecordings"] == 0
    caller.clock.advance(0.1)
    job = read_job(caller, job_id)
    chosen = recordings(caller, sensitive=False)
    assert job["state"] == "READY"
    assert job["totalRecordings"] == len(chosen)
    assert job["totalConversations"] == len({each.conversation_id for each in chosen})
    assert job["totalSkippedRecordings"] == len(recordings(caller, sensitive=True))
    assert job["totalProcessedRecordings"] == 0


def test_ready_job_waits_and_changes_nothing() -> None:
    caller = start_live(many(3))
    before = caller.simulator.recordings
    job_id = ready_job(caller)
    caller.clock.advance(80_000)
    assert state(caller, job_id) == "READY"
    assert caller.simulator.recordings == before


def test_executed_job_is_processing_then_fulfilled() -> None:
    caller = start_live(many(10))
    job_id = ready_job(caller)
    total = read_job(caller, job_id)["totalRecordings"]
    answer = execute_job(caller, job_id)
    assert (answer.status_code, answer.json()["state"]) == (200, "PROCESSING")
    caller.clock.advance(total / 2)
    job = read_job(caller, job_id)
    assert job["state"] == "PROCESSING"
    assert job["totalProcessedRecordings"] == total // 2
    assert job["percentProgress"] == 100 * (total // 2) // total
    caller.clock.advance(total / 2)
    job = read_job(caller, job_id)
    assert (job["state"], job["percentProgress"]) == ("FULFILLED", 100)
    assert job["totalProcessedRecordings"] == total
    assert "errorMessage" not in job


def test_execution_waits_before_the_first_recording() -> None:
    caller = start_live(execution_base_seconds=5)
    job_id = ready_job(caller)
    execute_job(caller, job_id)
    caller.clock.advance(4.9)
    assert state(caller, job_id) == "PROCESSING"
    caller.clock.advance(0.1)
    assert read_job(caller, job_id)["percentProgress"] == 100
    assert state(caller, job_id) == "FULFILLED"


def test_only_the_creator_can_execute_a_job() -> None:
    caller = start_live(clients=CLIENTS)
    caller.log_in(("one", "secret"))
    job_id = ready_job(caller)
    caller.log_in(("two", "secret"))
    refused = execute_job(caller, job_id)
    assert (refused.status_code, refused.json()["code"]) == (403, "authz.policy.denied")
    assert state(caller, job_id) == "READY"
    caller.log_in(("one", "secret"))
    assert execute_job(caller, job_id).status_code == 200


def test_only_a_ready_job_can_be_executed() -> None:
    caller = start_live(many(5))
    job_id = created_job(caller)
    seen = [execute_job(caller, job_id).status_code]
    caller.clock.advance(PENDING_SECONDS)
    seen += [execute_job(caller, job_id).status_code for _ in range(2)]
    caller.clock.advance(1000)
    seen.append(execute_job(caller, job_id).status_code)
    assert seen == [409, 200, 409, 409]


def test_update_to_another_state_is_400() -> None:
    caller = start_live()
    job_id = ready_job(caller)
    bodies: list[object] = [{}, {"state": "READY"}, {"state": "PROCESSING", "x": 1}, []]
    for body in bodies:
        assert caller.http.put(f"{JOBS}/{job_id}", json=body).status_code == 400
    assert state(caller, job_id) == "READY"


def test_job_can_be_cancelled_until_it_ends() -> None:
    caller = start_live(many(5))
    pending = created_job(caller)
    assert cancel(caller, pending).status_code == 204
    ready = ready_job(caller)
    assert cancel(caller, ready).status_code == 204
    processing = ready_job(caller)
    execute_job(caller, processing)
    caller.clock.advance(2)
    assert cancel(caller, processing).status_code == 204
    caller.clock.advance(1000)
    jobs = [read_job(caller, each) for each in (pending, ready, processing)]
    assert {each["state"] for each in jobs} == {"CANCELLED"}
    assert [each["totalProcessedRecordings"] for each in jobs] == [0, 0, 2]
    assert cancel(caller, processing).status_code == 409
    assert cancel(caller, finished_job(caller)).status_code == 409


def test_third_job_is_refused_until_a_slot_is_free() -> None:
    caller = start_live(many(2))
    first, _ = created_job(caller), created_job(caller)
    refused = create_job(caller)
    assert (refused.status_code, refused.json()["code"]) == (409, "request.conflict")
    caller.clock.advance(PENDING_SECONDS)
    assert create_job(caller).status_code == 409
    execute_job(caller, first)
    assert create_job(caller).status_code == 409
    caller.clock.advance(1000)
    assert create_job(caller).status_code == 202
    assert len(caller.simulator.recording_jobs) == 3


def test_cancelled_job_frees_its_slot() -> None:
    caller = start_live()
    first, _ = created_job(caller), created_job(caller)
    cancel(caller, first)
    assert create_job(caller).status_code == 202


def test_limit_of_jobs_and_its_refusal_are_settings() -> None:
    caller = start_live(max_recording_jobs=0, too_many_jobs=Rejection(400, "max.jobs"))
    refused = create_job(caller)
    assert (refused.status_code, refused.json()["code"]) == (400, "max.jobs")
    caller = start_live(max_recording_jobs=None)
    assert {create_job(caller).status_code for _ in range(9)} == {202}


def test_unknown_job_is_404() -> None:
    caller = start_live()
    path = f"{JOBS}/{ONE}"
    assert caller.http.get(path).status_code == 404
    assert caller.http.get(f"{path}/failedrecordings").status_code == 404
    assert execute_job(caller, ONE).status_code == 404
    assert cancel(caller, ONE).status_code == 404


def test_jobs_are_listed_in_pages_oldest_first() -> None:
    caller = start_live(max_recording_jobs=None)
    created = [created_job(caller) for _ in range(5)]
    first, last = page(caller, pageSize=2), page(caller, pageSize=2, pageNumber=3)
    assert (ids(first), ids(last)) == (created[:2], created[4:])
    assert (first["total"], first["pageCount"], first["pageSize"]) == (5, 3, 2)
    assert "previousUri" not in first
    assert "nextUri" not in last
    assert ids(caller.http.get(first["nextUri"]).json()) == created[2:4]
    assert ids(caller.http.get(last["previousUri"]).json()) == created[2:4]
    assert page(caller, pageNumber=9)["entities"] == []


def test_job_list_can_be_filtered_and_sorted() -> None:
    caller = start_live(clients=CLIENTS, max_recording_jobs=None)
    caller.log_in(("two", "secret"))
    theirs = created_job(caller)
    caller.log_in(("one", "secret"))
    mine = created_job(caller, action="ARCHIVE")
    caller.clock.advance(PENDING_SECONDS)
    new = created_job(caller)
    assert ids(page(caller)) == [theirs, mine, new]
    assert ids(page(caller, showOnlyMyJobs="true")) == [mine, new]
    assert ids(page(caller, jobType="ARCHIVE")) == [mine]
    assert ids(page(caller, state="PENDING")) == [new]
    assert ids(page(caller, showOnlyMyJobs="true", state="READY")) == [mine]
    assert ids(page(caller, sortBy="userId")) == [mine, new, theirs]
    assert ids(page(caller, sortBy="dateCreated")) == [theirs, mine, new]


def test_wrong_list_parameters_are_400() -> None:
    caller = start_live()
    for name, value in (
        ("state", "READYISH"),
        ("jobType", "delete"),
        ("showOnlyMyJobs", "yes"),
        ("sortBy", "name"),
        ("pageSize", "0"),
        ("pageSize", "101"),
        ("pageNumber", "x"),
        ("pageNumber", "\u00b2"),
    ):
        answer = caller.http.get(JOBS, params={name: value})
        assert (answer.status_code, answer.json()["code"]) == (400, "bad.request"), name


def test_calls_are_logged_by_operation_and_method() -> None:
    caller = start_live()
    job_id = ready_job(caller)
    execute_job(caller, job_id)
    logged = caller.simulator.requests[1:]
    assert [each.operation for each in logged] == [
        Operation.CREATE_RECORDING_JOB,
        Operation.EXECUTE_RECORDING_JOB,
    ]
    assert {each.method for each in logged} == {Method.RECORDING_JOB}


def test_record_has_targets_and_progress() -> None:
    caller = start_live(many(5))
    [*targets] = [each.recording_id for each in recordings(caller, sensitive=False)]
    job_id = ready_job(caller)
    [record] = caller.simulator.recording_jobs
    assert (record.job_id, record.client_id) == (job_id, "simulator")
    assert (record.state, record.created_at) == (RecordingJobState.READY, NOW)
    assert (record.executed_at, record.requested_ids) == (None, ())
    assert sorted(record.target_ids) == sorted(targets)
    execute_job(caller, job_id)
    caller.clock.advance(2)
    [record] = caller.simulator.recording_jobs
    assert record.processed_ids == record.target_ids[:2]
    assert record.requested_ids == record.target_ids


def test_submitted_twice_counts_executed_deletions_only() -> None:
    caller = start_live(many(3), max_recording_jobs=None)
    jobs = [created_job(caller) for _ in range(3)]
    jobs.append(created_job(caller, action="ARCHIVE"))
    caller.clock.advance(PENDING_SECONDS)
    execute_job(caller, jobs[0])
    execute_job(caller, jobs[3])
    assert caller.simulator.submitted_twice() == []
    execute_job(caller, jobs[1])
    assert caller.simulator.submitted_twice() == [(jobs[0], jobs[1])]


def test_job_is_pending_longer_with_more_recordings() -> None:
    caller = start_live(many(20), pending_seconds_per_recording=2)
    job_id = created_job(caller, includeRecordingsWithSensitiveData=True)
    pending = PENDING_SECONDS + 2 * len(caller.simulator.recordings)
    caller.clock.advance(pending - 0.1)
    assert state(caller, job_id) == "PENDING"
    caller.clock.advance(0.1)
    assert state(caller, job_id) == "READY"


def test_speed_divides_the_pending_time() -> None:
    simulator = {"speed": 10, "token_seconds": 86_400}
    caller = start_live(many(20), simulator=simulator, pending_seconds_per_recording=2)
    job_id = created_job(caller, includeRecordingsWithSensitiveData=True)
    caller.clock.advance((PENDING_SECONDS + 2 * len(caller.simulator.recordings)) / 10)
    assert state(caller, job_id) == "READY"


def test_job_over_half_a_million_recordings_is_pending_for_an_hour() -> None:
    assert LiveSettings().pending_seconds_per_recording * 500_000 == 3600
