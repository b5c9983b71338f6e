"""A recording job that waits: found again, counted, executed, cancelled and verified."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from genesys_purge.errors import JobLost, UnreadableAnswer
from genesys_purge.methods.contract import JobStatus, Part, Present, Verdict, Waiting
from genesys_purge.methods.recording_job.metadata import METADATA
from genesys_purge.methods.recording_job.method import RecordingJob
from genesys_purge.methods.recording_job.protection import ASK
from genesys_purge.methods.recording_job.request import RecordingJobRequest, job_of
from genesys_purge.methods.recording_job.two_step import (
    CANCEL,
    EXECUTE,
    LIST,
    STATUS,
    report_of,
)
from genesys_purge.methods.recording_job.verdict import FAILED
from genesys_purge.model.batch import BatchRef
from genesys_purge.model.dates import zulu

from tests import builders
from tests.clock import NOON
from tests.scripted_genesys import ScriptedGenesys
from tests.unit.methods.scene import PERMIT

LIFECYCLE = RecordingJob().lifecycle
BATCH = BatchRef("run-1", 0)
DONE = builders.batch(job_id="job-1")
IDS = builders.uuids(3)
BEGUN = NOON - timedelta(hours=2)
PART = Part(None, IDS, builders.window(), NOON, since=BEGUN, now=NOON)
ALL = RecordingJobRequest.parse(builders.recording_job())
SOME = RecordingJobRequest.parse(builders.recording_job(includePolicyBasedRecordings=False))
NONE: dict[str, Any] = {"entities": []}
DELETED, KEPT = {"fileState": "DELETED"}, {"fileState": "ARCHIVED"}


def job(**changes: Any) -> dict[str, Any]:
    """The job of the part, as Genesys lists it a second after it was asked for."""
    created = zulu(NOON + timedelta(seconds=1))
    return {"id": "job-1", "dateCreated": created, "recordingJobsQuery": query()} | changes


def query(**changes: Any) -> dict[str, Any]:
    return job_of(ALL, PART) | changes


def listing(*replies: Any) -> ScriptedGenesys:
    genesys = ScriptedGenesys()
    genesys.on(LIST, *replies)
    return genesys


def of_ids(*ids: str) -> dict[str, Any]:
    return {"conversationQuery": job_of(ALL, PART._replace(ids=ids))["conversationQuery"]}


def test_the_job_of_a_part_is_found_wherever_it_is_listed() -> None:
    page = {"entities": [job(id="other", recordingJobsQuery=query(**of_ids(IDS[0]))), job()]}
    pending, ready = listing(page), listing(NONE, page)
    assert [LIFECYCLE.find(ALL, BATCH, PART, each) for each in (pending, ready)] == [
        "job-1",
        "job-1",
    ]
    assert [call.path["state"] for call in ready.calls] == ["PENDING", "READY"]
    assert {call.path["mine"] for call in ready.calls} == {"true"}


def test_the_list_is_read_page_by_page() -> None:
    genesys = listing({"entities": [job(id="o", recordingJobsQuery={})]}, {"entities": [job()]})
    assert LIFECYCLE.find(ALL, BATCH, PART, genesys) == "job-1"
    assert [call.path["page"] for call in genesys.calls] == ["1", "2"]


@pytest.mark.parametrize(
    "other",
    [
        None,
        {},
        job(dateCreated=zulu(NOON - timedelta(minutes=6))),
        job(dateCreated="today"),
        job(recordingJobsQuery=None),
        job(recordingJobsQuery=query(action="EXPORT")),
        job(recordingJobsQuery=query(actionDate=zulu(NOON - timedelta(seconds=1)))),
        job(recordingJobsQuery=query(actionDate=None)),
        job(recordingJobsQuery=query(includeScreenRecordings=False)),
        job(recordingJobsQuery=query(**of_ids(*IDS[:2]))),
        job(recordingJobsQuery=query(**of_ids(*IDS, "x"))),
        job(recordingJobsQuery=query(conversationQuery={"interval": "a/b"})),
        job(recordingJobsQuery=query(conversationQuery=None)),
    ],
)
def test_another_job_is_not_taken_for_it(other: Any) -> None:
    genesys = listing({"entities": [other]}, NONE, {"entities": [other]}, NONE)
    assert LIFECYCLE.find(ALL, BATCH, PART, genesys) is None


def test_a_job_reads_the_same_in_another_spelling() -> None:
    ids = [each.upper() for each in reversed(IDS)]
    spelled = query(**of_ids(*ids), actionDate="2026-11-21T12:00:00.000Z")
    assert (
        LIFECYCLE.find(ALL, BATCH, PART, listing({"entities": [job(recordingJobsQuery=spelled)]}))
        == "job-1"
    )


AGED = PART._replace(interval=builders.window())


def aged(interval: Any) -> dict[str, Any]:
    """A job like the one of an interval, but about another one."""
    wanted = job_of(ALL, AGED) | {"agedConversationInterval": interval}
    return {"entities": [job(recordingJobsQuery=wanted)]}


@pytest.mark.parametrize(
    "interval",
    [
        str(AGED.interval),
        f"{builders.days_ago(396).isoformat()}/{builders.days_ago(366).isoformat()}",
    ],
)
def test_the_job_of_an_interval_is_found_by_it(interval: str) -> None:
    assert LIFECYCLE.find(ALL, BATCH, AGED, listing(aged(interval))) == "job-1"


@pytest.mark.parametrize(
    "interval",
    [None, 7, "", "a/b", str(builders.window(397)), f"{AGED.interval}/2026-01-01T00:00:00Z"],
)
def test_the_job_of_another_interval_is_not_taken_for_it(interval: Any) -> None:
    assert LIFECYCLE.find(ALL, BATCH, AGED, listing(aged(interval), NONE, NONE)) is None


def test_a_job_by_ids_and_one_by_an_interval_are_two() -> None:
    by_ids, by_interval = {"entities": [job()]}, aged(str(AGED.interval))
    assert LIFECYCLE.find(ALL, BATCH, AGED, listing(by_ids, NONE, NONE)) is None
    assert LIFECYCLE.find(ALL, BATCH, PART, listing(by_interval, NONE, NONE)) is None


def test_active_jobs_are_everybodys_in_every_state_that_is_not_over() -> None:
    genesys = listing({"entities": [job()]}, NONE, {"entities": [job(), job()]})
    assert LIFECYCLE.unfinished_jobs(genesys) == 3
    assert [(call.path["state"], call.path["mine"]) for call in genesys.calls] == [
        ("PENDING", "false"),
        ("READY", "false"),
        ("PROCESSING", "false"),
    ]


def test_a_list_that_cannot_be_read_is_not_an_empty_one() -> None:
    with pytest.raises(UnreadableAnswer):
        LIFECYCLE.unfinished_jobs(listing({}))


def standing(answer: dict[str, Any]) -> ScriptedGenesys:
    genesys = ScriptedGenesys()
    genesys.on(STATUS, answer)
    return genesys


def test_a_job_that_waits_says_what_it_found() -> None:
    answer = {"state": "READY", "totalConversations": 3, "totalRecordings": 5}
    assert LIFECYCLE.waiting("job-1", standing(answer)) == Waiting(3, 5)


@pytest.mark.parametrize("state", ["PENDING", "PROCESSING", "FULFILLED", "CANCELLED", "NEW"])
def test_a_job_that_does_not_wait_has_nothing_to_say(state: str) -> None:
    answer = {"state": state, "totalConversations": 3, "totalRecordings": 5}
    assert LIFECYCLE.waiting("job-1", standing(answer)) is None


@pytest.mark.parametrize("totals", [{}, {"totalConversations": 3}, {"totalRecordings": 5}])
def test_a_job_that_waits_without_totals_is_not_believed(totals: dict[str, int]) -> None:
    with pytest.raises(UnreadableAnswer):
        LIFECYCLE.waiting("job-1", standing({"state": "READY"} | totals))


def test_executing_and_cancelling_are_one_call_each() -> None:
    genesys = ScriptedGenesys()
    genesys.on(EXECUTE, {})
    genesys.on(CANCEL, {})
    LIFECYCLE.confirm("job-1", PERMIT, genesys)
    LIFECYCLE.cancel("job-1", genesys)
    execute, cancel = genesys.calls
    assert (execute.body, execute.path, execute.permit) == (
        {"state": "PROCESSING"},
        {"job_id": "job-1"},
        PERMIT,
    )
    assert (cancel.operation, cancel.path, cancel.permit) == (CANCEL, {"job_id": "job-1"}, None)


def after(*metadata: Any, failures: Any = NONE, **counters: int) -> ScriptedGenesys:
    """The end of a job about three conversations."""
    genesys = ScriptedGenesys()
    told = {"totalFailedRecordings": 0, "totalSkippedRecordings": 0, "totalProcessedRecordings": 4}
    genesys.on(STATUS, {"state": "FULFILLED"} | told | counters)
    genesys.on(METADATA, *metadata)
    genesys.on(FAILED, failures, NONE)
    return genesys


def verdict(genesys: ScriptedGenesys, request: RecordingJobRequest = ALL) -> Verdict:
    return LIFECYCLE.verify(request, PART, DONE, genesys)


def test_a_job_is_verified_when_every_conversation_was_looked_at_and_nothing_is_left() -> None:
    genesys = after({"entities": [DELETED]}, NONE, {"entities": [DELETED, DELETED]})
    found = verdict(genesys)
    assert found[:3] == (3, True, 4)
    assert (
        found.note == "looked at 3 conversations: 0 recordings are left; deleted counts recordings"
    )
    looked = [call.path["conversation_id"] for call in genesys.calls if call.operation == METADATA]
    assert looked == IDS


def test_one_recording_that_is_left_is_no_proof() -> None:
    found = verdict(after({"entities": [DELETED]}, {"entities": [DELETED, KEPT]}, NONE))
    assert found[:3] == (2, False, 4)
    assert not found.is_final


@pytest.mark.parametrize("row", [None, {}, {"fileState": None}, {"fileState": "deleted?"}])
def test_a_recording_without_a_readable_state_is_not_gone(row: Any) -> None:
    assert not verdict(after({"entities": [row]}, NONE)).is_complete


def test_a_conversation_that_cannot_be_looked_at_is_not_verified() -> None:
    found = verdict(after(JobLost("404"), NONE))
    assert found[:2] == (2, False)
    assert "1 conversations could not be looked at" in str(found.note)


@pytest.mark.parametrize(
    ("kept", "processed", "complete"),
    [(6, 4, True), (5, 4, False), (6, 5, False), (None, 4, False), (6, None, False)],
)
def test_of_what_was_there_no_more_may_be_left_than_was_not_processed(
    kept: int | None, processed: int | None, *, complete: bool
) -> None:
    genesys = partly_done()
    told = {"totalFailedRecordings": 0, "totalSkippedRecordings": 9}
    genesys.on(
        STATUS,
        {"state": "FULFILLED", **told}
        | ({} if processed is None else {"totalProcessedRecordings": processed}),
    )
    found = LIFECYCLE.verify(SOME, PART._replace(kept=kept), DONE, genesys)
    assert found.is_complete is complete


def test_what_is_protected_by_now_is_not_what_the_request_leaves_out() -> None:
    genesys = partly_done()
    genesys.on(ASK, lambda body: {"entities": [{"id": body["conversationIds"][0]}]})
    found = LIFECYCLE.verify(SOME, PART._replace(kept=6), DONE, genesys)
    assert not found.is_complete
    assert "1 conversations are protected by now" in str(found.note)


def test_a_recording_of_which_the_job_tells_nothing_is_not_left_out() -> None:
    genesys = partly_done(totalRecordings=5)
    found = LIFECYCLE.verify(SOME, PART._replace(kept=6), DONE, genesys)
    assert not found.is_complete
    assert "does not say what became of 1" in str(found.note)


def partly_done(**counters: int) -> ScriptedGenesys:
    """The end of a job that left two recordings, each of another conversation."""
    genesys = after({"entities": [KEPT]}, {"entities": [KEPT]}, NONE, **counters)
    genesys.on(ASK, NONE)
    return genesys


@pytest.mark.parametrize("flags", [{}, {"includeScreenRecordings": False}])
def test_what_is_there_is_counted_where_some_of_it_is_left_out(flags: dict[str, bool]) -> None:
    genesys = ScriptedGenesys()
    genesys.on(METADATA, {"entities": [KEPT, DELETED, KEPT]})
    request = RecordingJobRequest.parse(builders.recording_job(**flags))
    found = LIFECYCLE.present(request, PART, genesys)
    assert (found.conversations, found.records) == (3, None)
    assert found.kept == (6 if flags else None)


def test_where_nothing_is_left_out_what_was_skipped_excuses_nothing() -> None:
    genesys = after({"entities": [KEPT]}, NONE, totalSkippedRecordings=9)
    assert not verdict(genesys).is_complete


def test_failures_are_read_to_the_end_of_their_list_and_named() -> None:
    pages = [{"entities": [{"conversation": {"id": each}}] * 2} for each in IDS[:2]]
    genesys = after(NONE, totalFailedRecordings=4)
    genesys.on(FAILED, *pages, NONE)
    found = verdict(genesys)
    assert (found.is_complete, found.is_final) == (False, True)
    assert f"4 failed, of {IDS[0]}, {IDS[1]}" in str(found.note)
    read = [call.path["page"] for call in genesys.calls if call.operation == FAILED]
    assert read == ["1", "2", "3"]


def test_a_list_of_failures_counts_where_the_counter_is_missing() -> None:
    genesys = after(NONE, failures={"entities": [{"conversation": {"id": IDS[0]}}]})
    genesys.on(STATUS, {"state": "FULFILLED"})
    found = verdict(genesys)
    assert (found.is_complete, found.deleted) == (False, None)


def test_many_failures_are_not_all_named() -> None:
    rows = [{"conversation": {"id": each}} for each in builders.uuids(12)]
    genesys = after(NONE, failures={"entities": rows}, totalFailedRecordings=12)
    note = str(verdict(genesys).note)
    assert note.endswith(f"{builders.uuids(12)[9]} and more")


def test_what_genesys_does_not_know_counts_as_protected() -> None:
    genesys = ScriptedGenesys()
    genesys.on(ASK, JobLost("404"))
    assert LIFECYCLE.protected(IDS, genesys) == frozenset(IDS)


def test_verification_waits_for_the_hours_of_the_request() -> None:
    request = RecordingJobRequest.parse(builders.recording_job(verifyAfterHours=48))
    assert (LIFECYCLE.verify_after(ALL), LIFECYCLE.verify_after(request)) == (0, 48 * 3_600)


EXPORTED = {"fileState": "AVAILABLE", "exportedDate": "2026-11-21T11:00:00Z"}
EXPORTING = RecordingJobRequest.parse(builders.recording_job(exportIntegrationId="bucket-1"))
FIRST = PART._replace(jobs_left=2)


def metadata(*replies: Any) -> ScriptedGenesys:
    genesys = ScriptedGenesys()
    genesys.on(METADATA, *replies)
    return genesys


@pytest.mark.parametrize(
    ("row", "unprepared"),
    [
        (EXPORTED, 0),
        (DELETED, 0),
        (KEPT, 3),
        (KEPT | {"exportDate": "2026-11-21T11:00:00Z"}, 3),
        (EXPORTED | {"exportedDate": "soon"}, 3),
        (None, 3),
    ],
)
def test_what_is_to_be_exported_first_is_not_deleted_before(row: Any, unprepared: int) -> None:
    genesys = metadata({"entities": [EXPORTED, row]})
    assert LIFECYCLE.present(EXPORTING, PART, genesys) == Present(3, None, unprepared)


def test_what_cannot_be_looked_at_is_not_exported() -> None:
    assert LIFECYCLE.present(EXPORTING, PART, metadata(JobLost("404"), NONE)).unprepared == 1


@pytest.mark.parametrize(("request_", "part"), [(ALL, PART), (EXPORTING, FIRST)])
def test_without_an_export_or_before_it_nothing_needs_to_be_prepared(
    request_: RecordingJobRequest, part: Part
) -> None:
    assert LIFECYCLE.present(request_, part, ScriptedGenesys()) == Present(3)


def test_an_export_is_the_first_of_two_jobs() -> None:
    assert (LIFECYCLE.jobs_for_each(ALL), LIFECYCLE.jobs_for_each(EXPORTING)) == (1, 2)
    export, deletion = job_of(EXPORTING, FIRST), job_of(EXPORTING, PART)
    assert (export["action"], export["integrationId"]) == ("EXPORT", "bucket-1")
    assert "clearExport" not in export
    assert (deletion["action"], "integrationId" in deletion) == ("DELETE", False)
    assert export["conversationQuery"] == deletion["conversationQuery"]


@pytest.mark.parametrize(("action", "done"), [("EXPORT", "exported"), ("ARCHIVE", "archived")])
@pytest.mark.parametrize(
    ("failed", "status", "message"),
    [
        (0, JobStatus.COMPLETED, None),
        (2, JobStatus.FAILED, "2 recordings failed"),
    ],
)
def test_an_export_or_archive_deletes_nothing_and_fails_with_one_recording(
    action: str, done: str, failed: int, status: JobStatus, message: str | None
) -> None:
    answer = {
        "state": "FULFILLED",
        "recordingJobsQuery": {"action": action},
        "totalProcessedRecordings": 5,
        "totalFailedRecordings": failed,
    }
    report = report_of(answer)
    assert (report.status, report.processed, report.message) == (status, 0, message)
    counted = {"archived": report.archived, "exported": report.exported}
    assert counted == {"archived": None, "exported": None} | {done: 5}


ARCHIVING = RecordingJobRequest.parse(builders.recording_job(action="archive"))
EXPORTING_ALONE = RecordingJobRequest.parse(
    builders.recording_job(action="export", exportIntegrationId="bucket-1")
)
HELD_AVAILABLE = {"fileState": "AVAILABLE"}


def test_archiving_and_exporting_alone_take_one_job_of_their_own() -> None:
    archive, export = job_of(ARCHIVING, PART), job_of(EXPORTING_ALONE, PART)
    assert (LIFECYCLE.jobs_for_each(ARCHIVING), LIFECYCLE.jobs_for_each(EXPORTING_ALONE)) == (1, 1)
    assert (archive["action"], "integrationId" in archive) == ("ARCHIVE", False)
    assert (export["action"], export["integrationId"]) == ("EXPORT", "bucket-1")
    assert not {"clearExport"} & {*archive, *export}
    for each in (ARCHIVING, EXPORTING_ALONE):
        assert LIFECYCLE.present(each, PART, ScriptedGenesys()) == Present(3)


@pytest.mark.parametrize(
    ("request_", "row", "complete"),
    [
        (ARCHIVING, {"fileState": "ARCHIVED"}, True),
        (ARCHIVING, DELETED, True),
        (ARCHIVING, HELD_AVAILABLE | {"archiveDate": zulu(NOON)}, True),
        (ARCHIVING, HELD_AVAILABLE | {"archiveDate": zulu(NOON + timedelta(seconds=1))}, False),
        (ARCHIVING, HELD_AVAILABLE | {"archiveDate": "soon"}, False),
        (ARCHIVING, HELD_AVAILABLE, False),
        (ARCHIVING, EXPORTED, False),
        (EXPORTING_ALONE, EXPORTED, True),
        (EXPORTING_ALONE, DELETED, True),
        (EXPORTING_ALONE, HELD_AVAILABLE | {"exportDate": zulu(NOON)}, False),
        (EXPORTING_ALONE, {"fileState": "ARCHIVED"}, False),
    ],
)
def test_a_recording_is_archived_or_exported_when_its_metadata_say_so(
    request_: RecordingJobRequest, row: dict[str, str], *, complete: bool
) -> None:
    found = verdict(after({"entities": [row]}, NONE), request_)
    assert (found.is_complete, found.deleted) == (complete, 0)
    assert "deleted counts" not in str(found.note)


def test_what_was_looked_at_after_archiving_is_told_in_its_words() -> None:
    found = verdict(after({"entities": [HELD_AVAILABLE]}, NONE), ARCHIVING)
    assert found.note == (
        "looked at 3 conversations: 1 recordings are not archived; "
        "4 recordings archived, none deleted"
    )


@pytest.mark.parametrize("request_", [ARCHIVING, EXPORTING_ALONE])
def test_without_a_moment_no_archive_date_has_come_and_unseen_is_undone(
    request_: RecordingJobRequest,
) -> None:
    timeless = PART._replace(at=None)
    dated = after({"entities": [HELD_AVAILABLE | {"archiveDate": zulu(NOON)}]}, NONE)
    assert not LIFECYCLE.verify(request_, timeless, DONE, dated).is_complete
    assert not verdict(after(JobLost("404"), NONE), request_).is_complete


@pytest.mark.parametrize("follows_export", [True, False])
def test_the_recordings_of_an_interval_are_counted(*, follows_export: bool) -> None:
    request = EXPORTING if follows_export else ALL
    genesys = metadata({"entities": [KEPT, DELETED, EXPORTED]}, JobLost("404"), NONE)
    # What cannot be looked at was not exported, and makes no room for anything.
    assert LIFECYCLE.present(request, AGED, genesys) == Present(1, 2, 2 if follows_export else 0)
    assert len(genesys.calls) == 3


MINUTES = timedelta(minutes=5)
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("at", "counts"),
    [
        (BEGUN - MINUTES - SECOND, False),
        (BEGUN - MINUTES, True),
        (NOON + MINUTES, True),
        (NOON + MINUTES + SECOND, False),
        (builders.days_ago(2_000), False),
    ],
)
def test_an_export_counts_between_the_batchs_first_intent_and_now_on_any_clock(
    at: datetime, *, counts: bool
) -> None:
    row = {"fileState": "AVAILABLE", "exportedDate": zulu(at)}
    assert LIFECYCLE.present(EXPORTING, PART, metadata({"entities": [row]})).unprepared == (
        0 if counts else 3
    )
    assert verdict(after({"entities": [row]}, NONE), EXPORTING_ALONE).is_complete is counts


@pytest.mark.parametrize("part", [PART._replace(since=None), PART._replace(now=None)])
def test_of_a_batch_whose_times_nobody_knows_no_export_counts(part: Part) -> None:
    assert LIFECYCLE.present(EXPORTING, part, metadata({"entities": [EXPORTED]})).unprepared == 3
