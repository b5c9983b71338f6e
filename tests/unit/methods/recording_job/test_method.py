"""Recording jobs: the body of a job, its status, and what a plan reports."""

from __future__ import annotations

from typing import Any

import pytest
from genesys_purge.errors import OutcomeUnknown, UnreadableAnswer
from genesys_purge.methods.contract import JobReport, JobStatus, Noted, Part
from genesys_purge.methods.recording_job.conversations import QUERY
from genesys_purge.methods.recording_job.metadata import METADATA
from genesys_purge.methods.recording_job.two_step import CREATE, STATUS
from genesys_purge.model.dates import zulu
from genesys_purge.model.finished_jobs import JobCounts

from tests import builders
from tests.scripted_genesys import ScriptedGenesys
from tests.unit.methods.recording_job.recorded import (
    ALL,
    DELETED,
    HOUR,
    IDS,
    KEPT,
    METHOD,
    PART,
    call,
    protect,
    request,
)
from tests.unit.methods.scene import PERMIT, answering, planned_in, skipped_in, sources, submitted

WINDOW = builders.window()
TWO = PART._replace(ids=IDS[:2])
FIVE_YEARS_AGO = 2_200


def finding(count: int, days: float) -> ScriptedGenesys:
    """A Genesys that finds so many conversations of one day, so many days ago."""
    rows = [call(n, builders.days_ago(days) + HOUR * n / 100) for n in range(count)]
    genesys = ScriptedGenesys()
    genesys.on(QUERY, lambda body: {"conversations": rows if _is_in(body, days) else []})
    protect(genesys, ())
    return genesys


def _is_in(body: Any, days: float) -> bool:
    start, end = body["interval"].split("/")
    is_first_page = body["paging"]["pageNumber"] == 1
    return is_first_page and bool(start <= zulu(builders.days_ago(days)) < end)


def test_job_names_its_conversations_their_span_and_every_include() -> None:
    genesys = answering({"id": "job-1"}, CREATE)
    some = request(includeScreenRecordings=False)
    assert submitted(METHOD, some, TWO, genesys) == "job-1"
    assert genesys.calls[0].permit == PERMIT
    predicates = [
        {
            "type": "dimension",
            "dimension": "conversationId",
            "operator": "matches",
            "value": each,
        }
        for each in IDS[:2]
    ]
    assert genesys.deletions == [
        {
            "action": "DELETE",
            "actionDate": "2026-11-21T12:00:00Z",
            "includeRecordingsWithSensitiveData": True,
            "includeScreenRecordings": False,
            "includeSnippetRecordings": True,
            "includePolicyBasedRecordings": True,
            "clearExport": False,
            "conversationQuery": {
                "interval": f"{zulu(WINDOW.start)}/{zulu(WINDOW.end)}",
                "order": "asc",
                "orderBy": "conversationStart",
                "conversationFilters": [{"type": "or", "predicates": predicates}],
            },
        }
    ]


@pytest.mark.parametrize("part", [TWO._replace(span=None), TWO._replace(ids=())])
def test_job_without_ids_or_a_span_is_never_sent(part: Part) -> None:
    with pytest.raises(ValueError, match="needs ids, their span and a time"):
        submitted(METHOD, ALL, part, ScriptedGenesys())


@pytest.mark.parametrize("sensitive", [True, False])
def test_sensitive_recordings_need_a_permission_of_their_own(*, sensitive: bool) -> None:
    genesys = answering({"id": "job-1"}, CREATE)
    submitted(METHOD, request(includeRecordingsWithSensitiveData=sensitive), TWO, genesys)
    permissions = genesys.calls[0].operation.permissions
    assert ("recording:recording:viewSensitiveData" in permissions) is sensitive


def test_submit_without_a_readable_id_has_an_unknown_outcome() -> None:
    for job_id in (None, "..", "x" * 300):
        with pytest.raises(OutcomeUnknown):
            submitted(METHOD, ALL, TWO, answering({"id": job_id}, CREATE))


