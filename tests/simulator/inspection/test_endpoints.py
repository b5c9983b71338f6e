"""The `/_simulator` endpoints."""

from simulator import Corpus, Fault, FaultKind, Kind, Operation
from tests.simulator.caller import NOW, start_simulator


def test_state_has_corpus_jobs_requests_and_faults() -> None:
    caller = start_simulator(Corpus.compose(now=NOW, eligible=3), job_base_seconds=10)
    ids = caller.simulator.corpus.ids()
    caller.submit_archive(ids[:2])
    caller.submit_archive(ids[:1])
    caller.clock.advance(1000)
    caller.simulator.faults.add(Fault(kind=FaultKind.UNAVAILABLE))
    state = caller.http.get("/_simulator/state", headers={"Authorization": ""}).json()
    assert state["corpus"] == {"active": 0, "completed": 1, "deleted": 0, "purged": 2}
    assert state["requests"] == {
        "byOperation": {"token": 1, "submit": 2},
        "byStatus": {"200": 1, "202": 2},
    }
    assert state["faults"] == ["unavailable"]
    first, second = state["jobs"]
    assert state["submittedTwice"] == [[first["jobId"], second["jobId"]]]
    del first["jobId"]
    assert first == {
        "method": "conversation_archive",
        "state": "completed",
        "submittedAt": "2026-03-01T12:00:00.000Z",
        "endsAt": "2026-03-01T12:00:10.300Z",
        "requested": 2,
        "targeted": 2,
        "deleted": 2,
    }


def test_requests_are_listed_without_bodies() -> None:
    caller = start_simulator()
    [logged] = caller.http.get("/_simulator/requests").json()["requests"]
    assert (logged["verb"], logged["path"], logged["status"]) == ("POST", "/oauth/token", 200)
    assert "body" not in logged


def test_conversations_are_listed_by_kind() -> None:
    caller = start_simulator(Corpus.compose(now=NOW, eligible=3, held=2))
    path = "/_simulator/conversations"
    held = caller.http.get(path, params={"kind": "held"}).json()["conversationIds"]
    assert held == caller.simulator.corpus.ids(Kind.HELD)
    assert len(caller.http.get(path, params={"limit": 4}).json()["conversationIds"]) == 4
    assert caller.http.get(path, params={"kind": "odd"}).status_code == 400
    assert caller.http.get(path, params={"limit": "-1"}).status_code == 400


def test_fault_can_be_planned_and_removed_over_http() -> None:
    caller = start_simulator()
    body = {"kind": "rate_limited", "operation": "query", "times": None, "retryAfter": 3}
    assert caller.http.post("/_simulator/faults", json=body).status_code == 201
    assert caller.simulator.faults.waiting() == [
        Fault(FaultKind.RATE_LIMITED, operation=Operation.QUERY, times=None, retry_after=3)
    ]
    assert caller.count().headers["Retry-After"] == "3"
    assert caller.http.delete("/_simulator/faults").json() == {"faults": 0}
    assert caller.count().status_code == 200


def test_wrong_faults_are_400() -> None:
    caller = start_simulator()
    faults: list[dict[str, object]] = [
        {},
        {"kind": "odd"},
        {"kind": "unavailable", "times": 0},
        {"kind": "unavailable", "x": 1},
    ]
    for fault in faults:
        assert caller.http.post("/_simulator/faults", json=fault).status_code == 400, fault
    assert caller.simulator.faults.waiting() == []


def test_inspection_is_not_logged_limited_or_faulted() -> None:
    caller = start_simulator(requests_per_second=1)
    caller.simulator.faults.add(Fault(kind=FaultKind.UNAVAILABLE, times=None))
    answers = {caller.http.get("/_simulator/state").status_code for _ in range(5)}
    assert answers == {200}
    assert len(caller.simulator.requests) == 1
