"""The verification of a finished recording job."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from genesys_purge.errors import NotAtGenesys, UnreadableAnswer
from genesys_purge.methods.contract import Part, Verdict
from genesys_purge.methods.recording_job.metadata import METADATA
from genesys_purge.methods.recording_job.protection import ASK
from genesys_purge.methods.recording_job.request import RecordingJobRequest
from genesys_purge.methods.recording_job.two_step import STATUS
from genesys_purge.methods.recording_job.verdict import FAILED, MOST_READ
from genesys_purge.model.certainty import CheckMode
from genesys_purge.model.check import Check
from genesys_purge.model.dates import zulu
from genesys_purge.model.finished_jobs import FinishedJobs, JobCounts

from tests import builders
from tests.clock import NOON
from tests.scripted_genesys import ScriptedGenesys
from tests.unit.methods.recording_job.recorded import (
    ALL,
    ARCHIVE,
    DELETED,
    EXPORT,
    EXPORTED,
    IDS,
    KEPT,
    LIFECYCLE,
    NONE,
    PART,
    SOME,
)

DONE = builders.batch(job_id="job-1")
AVAILABLE = {"fileState": "AVAILABLE"}
COUNTERS = {
    "totalFailedRecordings": 0,
    "totalSkippedRecordings": 0,
    "totalProcessedRecordings": 4,
}


def after(*metadata: Any, failures: Any = NONE, **counters: Any) -> ScriptedGenesys:
    """A finished job of three conversations, with the metadata of one after the other."""
    genesys = ScriptedGenesys()
    job = {"state": "FULFILLED"} | COUNTERS | counters
    genesys.on(STATUS, {name: value for name, value in job.items() if value is not None})
    genesys.on(METADATA, *metadata)
    genesys.on(FAILED, failures, NONE)
    genesys.on(ASK, NONE)
    return genesys


def two_left(**counters: Any) -> ScriptedGenesys:
    """A job that left two recordings, in two conversations."""
    return after({"entities": [KEPT]}, {"entities": [KEPT]}, NONE, **counters)


def verdict(
    genesys: ScriptedGenesys, request: RecordingJobRequest = ALL, part: Part = PART
) -> Verdict:
    look = LIFECYCLE.look(request, part, genesys)
    size = len(part.ids)
    check = Check(mode=CheckMode.EVERY, records=size, size=size)
    checked = check.after(range(size), look.undone, look.held)
    done = DONE.model_copy(update={"check": checked})
    return LIFECYCLE.verify(request, part, done, genesys)


def failed_in(*ids: str) -> dict[str, Any]:
    return {"entities": [{"conversation": {"id": each}} for each in ids]}


def test_job_is_verified_when_no_conversation_has_a_recording_left() -> None:
    genesys = after({"entities": [DELETED]}, NONE, {"entities": [DELETED, DELETED]})
    found = verdict(genesys)
    assert found[:3] == (3, True, 4)
    assert found.note == ("checked 3 conversations: 0 recordings are left")
    read = [call.path["conversation_id"] for call in genesys.calls if call.operation == METADATA]
    assert read == IDS[:3]


def test_batch_without_a_job_is_an_error() -> None:
    check = Check(mode=CheckMode.EVERY, records=3, size=3)
    with pytest.raises(ValueError, match="has a job"):
        LIFECYCLE.verify(ALL, PART, builders.batch(check=check), after(NONE))


def test_batch_without_a_check_is_an_error() -> None:
    with pytest.raises(ValueError, match="and a check"):
        LIFECYCLE.verify(ALL, PART, DONE, after(NONE))


def test_one_recording_that_is_left_prevents_verification() -> None:
    found = verdict(after({"entities": [DELETED]}, {"entities": [DELETED, KEPT]}, NONE))
    assert found[:3] == (2, False, 4)
    assert not found.is_final


@pytest.mark.parametrize("row", [None, {}, {"fileState": None}, {"fileState": "deleted?"}])
def test_recording_without_a_readable_state_counts_as_left(row: Any) -> None:
    assert not verdict(after({"entities": [row]}, NONE)).is_complete


@pytest.mark.parametrize("request_", [ALL, ARCHIVE, EXPORT])
def test_conversation_without_metadata_has_nothing_left(request_: RecordingJobRequest) -> None:
    found = verdict(after(NotAtGenesys("404"), NONE), request_)
    assert found[:2] == (3, True)


@pytest.mark.parametrize(
    ("kept", "processed", "complete"),
    [(6, 4, True), (5, 4, False), (6, 5, False), (None, 4, False), (6, None, False)],
)
def test_no_more_may_be_left_than_existed_and_was_not_processed(
    kept: int | None, processed: int | None, *, complete: bool
) -> None:
    genesys = two_left(totalSkippedRecordings=9, totalProcessedRecordings=processed)
    assert verdict(genesys, SOME, PART._replace(kept=kept)).is_complete is complete


def test_protected_recordings_are_not_counted_as_excluded() -> None:
    genesys = two_left()
    genesys.on(ASK, lambda body: {"entities": [{"id": body["conversationIds"][0]}]})
    found = verdict(genesys, SOME, PART._replace(kept=6))
    assert not found.is_complete
    assert "Genesys now protects 1 conversation" in str(found.note)


def test_recordings_without_any_counter_prevent_verification() -> None:
    found = verdict(two_left(totalRecordings=5), SOME, PART._replace(kept=6))
    assert not found.is_complete
    assert "the job does not account for 1" in str(found.note)


def test_total_that_is_no_count_prevents_a_verdict() -> None:
    with pytest.raises(UnreadableAnswer, match="totalRecordings"):
        verdict(two_left(totalRecordings=2**64 - 1), SOME, PART._replace(kept=6))


def test_skipped_recordings_prevent_verification_if_nothing_is_excluded() -> None:
    assert not verdict(after({"entities": [KEPT]}, NONE, totalSkippedRecordings=9)).is_complete


def test_failed_recordings_are_final_and_their_conversations_named() -> None:
    genesys = after(NONE, totalFailedRecordings=4)
    genesys.on(FAILED, *(failed_in(each, each) for each in IDS[:2]), NONE)
    found = verdict(genesys)
    assert (found.is_complete, found.is_final) == (False, True)
    assert f"4 failed, in {IDS[0]}, {IDS[1]}" in str(found.note)
    read = [call.path["page"] for call in genesys.calls if call.operation == FAILED]
    assert read == ["1", "2", "3"]


def test_list_of_failures_counts_if_the_counter_is_missing() -> None:
    counters = dict.fromkeys(COUNTERS)
    found = verdict(after(NONE, failures=failed_in(IDS[0]), **counters))
    assert (found.is_complete, found.deleted) == (False, None)


def test_note_names_at_most_ten_conversations_with_failures() -> None:
    genesys = after(NONE, failures=failed_in(*IDS[:12]), totalFailedRecordings=12)
    assert str(verdict(genesys).note).endswith(f"{IDS[9]} and more")


@pytest.mark.parametrize(
    ("request_", "row", "complete"),
    [
        (ARCHIVE, {"fileState": "ARCHIVED"}, True),
        (ARCHIVE, DELETED, True),
        (ARCHIVE, AVAILABLE | {"archiveDate": zulu(NOON)}, True),
        (ARCHIVE, AVAILABLE | {"archiveDate": zulu(NOON + timedelta(seconds=1))}, False),
        (ARCHIVE, AVAILABLE | {"archiveDate": "soon"}, False),
        (ARCHIVE, AVAILABLE, False),
        (ARCHIVE, EXPORTED, False),
        (EXPORT, EXPORTED, True),
        (EXPORT, DELETED, True),
        (EXPORT, AVAILABLE | {"exportDate": zulu(NOON)}, False),
        (EXPORT, {"fileState": "ARCHIVED"}, False),
    ],
)
def test_archive_or_export_is_verified_by_the_metadata(
    request_: RecordingJobRequest, row: dict[str, str], *, complete: bool
) -> None:
    found = verdict(after({"entities": [row]}, NONE), request_)
    assert (found.is_complete, found.deleted) == (complete, 0)
    assert "none deleted" in str(found.note)


def test_note_of_one_conversation_is_in_the_singular() -> None:
    part = PART._replace(ids=IDS[:1])
    assert verdict(after({"entities": [DELETED]}), part=part).note == (
        "checked 1 conversation: 0 recordings are left"
    )


def test_note_of_an_archive_names_its_action() -> None:
    assert verdict(after({"entities": [AVAILABLE]}, NONE), ARCHIVE).note == (
        "checked 3 conversations: 1 recording is not archived; 4 recordings archived, none deleted"
    )


@pytest.mark.parametrize("request_", [ARCHIVE, EXPORT])
def test_unknown_time_of_an_action_prevents_verification(request_: RecordingJobRequest) -> None:
    dated = after({"entities": [AVAILABLE | {"archiveDate": zulu(NOON)}]}, NONE)
    assert not verdict(dated, request_, PART._replace(at=None)).is_complete


def test_rows_of_failures_are_read_only_until_enough_are_named() -> None:
    failing = FinishedJobs(
        number=300, counts=JobCounts(failed=900), failing=tuple(f"job-{at}" for at in range(300))
    )
    genesys = ScriptedGenesys()
    genesys.on(STATUS, {"state": "FULFILLED"} | COUNTERS)
    genesys.on(FAILED, failed_in(*IDS[:3]), NONE)
    check = Check(mode=CheckMode.EVERY, records=3, size=3)
    batch = DONE.model_copy(update={"check": check, "finished": failing})
    found = LIFECYCLE.verify(ALL, PART, batch, genesys)
    assert "900 failed, in " in str(found.note)
    assert len([each for each in genesys.calls if each.operation == FAILED]) < 2 * MOST_READ