@pytest.mark.parametrize(
    ("job", "report"),
    [
        ({"state": "PENDING"}, JobReport(JobStatus.RUNNING)),
        ({"state": "READY"}, JobReport(JobStatus.READY)),
        ({"state": "PROCESSING", "totalProcessedRecordings": 3}, JobReport(JobStatus.RUNNING, 3)),
        ({"state": "SOMETHING_NEW"}, JobReport(JobStatus.RUNNING)),
        ({"state": "PENDING", "percentProgress": 0}, JobReport(JobStatus.RUNNING, progress=0)),
        (
            {"state": "PROCESSING", "totalProcessedRecordings": 3, "percentProgress": 25},
            JobReport(JobStatus.RUNNING, 3, progress=0.25),
        ),
        ({"state": "PROCESSING", "percentProgress": "25"}, JobReport(JobStatus.RUNNING)),
        (
            {"state": "FULFILLED", "totalProcessedRecordings": 7, "totalFailedRecordings": 0},
            JobReport(JobStatus.COMPLETED, 7, counts=JobCounts(processed=7, failed=0)),
        ),
        (
            {"state": "FULFILLED", "totalRecordings": 10, "totalProcessedRecordings": 7}
            | {"totalFailedRecordings": 2},
            JobReport(
                JobStatus.COMPLETED,
                7,
                "2 recordings failed",
                counts=JobCounts(processed=7, failed=2, unaccounted=1),
            ),
        ),
        ({"state": "FAILED", "errorMessage": "no"}, JobReport(JobStatus.FAILED, None, "no", "no")),
        (
            {"state": "FAILED", "errorMessage": "no", "totalFailedRecordings": 2},
            JobReport(JobStatus.FAILED, None, "no; 2 recordings failed", "no"),
        ),
        ({"state": "CANCELLED"}, JobReport(JobStatus.CANCELLED)),
    ],
)
def test_report_has_the_state_and_counters_of_the_job(
    job: dict[str, Any], report: JobReport
) -> None:
    genesys = answering({"recordingJobsQuery": {"action": "DELETE"}} | job, STATUS)
    assert METHOD.status(ALL, "job-1", genesys) == report
    assert genesys.calls[0].path == {"job_id": "job-1"}


@pytest.mark.parametrize("query", [None, {}])
def test_job_without_a_readable_action_reports_no_deletions(query: object) -> None:
    job = {"state": "FULFILLED", "totalProcessedRecordings": 7, "recordingJobsQuery": query}
    report = METHOD.status(ALL, "job-1", answering(job, STATUS))
    assert report[:2] == (JobStatus.COMPLETED, None)


def test_conversations_with_a_recording_remain() -> None:
    genesys = ScriptedGenesys()
    genesys.on(METADATA, {"entities": [DELETED]}, {"entities": [DELETED, KEPT]})
    assert METHOD.remaining(ALL, TWO, genesys) == 1


@pytest.mark.parametrize("other", [IDS[5], 7, ""])
def test_recordings_of_another_conversation_are_unreadable(other: Any) -> None:
    own = DELETED | {"conversationId": IDS[0].upper()}
    genesys = answering({"entities": [own, own | {"conversationId": other}]}, METADATA)
    with pytest.raises(UnreadableAnswer, match="another conversation"):
        METHOD.remaining(ALL, PART._replace(ids=IDS[:1]), genesys)


@pytest.mark.parametrize("owner", [{}, {"conversationId": None}, {"conversationId": IDS[0]}])
def test_recordings_with_their_own_conversation_or_none_are_accepted(owner: Any) -> None:
    genesys = answering({"entities": [owner | DELETED]}, METADATA)
    assert METHOD.remaining(ALL, PART._replace(ids=IDS[:1]), genesys) == 0


def test_tags_are_the_classification_and_the_action() -> None:
    assert METHOD.tags(request(classification=None)) == ("delete",)
    assert METHOD.tags(request(classification="pii")) == ("pii", "delete")


@pytest.mark.parametrize(("protected", "is_noted"), [(899, False), (900, True)])
@pytest.mark.parametrize("days", [400, FIVE_YEARS_AGO])
def test_plan_warns_when_protection_of_genesys_is_nearly_exhausted(
    days: float, protected: int, *, is_noted: bool
) -> None:
    genesys = finding(950, days)
    protect(genesys, IDS[:protected])
    window = {"dateRange": builders.date_range(days + 5, days - 5)}
    found = list(METHOD.plan(request(**window), sources(genesys)))
    assert skipped_in(found)["protected"] == protected
    text = "Genesys protects 900 of these conversations; it can protect 1,000 in an organisation"
    measured = [each for each in found if isinstance(each, Noted) and each.metric]
    assert measured == ([Noted(text, "ProtectedConversations", 900)] if is_noted else [])


@pytest.mark.parametrize(("action", "done"), [("archive", "archived"), ("export", "exported")])
def test_plan_that_deletes_nothing_says_so(action: str, done: str) -> None:
    destination = {"exportIntegrationId": "bucket-1"} if action == "export" else {}
    found = list(METHOD.plan(request(action=action, **destination), sources(finding(1, 380))))
    assert found[0] == Noted(f"recordings are {done}, none is deleted")
    assert len(planned_in(found)) == 1
