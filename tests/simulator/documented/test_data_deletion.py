"""Data deletion requests."""

from typing import Any

from simulator import Corpus, Fault, FaultKind, Kind
from tests.simulator.caller import (
    DELETION,
    NOW,
    OLD,
    Caller,
    deletion_body,
    start_simulator,
    window,
)


def mixed(**settings: Any) -> Caller:
    corpus = Corpus.compose(now=NOW, eligible=60, held=4, litigated=3, too_young=5, span_days=30)
    return start_simulator(corpus, job_base_seconds=10, job_seconds_per_record=1, **settings)


def test_request_deletes_the_window_except_protected_records() -> None:
    caller = mixed()
    answer = caller.submit_deletion()
    assert answer.status_code == 202
    request_id = answer.json()["id"]
    seen = []
    for seconds in (0, 10, 60):
        caller.clock.advance(seconds)
        seen.append(caller.poll(DELETION, request_id))
    assert seen == [
        {"id": request_id, "status": status} for status in ("pending", "running", "completed")
    ]
    corpus = caller.simulator.corpus
    assert sorted(corpus.deleted_ids(request_id)) == sorted(corpus.ids(Kind.ELIGIBLE))
    assert caller.counted() == 7


def test_conversation_is_counted_until_its_last_record_is_deleted() -> None:
    caller = mixed()
    corpus, before = caller.simulator.corpus, caller.counted()
    for subset in (["message", "interaction"], ["message"]):
        caller.submit_deletion(recordTypes=subset)
        caller.clock.advance(1000)
    deleted = corpus.deleted_ids()
    types = {each.record_types for each in corpus if each.conversation_id in deleted}
    assert types == {("message",), ("interaction",)}
    assert caller.counted() == before - len(deleted)
    caller.submit_deletion(recordTypes=["conversation"])
    caller.clock.advance(1000)
    assert caller.counted() == 7
    assert sorted(corpus.deleted_ids()) == sorted(corpus.ids(Kind.ELIGIBLE))


def test_count_knows_no_record_types() -> None:
    answer = mixed().count(recordTypes=["message"])
    assert answer.status_code == 400


def test_query_narrows_the_deletion() -> None:
    caller = mixed()
    query = "region:eu-west AND legal_hold eq 'false'"
    caller.submit_deletion(filter={"dateRange": OLD, "query": query})
    caller.clock.advance(1000)
    deleted = caller.simulator.corpus.deleted_ids()
    regions = {
        each.attributes["region"]
        for each in caller.simulator.corpus
        if each.conversation_id in deleted
    }
    assert regions == {"eu-west"}
    assert 0 < len(deleted) < 60


def test_wrong_field_is_400_with_its_path() -> None:
    cases: list[tuple[dict[str, object], str]] = [
        ({"recordTypes": []}, "recordTypes"),
        ({"recordTypes": ["conversation", "recording"]}, "recordTypes.1"),
        ({"recordTypes": "conversation"}, "recordTypes"),
        ({"jurisdiction": ""}, "jurisdiction"),
        ({"legalHoldValidation": False}, "legalHoldValidation"),
        ({"legalHoldValidation": None}, "legalHoldValidation"),
        ({"retentionPolicyOverride": "no"}, "retentionPolicyOverride"),
        ({"filter": {}}, "filter.dateRange"),
        ({"filter": {"dateRange": OLD, "queue": "a"}}, "filter.queue"),
        ({"filter": {"dateRange": window(366, 396)}}, "filter.dateRange"),
        ({"filter": {"dateRange": window(366, 366)}}, "filter.dateRange"),
        ({"filter": {"dateRange": OLD | {"start": "yesterday"}}}, "filter.dateRange.start"),
        ({"filter": {"dateRange": OLD | {"start": "2025-01-01"}}}, "filter.dateRange.start"),
        ({"filter": {"dateRange": OLD | {"end": "2025-02-01T00:00:00"}}}, "filter.dateRange.end"),
        ({"filter": {"dateRange": OLD | {"end": "2025-02-31T00:00:00Z"}}}, "filter.dateRange.end"),
        ({"filter": {"dateRange": OLD | {"end": 1767225600}}}, "filter.dateRange.end"),
        ({"unknown": 1}, "unknown"),
    ]
    caller = mixed()
    for changes, path in cases:
        answer = caller.submit_deletion(**changes)
        assert answer.status_code == 400
        assert [each["path"] for each in answer.json()["details"]] == [path]
        assert path in answer.json()["message"]
    assert caller.simulator.jobs == []


def test_unparsable_query_is_400_and_not_ignored() -> None:
    caller = mixed()
    for query in ("", "*", "region", "region:eu-west OR a:b", "a:b AND", "a:b; c"):
        answer = caller.submit_deletion(filter={"dateRange": OLD, "query": query})
        assert answer.status_code == 400, query
    assert caller.simulator.jobs == []


def test_legal_hold_validation_is_required() -> None:
    body = deletion_body()
    del body["legalHoldValidation"]
    assert mixed().http.post(DELETION, json=body).status_code == 400


def test_all_wrong_fields_are_reported_together() -> None:
    answer = mixed().submit_deletion(recordTypes=[], jurisdiction="")
    assert len(answer.json()["details"]) == 2


def test_window_over_30_days_is_400() -> None:
    longer = {"dateRange": window(396.00001, 366)}
    assert mixed().submit_deletion(filter={"dateRange": window(396, 366)}).status_code == 202
    assert mixed().submit_deletion(filter=longer).status_code == 400
    assert mixed(max_window_days=None).submit_deletion(filter=longer).status_code == 202


def test_jurisdiction_outside_the_residency_zones_is_403() -> None:
    caller = mixed(residency_zones=("eu-west-1",))
    refused = caller.submit_deletion()
    assert refused.status_code == 403
    assert "us-east-1" in refused.json()["message"]
    assert caller.submit_deletion(jurisdiction="eu-west-1").status_code == 202
    assert len(caller.simulator.jobs) == 1


def test_body_over_one_mebibyte_is_413() -> None:
    caller = mixed()
    query = " AND ".join(["a:b"] * 200_000)
    answer = caller.submit_deletion(filter={"dateRange": OLD, "query": query})
    assert answer.status_code == 413
    assert caller.simulator.jobs == []


def test_failed_request_has_a_message() -> None:
    caller = mixed()
    caller.simulator.faults.add(Fault(kind=FaultKind.JOB_FAILS))
    request_id = caller.submit_deletion().json()["id"]
    caller.clock.advance(10)
    answer = caller.poll(DELETION, request_id)
    assert (answer["status"], answer["message"]) == ("failed", "The deletion failed")


def test_status_of_another_methods_job_is_404() -> None:
    caller = mixed()
    job_id = caller.submit_archive(["a"]).json()["jobId"]
    assert caller.http.get(f"{DELETION}/{job_id}").status_code == 404


def test_running_deletion_uses_no_slot_of_the_archive() -> None:
    caller = mixed(max_concurrent_jobs=1)
    caller.submit_deletion()
    assert caller.submit_archive(["a"]).status_code == 202
