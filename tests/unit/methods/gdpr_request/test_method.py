"""GDPR requests: the plan, the body of a submit, and the meaning of each answer."""

from __future__ import annotations

from typing import Any

import pytest
from genesys_purge.errors import InvalidRequest, OnLegalHold, OutcomeUnknown, UnreadableAnswer
from genesys_purge.methods.contract import JobReport, JobStatus, Verdict
from genesys_purge.methods.gdpr_request.lifecycle import LIST
from genesys_purge.methods.gdpr_request.method import DELETE, EXPORT, STATUS
from genesys_purge.model.dates import Window

from tests.clock import NOON
from tests.unit.methods.gdpr_request.subject_scene import (
    JANE,
    JOHN,
    MAIL,
    METHOD,
    PART,
    PAYLOAD,
    by_subject,
    finding,
    request,
    submit,
)
from tests.unit.methods.scene import answering, hold, plan, sources


def status(requested: str = "GDPR_DELETE", **answer: Any) -> JobReport:
    return METHOD.status(request(requestType=requested), "gdpr-1", answering(answer, STATUS))


def test_deletion_is_confirmed_and_names_the_subject_as_genesys_does() -> None:
    genesys = finding(JANE | {"selfUri": "/somewhere", "userId": None})
    assert submit(genesys) == "gdpr-1"
    assert genesys.calls[0].path == {"search_type": "EMAIL", "search_value": MAIL}
    assert genesys.calls[-1].operation.path == "/api/v2/gdpr/requests?deleteConfirmed=true"
    subject = {name: JANE[name] for name in ("name", "externalId", "emailAddresses")}
    assert genesys.deletions == [
        {"name": "run-1 0", "requestType": "GDPR_DELETE", "subject": subject}
    ]


def test_export_confirms_no_deletion() -> None:
    genesys = finding(JANE)
    assert submit(genesys, requestType="GDPR_EXPORT") == "gdpr-2"
    assert genesys.calls[-1].operation == EXPORT
    assert "deleteConfirmed" not in EXPORT.path
    assert genesys.deletions[0]["requestType"] == "GDPR_EXPORT"


def test_plan_is_one_batch_of_one_subject_for_all_of_the_past() -> None:
    (batch,), skipped = plan(METHOD, PAYLOAD, sources(finding(JANE)))
    assert (batch.targeted, list(batch.entries), skipped) == (1, [], {})
    assert batch.window is not None
    assert batch.window.end == NOON


def test_plan_skips_an_unknown_subject() -> None:
    assert plan(METHOD, PAYLOAD, sources(finding())) == ([], {"not_found": 1})


@pytest.mark.parametrize(
    "held",
    [
        {},
        {"conversation_ids": frozenset({"c1"})},
        {"date_range": Window(start=NOON.replace(year=2020), end=NOON.replace(year=2021))},
    ],
)
def test_plan_is_refused_under_any_hold_on_the_past(held: dict[str, Any]) -> None:
    with pytest.raises(OnLegalHold, match=r"legal hold h1 .* it may cover records of the subject"):
        plan(METHOD, PAYLOAD, sources(finding(JANE), hold(**held)))


def test_plan_ignores_a_hold_on_the_future() -> None:
    later = Window(start=NOON, end=NOON.replace(year=2027))
    batches, _ = plan(METHOD, PAYLOAD, sources(finding(JANE), hold(date_range=later)))
    assert len(batches) == 1


def test_submit_without_a_matching_subject_sends_nothing() -> None:
    genesys = finding()
    with pytest.raises(InvalidRequest, match="no data subject matches this any more"):
        submit(genesys)
    assert genesys.deletions == []


def test_first_submit_does_not_read_the_list_of_requests() -> None:
    genesys = finding(JANE)
    submit(genesys)
    assert LIST.path not in {call.operation.path for call in genesys.calls}


def test_submit_without_a_readable_answer_has_an_unknown_outcome() -> None:
    for reply in (OutcomeUnknown("sent and not answered"), {"status": "INITIATED"}):
        genesys = finding(JANE)
        genesys.on(DELETE, reply)
        with pytest.raises(OutcomeUnknown):
            submit(genesys)


def test_request_ends_only_with_a_status_of_the_platform() -> None:
    running = ("INITIATED", "SEARCHING", "UPDATING", "DELETING", "FINALIZING", "a new word")
    expected = {
        **dict.fromkeys(running, JobStatus.RUNNING),
        **dict.fromkeys(("COMPLETED", "completed"), JobStatus.COMPLETED),
        "ERROR": JobStatus.FAILED,
    }
    reports = {
        word: status(status=word, requestType="GDPR_DELETE", subject=JANE) for word in expected
    }
    assert {word: report.status for word, report in reports.items()} == expected
    assert {report.processed for report in reports.values()} == {None}
    assert "ane" not in "".join(report.message or "" for report in reports.values())


def test_completed_export_reports_no_deletion_and_where_to_read_it() -> None:
    report = status(
        "GDPR_EXPORT",
        status="COMPLETED",
        requestType="GDPR_EXPORT",
        resultsUrl="https://secret",
    )
    message = "read the export at the resultsUrls of the request"
    assert report == JobReport(JobStatus.COMPLETED, 0, message)


@pytest.mark.parametrize(
    ("requested", "completed"),
    [
        ("GDPR_DELETE", "GDPR_EXPORT"),
        ("GDPR_EXPORT", "GDPR_DELETE"),
        ("GDPR_DELETE", "GDPR_UPDATE"),
        ("GDPR_EXPORT", None),
    ],
)
def test_completed_request_of_another_type_is_unreadable(
    requested: str, completed: str | None
) -> None:
    with pytest.raises(UnreadableAnswer):
        status(requested, status="COMPLETED", requestType=completed)


def test_answer_without_a_status_is_unreadable() -> None:
    for answer in ({}, {"status": None}, {"status": ["COMPLETED"]}):
        with pytest.raises(UnreadableAnswer):
            status(**answer)


def test_remaining_subjects_are_those_that_still_match() -> None:
    found: list[tuple[Any, ...]] = [(), (JANE,), (JANE, JOHN)]
    assert [METHOD.remaining(request(), PART, finding(*each)) for each in found] == [0, 1, 2]
    named = by_subject(name="Jane Doe", externalId="j-1")
    assert METHOD.remaining(named, PART, finding(JOHN)) == 0


@pytest.mark.parametrize(
    ("remaining", "reported", "verdict"),
    [
        (0, None, Verdict(1, is_complete=True, deleted=None)),
        (1, None, Verdict(0, is_complete=False, deleted=None)),
        (2, None, Verdict(0, is_complete=False, deleted=None)),
        (1, 0, Verdict(0, is_complete=True, deleted=0)),
    ],
)
def test_deletion_is_verified_when_no_subject_matches_and_an_export_always(
    remaining: int, reported: int | None, verdict: Verdict
) -> None:
    assert METHOD.verdict(1, remaining, reported) == verdict


def test_tags_are_the_request_type_and_the_classification() -> None:
    assert METHOD.tags(request()) == ("GDPR_DELETE",)
    assert METHOD.tags(request(classification="pii")) == ("GDPR_DELETE", "pii")
