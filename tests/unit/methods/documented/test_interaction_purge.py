"""Interaction purge (D3): the body of a submit, and the meaning of each answer."""

from __future__ import annotations

from typing import Any

import pytest
from genesys_purge.errors import OnLegalHold, OutcomeUnknown, UnreadableAnswer
from genesys_purge.methods.contract import JobReport, JobStatus, Part, Verdict
from genesys_purge.methods.documented.interaction_purge import STATUS, SUBMIT, InteractionPurge
from genesys_purge.methods.documented.windows import COUNT
from genesys_purge.model.dates import DateRange

from tests import builders
from tests.clock import NOON
from tests.unit.methods.scene import answering, hold, plan, sources, submitted

METHOD = InteractionPurge()
JUNE = {"start": "2024-06-01T00:00:00Z", "end": "2024-07-01T00:00:00Z"}
WINDOW = DateRange.parse(JUNE).resolve(NOON)
PAYLOAD = builders.interaction_purge(dateRange=JUNE)
REQUEST = METHOD.request_model.parse(PAYLOAD)
NINE = {"results": [{"count": 9}]}


def status(**answer: Any) -> JobReport:
    return METHOD.status(REQUEST, "purge-1", answering(answer, STATUS))


def test_operations_match_the_contract() -> None:
    assert SUBMIT[:4] == ("POST", "/api/v2/interactions/purge", ("purge:write",), True)
    assert STATUS[:4] == ("GET", "/api/v2/interactions/purge/{job_id}", ("purge:read",), False)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, {}),
        ({"purgeType": "soft", "classification": "public"}, {"purgeType": "soft"}),
        ({"interactionType": "sms"}, {"type": "sms"}),
        (
            {"filters": {"attributes": {"region": "eu-west", "x": None}}},
            {"filters": {"attributes": {"region": "eu-west", "x": None}}},
        ),
    ],
)
def test_submit_sends_the_fields_of_the_request(
    fields: dict[str, Any], expected: dict[str, Any]
) -> None:
    genesys = answering({"purgeId": "purge-1", "status": "pending", "interactions": []}, SUBMIT)
    request = METHOD.request_model.parse(PAYLOAD | fields)
    assert submitted(METHOD, request, Part(WINDOW, ()), genesys) == "purge-1"
    interaction = {
        "type": "voice",
        "dateRange": JUNE,
        "purgeType": "permanent",
        "reason": "retention of one year is over",
        "filters": {},
    }
    assert genesys.deletions == [{"interactions": [interaction | expected]}]


def test_submit_without_an_id_has_an_unknown_outcome() -> None:
    with pytest.raises(OutcomeUnknown, match="purgeId"):
        submitted(METHOD, REQUEST, Part(WINDOW, ()), answering({"status": "pending"}, SUBMIT))


def test_job_ends_only_with_a_status_of_the_contract() -> None:
    running = dict.fromkeys(("pending", "running", "anything else"), JobStatus.RUNNING)
    expected = running | {
        "completed": JobStatus.COMPLETED,
        "Completed": JobStatus.COMPLETED,
        "FAILED": JobStatus.FAILED,
        "cancelled": JobStatus.CANCELLED,
    }
    reports = {word: status(status=word) for word in expected}
    assert reports == {word: JobReport(each) for word, each in expected.items()}


@pytest.mark.parametrize(
    ("interactions", "processed"),
    [
        ([{"totalInteractionsPurged": 7, "errorReason": None}], 7),
        ([{"totalInteractionsPurged": 7}, {"totalInteractionsPurged": 5}], 12),
        ([{"totalInteractionsPurged": 7}, {}], 7),
        ([{"totalInteractionsPurged": 0}], 0),
    ],
)
def test_processed_records_are_the_sum_of_the_reported_numbers(
    interactions: object, processed: int
) -> None:
    report = status(status="completed", interactions=interactions)
    assert report == JobReport(JobStatus.COMPLETED, processed)


def test_unreadable_numbers_are_not_counted() -> None:
    unreadable: list[object] = [
        *([{"totalInteractionsPurged": each}] for each in ("7", -7, True, 7.0)),
        *([], None, 5, {"totalInteractionsPurged": 7}, [None, 1, "x"]),
    ]
    reports = [status(status="completed", interactions=each) for each in unreadable]
    assert reports == [JobReport(JobStatus.COMPLETED)] * len(unreadable)


def test_job_that_completed_with_errors_is_failed() -> None:
    interactions = [{"errorReason": "locked"}, {"errorReason": "gone"}]
    report = status(status="completed", interactions=interactions)
    assert report == JobReport(JobStatus.FAILED, None, "locked; gone", "locked; gone")


def test_error_reason_that_is_no_text_fails_a_completed_job() -> None:
    report = status(status="completed", interactions=[{"errorReason": {"code": 7}}])
    assert (report.status, report.reason) == (JobStatus.FAILED, "{'code': 7}")


def test_error_reason_is_cut_and_put_on_one_line() -> None:
    report = status(status="failed", interactions=[{"errorReason": "a\x1b[0m\nb" + "x" * 900}])
    assert report.reason == ("a [0m b" + "x" * 900)[:500]


def test_answer_without_a_status_is_unreadable() -> None:
    for answer in ({}, {"status": None}, {"status": ["completed"]}):
        with pytest.raises(UnreadableAnswer):
            status(**answer)


def test_plan_counts_every_type_as_an_upper_bound() -> None:
    genesys = answering(NINE, COUNT)
    filters = {"attributes": {"region": "eu-west"}}
    (batch,), skipped = plan(METHOD, PAYLOAD | {"filters": filters}, sources(genesys))
    assert (batch.targeted, batch.window, skipped) == (9, WINDOW, {})
    assert genesys.calls[0].body == {
        "entity": "conversation",
        "interval": "PT1H",
        "filter": {"dateRange": JUNE},
        "aggregate": ["count"],
    }
    assert METHOD.plans_upper_bound


def test_plan_of_a_held_window_is_refused() -> None:
    with pytest.raises(OnLegalHold, match="h1"):
        plan(METHOD, PAYLOAD, sources(answering(NINE, COUNT), hold()))


@pytest.mark.parametrize(
    ("before", "remaining", "reported", "verdict"),
    [
        (10, 2, 8, Verdict(8, is_complete=True, deleted=8)),
        (10, 1, 8, Verdict(8, is_complete=True, deleted=8)),
        (10, 3, 8, Verdict(7, is_complete=False, deleted=8)),
        (10, 10, 0, Verdict(0, is_complete=True, deleted=0)),
        (10, 12, 8, Verdict(0, is_complete=False, deleted=8)),
        (10, 0, None, Verdict(10, is_complete=True, deleted=None)),
        (10, 1, None, Verdict(9, is_complete=False, deleted=None)),
    ],
)
def test_purge_is_verified_when_the_count_fell_by_the_reported_number(
    before: int, remaining: int, reported: int | None, verdict: Verdict
) -> None:
    assert METHOD.verdict(before, remaining, reported) == verdict


def test_tags_are_the_classification_and_the_purge_type() -> None:
    assert METHOD.tags(REQUEST) == ("internal", "permanent", "automated_retention")
