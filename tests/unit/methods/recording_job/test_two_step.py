"""The two-step life of a recording job: created, counted, then confirmed or cancelled."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from genesys_purge.errors import NotAtGenesys, UnreadableAnswer
from genesys_purge.methods.contract import JobStatus, Part
from genesys_purge.methods.readiness import Present, Waiting
from genesys_purge.methods.recording_job.conversations import READ
from genesys_purge.methods.recording_job.metadata import METADATA
from genesys_purge.methods.recording_job.protection import ASK
from genesys_purge.methods.recording_job.report import report_of
from genesys_purge.methods.recording_job.request import RecordingJobRequest, job_of
from genesys_purge.methods.recording_job.two_step import CANCEL, EXECUTE, STATUS
from genesys_purge.model.dates import Window, zulu
from genesys_purge.model.reach import Reach

from tests import builders
from tests.clock import NOON
from tests.scripted_genesys import ScriptedGenesys
from tests.unit.methods.recording_job.recorded import (
    ALL,
    ARCHIVE,
    BEGAN,
    DELETED,
    EXPORT,
    EXPORT_FIRST,
    EXPORTED,
    IDS,
    INTERVAL,
    KEPT,
    LIFECYCLE,
    NONE,
    PART,
    request,
)
from tests.unit.methods.scene import PERMIT, answering, sent

READY = {"state": "READY", "totalConversations": 3, "totalRecordings": 5}
BEFORE_EXPORT = PART._replace(jobs_left=2)
MINUTES, SECOND = timedelta(minutes=5), timedelta(seconds=1)


def metadata(*replies: Any) -> ScriptedGenesys:
    genesys = ScriptedGenesys()
    genesys.on(METADATA, *replies)
    return genesys


def unprepared(row: Any, part: Part = PART) -> int:
    """How many conversations are not exported, each with an exported recording and this one."""
    genesys = metadata({"entities": [EXPORTED, row]})
    return LIFECYCLE.present(EXPORT_FIRST, part, genesys).unprepared


def test_ready_job_waits_with_its_totals() -> None:
    assert LIFECYCLE.waiting("job-1", answering(READY, STATUS)) == Waiting(3, 5)


@pytest.mark.parametrize("state", ["PENDING", "PROCESSING", "FULFILLED", "CANCELLED", "NEW"])
def test_job_in_another_state_does_not_wait(state: str) -> None:
    assert LIFECYCLE.waiting("job-1", answering(READY | {"state": state}, STATUS)) is None


@pytest.mark.parametrize("totals", [{}, {"totalConversations": 3}, {"totalRecordings": 5}])
def test_ready_job_without_totals_is_unreadable(totals: dict[str, int]) -> None:
    with pytest.raises(UnreadableAnswer):
        LIFECYCLE.waiting("job-1", answering({"state": "READY"} | totals, STATUS))


def test_confirming_and_cancelling_are_one_call_each() -> None:
    genesys = answering({}, EXECUTE, CANCEL)
    sent(LIFECYCLE.confirmation("job-1"), genesys)
    LIFECYCLE.cancel("job-1", genesys)
    execute, cancel = genesys.calls
    assert (execute.body, execute.path, execute.permit) == (
        {"state": "PROCESSING"},
        {"job_id": "job-1"},
        PERMIT,
    )
    assert (cancel.operation, cancel.path, cancel.permit) == (CANCEL, {"job_id": "job-1"}, None)


def test_conversation_without_recordings_counts_as_protected() -> None:
    genesys = answering(NotAtGenesys("404"), ASK)
    assert LIFECYCLE.protected(PART, genesys) == frozenset(IDS[:3])
    assert LIFECYCLE.protected(INTERVAL, genesys) == frozenset()


def test_verification_waits_for_the_hours_of_the_request() -> None:
    later = request(verifyAfterHours=48)
    assert (LIFECYCLE.verify_after(ALL), LIFECYCLE.verify_after(later)) == (0, 48 * 3_600)


@pytest.mark.parametrize("flags", [{}, {"includeScreenRecordings": False}])
def test_existing_recordings_are_counted_if_some_are_excluded(flags: dict[str, bool]) -> None:
    genesys = metadata({"entities": [KEPT, DELETED, KEPT]})
    found = LIFECYCLE.present(request(**flags), PART, genesys)
    assert (found.conversations, found.records) == (3, None)
    assert found.kept == (6 if flags else None)


@pytest.mark.parametrize("follows_export", [True, False])
def test_recordings_of_an_interval_are_counted(*, follows_export: bool) -> None:
    genesys = metadata({"entities": [KEPT, DELETED, EXPORTED]}, NotAtGenesys("404"), NONE)
    found = LIFECYCLE.present(EXPORT_FIRST if follows_export else ALL, INTERVAL, genesys)
    # The conversation without metadata has no recordings, so nothing of it must be exported.
    assert found == Present(1, 2, 1 if follows_export else 0)
    assert len(genesys.calls) == 3


@pytest.mark.parametrize(("request_", "part"), [(ALL, PART), (EXPORT_FIRST, BEFORE_EXPORT)])
def test_nothing_is_counted_without_or_before_an_export(
    request_: RecordingJobRequest, part: Part
) -> None:
    assert LIFECYCLE.present(request_, part, ScriptedGenesys()) == Present(3)


def test_every_recording_must_be_exported_before_the_deletion() -> None:
    assert (unprepared(EXPORTED), unprepared(DELETED)) == (0, 0)
    not_exported: list[Any] = [
        KEPT,
        KEPT | {"exportDate": "2026-11-21T11:00:00Z"},
        EXPORTED | {"exportedDate": "soon"},
        None,
    ]
    assert [unprepared(row) for row in not_exported] == [3] * 4


def test_conversation_without_metadata_has_nothing_to_export() -> None:
    genesys = metadata(NotAtGenesys("404"), NONE)
    assert LIFECYCLE.present(EXPORT_FIRST, PART, genesys).unprepared == 0


@pytest.mark.parametrize(
    ("at", "counts"),
    [
        (BEGAN - MINUTES - SECOND, False),
        (BEGAN - MINUTES, True),
        (NOON + MINUTES, True),
        (NOON + MINUTES + SECOND, False),
        (builders.days_ago(2_000), False),
    ],
)
def test_export_counts_from_the_first_intent_until_now(at: datetime, *, counts: bool) -> None:
    row = {"fileState": "AVAILABLE", "exportedDate": zulu(at)}
    assert unprepared(row) == (0 if counts else 3)


@pytest.mark.parametrize("part", [PART._replace(since=None), PART._replace(now=None)])
def test_no_export_counts_for_a_batch_of_unknown_time(part: Part) -> None:
    assert unprepared(EXPORTED, part) == 3


def test_export_first_takes_two_jobs() -> None:
    assert (LIFECYCLE.jobs_for_each(ALL), LIFECYCLE.jobs_for_each(EXPORT_FIRST)) == (1, 2)
    export, deletion = job_of(EXPORT_FIRST, BEFORE_EXPORT), job_of(EXPORT_FIRST, PART)
    assert (export["action"], export["integrationId"]) == ("EXPORT", "bucket-1")
    assert "clearExport" not in export
    assert (deletion["action"], "integrationId" in deletion) == ("DELETE", False)
    assert export["conversationQuery"] == deletion["conversationQuery"]


def test_archive_and_export_alone_take_one_job() -> None:
    archive, export = job_of(ARCHIVE, PART), job_of(EXPORT, PART)
    assert (LIFECYCLE.jobs_for_each(ARCHIVE), LIFECYCLE.jobs_for_each(EXPORT)) == (1, 1)
    assert (archive["action"], "integrationId" in archive) == ("ARCHIVE", False)
    assert (export["action"], export["integrationId"]) == ("EXPORT", "bucket-1")
    assert not {"clearExport"} & {*archive, *export}
    for each in (ARCHIVE, EXPORT):
        assert LIFECYCLE.present(each, PART, ScriptedGenesys()) == Present(3)


@pytest.mark.parametrize(("action", "done"), [("EXPORT", "exported"), ("ARCHIVE", "archived")])
@pytest.mark.parametrize(
    ("failed", "status", "message"),
    [(0, JobStatus.COMPLETED, None), (2, JobStatus.FAILED, "2 recordings failed")],
)
def test_export_or_archive_with_a_failed_recording_is_failed(
    action: str, done: str, failed: int, status: JobStatus, message: str | None
) -> None:
    report = report_of(
        {
            "state": "FULFILLED",
            "recordingJobsQuery": {"action": action},
            "totalProcessedRecordings": 5,
            "totalFailedRecordings": failed,
        }
    )
    assert (report.status, report.processed, report.message) == (status, 0, message)
    counted = {"archived": report.archived, "exported": report.exported}
    assert counted == {"archived": None, "exported": None} | {done: 5}


@pytest.mark.parametrize("failed", [2**64 - 1, -1, "3"])
def test_unreadable_number_of_failures_is_not_none(failed: object) -> None:
    job = {"state": "FULFILLED", "recordingJobsQuery": {"action": "EXPORT"}}
    with pytest.raises(UnreadableAnswer, match="totalFailedRecordings"):
        report_of(job | {"totalFailedRecordings": failed})


@pytest.mark.parametrize(
    ("start", "is_touched"),
    [
        ("2025-10-20T23:59:59.999Z", False),
        ("2025-10-21T00:00:00Z", True),
        ("2025-10-21T23:59:59.999Z", True),
        ("2025-10-22T00:00:00Z", False),
        (None, False),
    ],
)
def test_days_touch_a_held_conversation_that_started_on_them(
    start: str | None, *, is_touched: bool
) -> None:
    """A conversation that Genesys does not know started on no day."""
    days = Window.parse({"start": "2025-10-21T00:00:00Z", "end": "2025-10-22T00:00:00Z"})
    known = [{"conversationId": IDS[3], "conversationStart": start}] if start else []
    part = PART._replace(interval=days, reach=Reach.DAYS)
    genesys = answering({"conversations": known}, READ)
    assert LIFECYCLE.may_touch([IDS[3], "no-id"], part, genesys) is is_touched
