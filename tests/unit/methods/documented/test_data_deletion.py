"""D2, word for word: what is sent, and what each answer means."""

from __future__ import annotations

from typing import Any

import pytest
from genesys_purge.errors import OnLegalHold, OutcomeUnknown, UnreadableAnswer
from genesys_purge.methods.contract import JobReport, JobStatus, Part, Verdict
from genesys_purge.methods.documented.data_deletion import COUNT, STATUS, SUBMIT, DataDeletion
from genesys_purge.model.dates import DateRange, Window

from tests import builders
from tests.clock import NOON
from tests.scripted_genesys import ScriptedGenesys
from tests.unit.methods.scene import PERMIT, hold, plan, sources

METHOD = DataDeletion()
JUNE = {"start": "2024-06-01T00:00:00Z", "end": "2024-07-01T00:00:00Z"}
WINDOW = DateRange.parse(JUNE).resolve(NOON)
REQUEST = METHOD.request_model.parse(builders.data_deletion(dateRange=JUNE))


def counting(*counts: int) -> ScriptedGenesys:
    genesys = ScriptedGenesys()
    genesys.on(COUNT, *({"results": [{"count": count}]} for count in counts))
    return genesys


def test_the_operations_are_those_of_the_contract() -> None:
    assert SUBMIT[:4] == ("POST", "/api/v2/data/deletion/requests", ("data:deletion:manage",), True)
    assert STATUS[:3] == (
        "GET",
        "/api/v2/data/deletion/requests/{job_id}",
        ("data:deletion:manage",),
    )
    assert not STATUS.retried
    assert COUNT[:2] == ("POST", "/api/v2/analytics/conversations/details/query")
    assert set(COUNT.scopes) == {"analytics:query", "analytics:queries"}


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, {}),
        ({"retentionPolicyOverride": True}, {"retentionPolicyOverride": True}),
        ({"query": "queueId:q1"}, {"filter": {"dateRange": JUNE, "query": "queueId:q1"}}),
        ({"recordTypes": ["message"]}, {"recordTypes": ["message"]}),
    ],
)
def test_a_submit_says_exactly_what_the_request_says(
    fields: dict[str, Any], expected: dict[str, Any]
) -> None:
    genesys = ScriptedGenesys()
    genesys.on(SUBMIT, {"id": "job-1"})
    request = METHOD.request_model.parse(builders.data_deletion(dateRange=JUNE, **fields))
    assert METHOD.submit(request, Part(WINDOW, ()), PERMIT, genesys) == "job-1"
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


@pytest.mark.parametrize(
    ("answer", "report"),
    [
        ({"status": "completed"}, JobReport(JobStatus.COMPLETED)),
        ({"status": "COMPLETED"}, JobReport(JobStatus.COMPLETED)),
        ({"status": "Failed", "message": "no"}, JobReport(JobStatus.FAILED, message="no")),
        ({"status": "failed", "message": {"a": 1}}, JobReport(JobStatus.FAILED)),
        ({"status": "running"}, JobReport(JobStatus.RUNNING)),
        ({"status": "fulfilled"}, JobReport(JobStatus.RUNNING)),
        ({"status": "cancelled"}, JobReport(JobStatus.RUNNING)),
        ({"status": "completed "}, JobReport(JobStatus.RUNNING)),
    ],
)
def test_a_job_is_done_only_in_the_words_of_the_contract(
    answer: dict[str, Any], report: JobReport
) -> None:
    genesys = ScriptedGenesys()
    genesys.on(STATUS, answer)
    assert METHOD.status(REQUEST, "job-1", genesys) == report
    assert genesys.calls[0].path == {"job_id": "job-1"}


@pytest.mark.parametrize("answer", [{}, {"status": ""}, {"status": None}, {"status": 1}])
def test_an_answer_without_a_status_says_nothing(answer: dict[str, Any]) -> None:
    genesys = ScriptedGenesys()
    genesys.on(STATUS, answer)
    with pytest.raises(UnreadableAnswer):
        METHOD.status(REQUEST, "job-1", genesys)


