"""The live part of the state page."""

from __future__ import annotations

from simulator import Corpus, Operation
from tests.simulator.caller import NOW, start_simulator
from tests.simulator.live.calls import (
    ONE,
    conversation,
    execute_job,
    found_ids,
    many,
    ready_job,
    request_gdpr,
    start_live,
    states,
)


def test_state_has_recordings_jobs_and_gdpr_requests() -> None:
    caller = start_live([*many(4), conversation(legal_hold=True, external_contact_id="contact-1")])
    execute_job(caller, ready_job(caller, includeRecordingsWithSensitiveData=True))
    request_gdpr(caller)
    caller.clock.advance(1000)
    state = caller.http.get("/_simulator/state").json()
    total = len(caller.simulator.recordings)
    [job], [gdpr] = state["recordingJobs"], state["gdprRequests"]
    held = state["recordings"]["AVAILABLE"] + state["recordings"]["ARCHIVED"]
    assert state["recordings"]["DELETED"] == total - held
    assert job["jobId"] == caller.simulator.recording_jobs[0].job_id
    assert gdpr["requestId"] == caller.simulator.gdpr_requests[0].request_id
    del job["jobId"], gdpr["requestId"]
    assert job == {
        "action": "DELETE",
        "state": "FULFILLED",
        "clientId": "simulator",
        "createdAt": "2026-03-01T12:00:00.000Z",
        "executedAt": "2026-03-01T12:00:10.000Z",
        "targeted": total,
        "skipped": 0,
        "processed": total - held,
        "failed": held,
    }
    assert gdpr == {
        "requestType": "GDPR_DELETE",
        "status": "COMPLETED",
        "clientId": "simulator",
        "createdAt": "2026-03-01T12:00:10.000Z",
        "deleted": 0,
    }
    assert state["disconnectedConversations"] == []


def test_state_counts_the_recordings_of_an_unused_corpus() -> None:
    caller = start_simulator(Corpus.generate(count=100, seed=7, now=NOW))
    state = caller.http.get("/_simulator/state").json()
    assert sum(state["recordings"].values()) == len(caller.simulator.recordings) > 0
    assert (state["recordingJobs"], state["gdprRequests"]) == ([], [])


def test_disconnecting_a_conversation_deletes_nothing() -> None:
    caller = start_live([conversation()])
    answer = caller.http.delete(f"/api/v2/conversations/{ONE}")
    assert answer.status_code == 204
    assert caller.simulator.disconnected == [ONE]
    assert caller.simulator.requests[-1].operation is Operation.DISCONNECT_CONVERSATION
    assert caller.http.get("/_simulator/state").json()["disconnectedConversations"] == [ONE]
    assert found_ids(caller) == [ONE]
    assert "DELETED" not in states(caller)
