"""Data deletion (D2): the body of a submit, and the meaning of each answer."""

from __future__ import annotations

from typing import Any

import pytest
from genesys_purge.errors import OnLegalHold, OutcomeUnknown, UnreadableAnswer
from genesys_purge.methods.contract import JobReport, JobStatus, Part, Verdict
from genesys_purge.methods.documented.data_deletion import COUNT, STATUS, SUBMIT, DataDeletion
from genesys_purge.model.dates import DateRange

from tests import builders
from tests.clock import NOON
from tests.scripted_genesys import ScriptedGenesys
from tests.unit.methods.scene import answering, hold, plan, sources, submitted

METHOD = DataDeletion()
SCOPE = ("data:deletion:manage",)
JUNE = {"start": "2024-06-01T00:00:00Z", "end": "2024-07-01T00:00:00Z"}
WINDOW = DateRange.parse(JUNE).resolve(NOON)
REQUEST = METHOD.request_model.parse(builders.data_deletion(dateRange=JUNE))


def counting(*counts: int) -> ScriptedGenesys:
    genesys = ScriptedGenesys()
    genesys.on(COUNT, *({"results": [{"count": count}]} for count in counts))
    return genesys


def status(answer: dict[str, Any]) -> JobReport:
    return METHOD.status(REQUEST, "job-1", answering(answer, STATUS))


def test_operations_match_the_contract() -> None:
    assert SUBMIT[:4] == ("POST", "/api/v2/data/deletion/requests", SCOPE, True)
    assert STATUS[:4] == ("GET", "/api/v2/data/deletion/requests/{job_id}", SCOPE, False)
    assert COUNT[:2] == ("POST", "/api/v2/analytics/conversations/details/query")
    assert COUNT.scopes == ("analytics:query",)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, {}),
        ({"retentionPolicyOverride": True}, {"retentionPolicyOverride": True}),
        ({"query": "queueId:q1"}, {"filter": {"dateRange": JUNE, "query": "queueId:q1"}}),
        ({"recordTypes": ["message"]}, {"recordTypes": ["message"]}),
    ],
)
def test_submit_sends_the_fields_of_the_request(
    fields: dict[str, Any], expected: dict[str, Any]
) -> None:
    genesys = answering({"id": "job-1"}, SUBMIT)
    request = METHOD.request_model.parse(builders.data_deletion(dateRange=JUNE, **fields))
    assert submitted(METHOD, request, Part(WINDOW, ()), genesys) == "job-1"
    assert genesys.deletions == [
        {
            "recordTypes": ["conversation", "interaction", "message"],
            "filter": {"dateRange": JUNE},
            "retentionPolicyOverride": False,
            "jurisdiction": "us-east-1",
            "legalHoldValidation": True,
        }
        | expected
    ]


@pytest.mark.parametrize("answer", [{}, {"id": ""}, {"id": 7}, {"id": None}, {"id": "x" * 201}])
def test_submit_without_a_readable_id_has_an_unknown_outcome(answer: dict[str, Any]) -> None:
    with pytest.raises(OutcomeUnknown):
        submitted(METHOD, REQUEST, Part(WINDOW, ()), answering(answer, SUBMIT))


@pytest.mark.parametrize(
    ("answer", "report"),
    [
        ({"status": "completed"}, JobReport(JobStatus.COMPLETED)),
        ({"status": "COMPLETED"}, JobReport(JobStatus.COMPLETED)),
        ({"status": "Failed", "message": "no"}, JobReport(JobStatus.FAILED, None, "no", "no")),
        ({"status": "failed", "message": {"a": 1}}, JobReport(JobStatus.FAILED)),
        ({"status": "running"}, JobReport(JobStatus.RUNNING)),
        ({"status": "fulfilled"}, JobReport(JobStatus.RUNNING)),
        ({"status": "cancelled"}, JobReport(JobStatus.RUNNING)),
        ({"status": "completed "}, JobReport(JobStatus.RUNNING)),
    ],
)
def test_job_ends_only_with_a_status_of_the_contract(
    answer: dict[str, Any], report: JobReport
) -> None:
    assert status(answer) == report


def test_status_is_read_by_the_job_id() -> None:
    genesys = answering({"status": "running"}, STATUS)
    METHOD.status(REQUEST, "job-1", genesys)
    assert genesys.calls[0].path == {"job_id": "job-1"}


def test_answer_without_a_status_is_unreadable() -> None:
    for answer in ({}, {"status": ""}, {"status": None}, {"status": 1}):
        with pytest.raises(UnreadableAnswer):
            status(answer)


def test_plan_has_one_counted_batch_for_each_30_days() -> None:
    window = {"start": "2024-06-01T00:00:00Z", "end": "2024-08-01T00:00:00Z"}
    request = builders.data_deletion(dateRange=window)
    batches, skipped = plan(METHOD, request, sources(counting(5, 0, 7)))
    edges = [(b.window.start.day, b.window.end.day) for b in batches if b.window]
    assert edges == [(1, 1), (1, 31), (31, 1)]
    assert ([batch.targeted for batch in batches], skipped) == ([5, 0, 7], {})


def test_plan_counts_with_the_filter_of_the_request() -> None:
    genesys = counting(3)
    plan(METHOD, builders.data_deletion(dateRange=JUNE, query="queueId:q1"), sources(genesys))
    (call,) = genesys.calls
    assert (call.operation, call.permit) == (COUNT, None)
    assert call.body == {
        "entity": "conversation",
        "interval": "PT1H",
        "filter": {"dateRange": JUNE, "query": "queueId:q1"},
        "aggregate": ["count"],
    }
    assert not METHOD.plans_upper_bound


def test_plan_resolves_a_relative_range_by_its_reference() -> None:
    payload = builders.data_deletion(dateRange={"olderThanDays": 366, "lookbackDays": 30})
    (batch,), _ = plan(METHOD, payload, sources(counting(1)))
    assert batch.window == builders.window()


def test_plan_of_a_held_window_is_refused_without_a_call() -> None:
    genesys = counting(1)
    with pytest.raises(OnLegalHold, match="h1"):
        plan(METHOD, builders.data_deletion(dateRange=JUNE), sources(genesys, hold()))
    assert genesys.calls == []


@pytest.mark.parametrize(
    ("before", "remaining", "verdict"),
    [
        (10, 0, Verdict(10, is_complete=True, deleted=10)),
        (10, 3, Verdict(7, is_complete=False, deleted=7)),
        (10, 12, Verdict(0, is_complete=False, deleted=0)),
        (0, 0, Verdict(0, is_complete=True, deleted=0)),
    ],
)
def test_verdict_counts_the_difference_as_deleted(
    before: int, remaining: int, verdict: Verdict
) -> None:
    assert METHOD.verdict(before, remaining, None) == verdict


def test_remaining_records_are_counted_in_the_window_of_the_part() -> None:
    genesys = counting(4)
    assert METHOD.remaining(REQUEST, Part(WINDOW, ()), genesys) == 4
    assert genesys.calls[0].body["filter"] == {"dateRange": JUNE}


def test_tags_are_the_jurisdiction_and_the_record_types() -> None:
    assert METHOD.tags(REQUEST) == ("us-east-1", "conversation", "interaction", "message")
