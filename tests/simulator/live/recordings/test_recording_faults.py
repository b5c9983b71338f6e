"""Faults of recording jobs and other live calls."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import httpx
import pytest

from simulator import (
    Fault,
    FaultKind,
    FileState,
    GdprStatus,
    Method,
    Operation,
    RecordingJobState,
)
from simulator.organisation.faults import FATES
from tests.simulator.caller import Caller
from tests.simulator.live.calls import (
    JOBS,
    conversation,
    create_job,
    created_job,
    execute_job,
    live_operations,
    many,
    read_job,
    ready_job,
    recordings,
    request_gdpr,
    start_live,
)

AFTER = [kind for kind in FaultKind if kind.endswith("_after")]
BEFORE = [kind for kind in FaultKind if kind not in AFTER and kind not in FATES]
EFFECTS: dict[Operation, tuple[Callable[[Caller, str], httpx.Response], list[str]]] = {
    Operation.CREATE_RECORDING_JOB: (lambda caller, _: create_job(caller), ["READY", "PENDING"]),
    Operation.EXECUTE_RECORDING_JOB: (execute_job, ["PROCESSING"]),
    Operation.CANCEL_RECORDING_JOB: (
        lambda caller, job_id: caller.http.delete(f"{JOBS}/{job_id}"),
        ["CANCELLED"],
    ),
}
EVERYTHING = {"includeRecordingsWithSensitiveData": True}


def call_with_fault(kind: FaultKind, operation: Operation) -> list[str | None]:
    """The states of the jobs after one call with the fault; one job was ready before."""
    caller = start_live(many(3))
    job_id = ready_job(caller)
    caller.simulator.faults.add(Fault(kind=kind, operation=operation))
    with suppress(httpx.TransportError):
        EFFECTS[operation][0](caller, job_id)
    assert caller.simulator.requests[-1].fault is kind
    return [each.state for each in caller.simulator.recording_jobs]


@pytest.mark.parametrize("operation", EFFECTS)
def test_after_fault_applies_the_change(operation: Operation) -> None:
    for kind in AFTER:
        assert call_with_fault(kind, operation) == EFFECTS[operation][1], kind


@pytest.mark.parametrize("operation", EFFECTS)
def test_before_fault_changes_nothing(operation: Operation) -> None:
    for kind in BEFORE:
        assert call_with_fault(kind, operation) == ["READY"], kind


def test_job_is_listed_although_its_answer_was_lost() -> None:
    caller = start_live(many(1))
    caller.simulator.faults.add(Fault(FaultKind.DROP_AFTER, Operation.CREATE_RECORDING_JOB))
    with pytest.raises(httpx.RemoteProtocolError):
        create_job(caller)
    [found] = caller.http.get(JOBS, params={"showOnlyMyJobs": "true"}).json()["entities"]
    assert found["id"] == caller.simulator.recording_jobs[0].job_id


def test_every_live_operation_can_be_rate_limited_and_malformed() -> None:
    caller = start_live([conversation()])
    caller.simulator.faults.add(Fault(FaultKind.RATE_LIMITED, times=None, retry_after=3))
    answers = live_operations(caller).values()
    assert {(each.status_code, each.headers["Retry-After"]) for each in answers} == {(429, "3")}
    assert {each.json()["code"] for each in answers} == {"too.many.requests"}
    caller.simulator.faults.clear()
    caller.simulator.faults.add(Fault(FaultKind.MALFORMED_BEFORE, times=None))
    for each in live_operations(caller).values():
        with pytest.raises(json.JSONDecodeError):
            each.json()


def executed(caller: Caller, fault: Fault) -> str:
    caller.simulator.faults.add(fault)
    job_id = ready_job(caller, **EVERYTHING)
    execute_job(caller, job_id).raise_for_status()
    caller.clock.advance(1000)
    return job_id


def test_job_can_fail_halfway() -> None:
    caller = start_live(many(10))
    job_id = executed(caller, Fault(FaultKind.JOB_FAILS, job_progress=0.5))
    job = read_job(caller, job_id)
    half = job["totalRecordings"] // 2
    assert (job["state"], job["errorMessage"]) == ("FAILED", "The job failed")
    assert job["totalProcessedRecordings"] == half
    assert len(recordings(caller, file_state=FileState.DELETED)) == half


def test_job_can_be_cancelled_by_a_fault() -> None:
    caller = start_live(many(10))
    job_id = executed(caller, Fault(FaultKind.JOB_CANCELLED, job_progress=0.5))
    assert read_job(caller, job_id)["state"] == "CANCELLED"


def test_job_can_vanish() -> None:
    caller = start_live(many(10))
    job_id = executed(caller, Fault(FaultKind.JOB_VANISHES, job_progress=1.0))
    assert caller.http.get(f"{JOBS}/{job_id}").status_code == 404
    assert caller.http.get(JOBS).json()["entities"] == []
    assert [each.state for each in caller.simulator.recording_jobs] == [None]
    assert caller.http.get("/_simulator/state").json()["recordingJobs"][0]["state"] is None


def test_job_that_never_finishes_keeps_its_slot_until_cancelled() -> None:
    caller = start_live(many(10), max_recording_jobs=1)
    job_id = executed(caller, Fault(FaultKind.JOB_NEVER_FINISHES, job_progress=0.5))
    job = read_job(caller, job_id)
    assert job["state"] == "PROCESSING"
    assert 0 < job["percentProgress"] <= 50
    assert create_job(caller).status_code == 409
    caller.http.delete(f"{JOBS}/{job_id}")
    assert create_job(caller).status_code == 202


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        (FaultKind.JOB_FAILS, GdprStatus.ERROR),
        (FaultKind.JOB_CANCELLED, GdprStatus.ERROR),
        (FaultKind.JOB_VANISHES, None),
        (FaultKind.JOB_NEVER_FINISHES, GdprStatus.SEARCHING),
    ],
)
def test_failed_gdpr_request_deletes_nothing(kind: FaultKind, status: GdprStatus | None) -> None:
    caller = start_live([conversation(external_contact_id="contact-1")])
    caller.simulator.faults.add(Fault(kind))
    path = f"/api/v2/gdpr/requests/{request_gdpr(caller).json()['id']}"
    caller.clock.advance(10_000)
    answer = caller.http.get(path)
    assert answer.json().get("status") == status if status else answer.status_code == 404
    assert [each.status for each in caller.simulator.gdpr_requests] == [status]
    assert caller.simulator.corpus.deleted_ids() == []


def test_fate_applies_only_to_its_method() -> None:
    caller = start_live()
    fault: dict[str, Any] = {"kind": FaultKind.JOB_FAILS, "method": Method.GDPR_REQUEST}
    caller.simulator.faults.add(Fault(**fault))
    created_job(caller)
    assert len(caller.simulator.faults.waiting()) == 1
    request_gdpr(caller)
    assert caller.simulator.faults.waiting() == []


def test_fault_of_a_live_operation_can_be_planned_over_http() -> None:
    caller = start_live()
    body = {"kind": "unavailable", "operation": "create_recording_job"}
    assert caller.http.post("/_simulator/faults", json=body).status_code == 201
    assert [create_job(caller).status_code for _ in range(2)] == [503, 202]
    assert [each.state for each in caller.simulator.recording_jobs] == [RecordingJobState.PENDING]