@pytest.mark.parametrize("answer", [{}, {"id": ""}, {"id": 7}, {"id": None}, {"id": "x" * 201}])
def test_a_submit_that_was_accepted_without_an_id_may_have_been_carried_out(
    answer: dict[str, Any],
) -> None:
    genesys = ScriptedGenesys()
    genesys.on(SUBMIT, answer)
    with pytest.raises(OutcomeUnknown):
        METHOD.submit(REQUEST, Part(WINDOW, ()), PERMIT, genesys)


def test_a_window_is_planned_in_segments_of_thirty_days_with_a_count_each() -> None:
    genesys = counting(5, 0, 7)
    window = {"start": "2024-06-01T00:00:00Z", "end": "2024-08-01T00:00:00Z"}
    batches, skipped = plan(METHOD, builders.data_deletion(dateRange=window), sources(genesys))
    edges = [(b.window.start.day, b.window.end.day) for b in batches if b.window]
    assert edges == [(1, 1), (1, 31), (31, 1)]
    assert ([batch.targeted for batch in batches], skipped) == ([5, 0, 7], {})


def test_a_count_asks_the_analytics_by_the_requests_own_filter() -> None:
    genesys = counting(3)
    payload = builders.data_deletion(dateRange=JUNE, query="queueId:q1")
    plan(METHOD, payload, sources(genesys))
    (call,) = genesys.calls
    assert (call.operation, call.permit) == (COUNT, None)
    assert call.body == {
        "entity": "conversation",
        "interval": "PT1H",
        "filter": {"dateRange": JUNE, "query": "queueId:q1"},
        "aggregate": ["count"],
    }


def test_a_plan_counts_exactly_what_will_be_deleted() -> None:
    assert not METHOD.plans_upper_bound


def test_an_empty_window_has_nothing_to_plan() -> None:
    assert plan(METHOD, builders.data_deletion(), sources(counting(0))) == ([], {})


def test_a_relative_window_is_planned_by_its_reference() -> None:
    payload = builders.data_deletion(dateRange={"olderThanDays": 366, "lookbackDays": 30})
    (batch,), _ = plan(METHOD, payload, sources(counting(1)))
    assert batch.window == builders.window()


@pytest.mark.parametrize(
    "held", [{}, {"conversation_ids": frozenset({"a1"})}, {"date_range": WINDOW}]
)
def test_a_window_in_which_something_may_be_held_is_not_planned(held: dict[str, Any]) -> None:
    genesys = counting(1)
    with pytest.raises(OnLegalHold, match="h1"):
        plan(METHOD, builders.data_deletion(dateRange=JUNE), sources(genesys, hold(**held)))
    assert genesys.calls == []


def test_a_hold_on_another_time_does_not_stop_a_window() -> None:
    later = Window(start=WINDOW.end, end=NOON)
    given = sources(counting(1), hold(date_range=later))
    batches, _ = plan(METHOD, builders.data_deletion(dateRange=JUNE), given)
    assert len(batches) == 1


@pytest.mark.parametrize(
    ("before", "remaining", "verdict"),
    [
        (10, 0, Verdict(10, is_complete=True, deleted=10)),
        (10, 3, Verdict(7, is_complete=False, deleted=7)),
        (10, 12, Verdict(0, is_complete=False, deleted=0)),
        (0, 0, Verdict(0, is_complete=True, deleted=0)),
    ],
)
def test_what_is_deleted_is_what_the_two_looks_show(
    before: int, remaining: int, verdict: Verdict
) -> None:
    assert METHOD.verdict(before, remaining, None) == verdict


def test_what_remains_is_counted_in_the_batchs_own_window() -> None:
    genesys = counting(4)
    assert METHOD.remaining(REQUEST, Part(WINDOW, ()), genesys) == 4
    assert genesys.calls[0].body["filter"] == {"dateRange": JUNE}


def test_the_audit_names_jurisdiction_and_record_types() -> None:
    assert METHOD.tags(REQUEST) == ("us-east-1", "conversation", "interaction", "message")
