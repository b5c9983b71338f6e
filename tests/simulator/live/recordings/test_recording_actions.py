"""The effects of recording jobs on recordings."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from simulator import FileState, Media
from tests.simulator.caller import NOW, Caller
from tests.simulator.live.calls import (
    JOBS,
    ONE,
    OTHER,
    conversation,
    execute_job,
    finished_job,
    found_ids,
    many,
    metadata,
    read_job,
    ready_job,
    recordings,
    start_live,
    states,
)

EVERYTHING = {"includeRecordingsWithSensitiveData": True}
EXPORT = {"action": "EXPORT", "integrationId": "bucket"}
TOMORROW = NOW + timedelta(days=1)


def failed(caller: Caller, job_id: str, **params: Any) -> Any:
    path = f"{JOBS}/{job_id}/failedrecordings"
    return caller.http.get(path, params=params).raise_for_status().json()


def test_recordings_are_deleted_one_after_the_other() -> None:
    caller = start_live(many(5))
    job_id = ready_job(caller, **EVERYTHING)
    execute_job(caller, job_id)
    assert recordings(caller, file_state=FileState.DELETED) == []
    caller.clock.advance(3)
    deleted = recordings(caller, file_state=FileState.DELETED)
    assert len(deleted) == 3
    assert {each.delete_date for each in deleted} == {NOW}
    caller.clock.advance(1000)
    assert recordings(caller, file_state=FileState.DELETED) == caller.simulator.recordings


def test_job_deletes_only_its_recordings() -> None:
    caller = start_live([conversation(), conversation(OTHER, start=NOW)])
    finished_job(caller, **EVERYTHING)
    assert states(caller, ONE) == {"DELETED"}
    assert "DELETED" not in states(caller, OTHER)


def test_conversation_row_exists_without_its_recordings() -> None:
    caller = start_live([conversation()])
    finished_job(caller, **EVERYTHING)
    assert found_ids(caller) == [ONE]


def test_protected_recordings_fail_and_are_kept() -> None:
    caller = start_live([conversation(legal_hold=True), conversation(OTHER)])
    job_id = finished_job(caller, **EVERYTHING)
    held = recordings(caller, conversation_id=ONE)
    job = read_job(caller, job_id)
    assert job["state"] == "FULFILLED"
    assert job["totalFailedRecordings"] == len(held)
    assert job["totalProcessedRecordings"] == job["totalRecordings"] - len(held)
    assert "DELETED" not in states(caller, ONE)
    assert {each.delete_date for each in held} == {None}
    conversation_uri = f"/api/v2/conversations/{ONE}"
    assert failed(caller, job_id)["entities"] == [
        {
            "conversation": {"id": ONE, "selfUri": conversation_uri},
            "recording": {
                "id": each.recording_id,
                "selfUri": f"{conversation_uri}/recordings/{each.recording_id}",
            },
        }
        for each in held
    ]


def test_failed_recordings_are_paged() -> None:
    caller = start_live(many(30, legal_hold=True))
    job_id = finished_job(caller, **EVERYTHING)
    first = failed(caller, job_id)
    assert len(first["entities"]) == 25
    assert first["total"] == len(caller.simulator.recordings)
    rest = caller.http.get(first["nextUri"]).json()["entities"]
    seen = {each["recording"]["id"] for each in first["entities"] + rest}
    assert len(seen) == len(first["entities"]) + len(rest)
    path = f"{JOBS}/{job_id}/failedrecordings"
    assert caller.http.get(path, params={"pageSize": 101}).status_code == 400


def test_hold_during_the_execution_still_protects() -> None:
    caller = start_live(many(5))
    job_id = ready_job(caller, **EVERYTHING)
    execute_job(caller, job_id)
    caller.clock.advance(1)
    last = caller.simulator.corpus.ids()[-1]
    caller.simulator.corpus.place_hold([last])
    caller.clock.advance(1000)
    assert "DELETED" not in states(caller, last)
    assert read_job(caller, job_id)["totalFailedRecordings"] == len(metadata(caller, last))


def test_hold_after_the_deletion_restores_nothing() -> None:
    caller = start_live([conversation()])
    finished_job(caller, **EVERYTHING)
    caller.simulator.corpus.place_hold([ONE])
    assert states(caller) == {"DELETED"}


def test_future_delete_date_deletes_at_that_time() -> None:
    caller = start_live([conversation()])
    job_id = finished_job(caller, actionDate=TOMORROW.isoformat(), **EVERYTHING)
    assert read_job(caller, job_id)["state"] == "FULFILLED"
    assert "DELETED" not in states(caller)
    assert {each["deleteDate"] for each in metadata(caller)} == {"2026-03-02T12:00:00.000Z"}
    caller.clock.now = TOMORROW
    caller.log_in()
    assert states(caller) == {"DELETED"}


def test_hold_suspends_a_delete_date_until_its_release() -> None:
    caller = start_live([conversation()])
    finished_job(caller, actionDate=TOMORROW.isoformat(), **EVERYTHING)
    caller.simulator.corpus.place_hold([ONE])
    caller.clock.now = TOMORROW + timedelta(days=9)
    caller.log_in()
    assert "DELETED" not in states(caller)
    caller.simulator.corpus.release_hold([ONE])
    assert states(caller) == {"DELETED"}


def test_later_job_changes_the_delete_date() -> None:
    caller = start_live([conversation()])
    finished_job(caller, actionDate=TOMORROW.isoformat(), **EVERYTHING)
    finished_job(caller, actionDate=(TOMORROW + timedelta(days=1)).isoformat(), **EVERYTHING)
    caller.clock.now = TOMORROW + timedelta(hours=1)
    caller.log_in()
    assert "DELETED" not in states(caller)


def test_action_age_counts_from_the_creation_of_each_recording() -> None:
    days = (NOW - conversation().start).days + 2
    caller = start_live([conversation()])
    finished_job(caller, actionDate=None, actionAge=days, **EVERYTHING)
    created = recordings(caller)[0].created_at
    assert {each.delete_date for each in recordings(caller)} == {created + timedelta(days=days)}


@pytest.mark.parametrize(
    ("change", "date"),
    [
        ({"screenRecordingActionDate": TOMORROW.isoformat()}, TOMORROW),
        ({"screenRecordingActionAge": 9000}, None),
    ],
)
def test_screen_recordings_can_have_their_own_date(change: dict[str, Any], date: object) -> None:
    caller = start_live(many(50))
    finished_job(caller, **change, **EVERYTHING)
    for each in caller.simulator.recordings:
        expected = date or each.created_at + timedelta(days=9000)
        assert each.delete_date == (expected if each.media is Media.SCREEN else NOW)


def test_deleted_recordings_are_skipped() -> None:
    caller = start_live(many(3))
    total = len(caller.simulator.recordings)
    finished_job(caller, **EVERYTHING)
    job = read_job(caller, ready_job(caller, **EVERYTHING))
    assert (job["totalRecordings"], job["totalSkippedRecordings"]) == (0, total)


def test_archive_job_archives() -> None:
    caller = start_live(many(5))
    finished_job(caller, action="ARCHIVE", **EVERYTHING)
    assert {each.file_state for each in caller.simulator.recordings} == {FileState.ARCHIVED}
    assert {each.archive_date for each in caller.simulator.recordings} == {NOW}


def test_export_job_exports_on_its_date() -> None:
    caller = start_live([conversation()])
    finished_job(caller, **EXPORT, **EVERYTHING, actionDate=TOMORROW.isoformat())
    assert {each.get("exportedDate") for each in metadata(caller)} == {None}
    caller.clock.now = TOMORROW
    caller.log_in()
    assert {each["exportedDate"] for each in metadata(caller)} == {"2026-03-02T12:00:00.000Z"}


def test_recording_deleted_meanwhile_cannot_be_archived() -> None:
    caller = start_live([conversation()])
    archiving = ready_job(caller, action="ARCHIVE", **EVERYTHING)
    finished_job(caller, **EVERYTHING)
    execute_job(caller, archiving)
    caller.clock.advance(1000)
    job = read_job(caller, archiving)
    assert job["totalFailedRecordings"] == job["totalRecordings"] > 0


def test_deletion_advances_or_clears_a_pending_export() -> None:
    for change, expected in (({}, {NOW}), ({"clearExport": True}, {None})):
        caller = start_live([conversation()])
        finished_job(caller, **EXPORT, **EVERYTHING, actionDate=TOMORROW.isoformat())
        finished_job(caller, **EVERYTHING, **change)
        assert {each.export_date for each in recordings(caller)} == expected


def test_finished_export_is_kept() -> None:
    caller = start_live([conversation()])
    finished_job(caller, **EXPORT, **EVERYTHING)
    finished_job(caller, clearExport=True, **EVERYTHING)
    assert {each["exportedDate"] for each in metadata(caller)} == {"2026-03-01T12:00:00.000Z"}
