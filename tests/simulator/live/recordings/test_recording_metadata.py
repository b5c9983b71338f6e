"""The metadata of recordings, and recordings over a retention threshold."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from tests.simulator.caller import NOW, Caller
from tests.simulator.live.calls import (
    OTHER,
    RETENTION_QUERY,
    STARTED,
    conversation,
    finished_job,
    many,
    metadata,
    recordings,
    start_live,
    states,
)

EVERYTHING = {"includeRecordingsWithSensitiveData": True}


def kept(caller: Caller, **params: Any) -> dict[str, Any]:
    answer = caller.http.get(RETENTION_QUERY, params={"retentionThresholdDays": 1, **params})
    found: dict[str, Any] = answer.raise_for_status().json()
    return found


def test_metadata_has_media_state_and_region() -> None:
    caller = start_live([conversation()], region="eu-west-1")
    [row, *_] = metadata(caller)
    [one, *_] = recordings(caller)
    uri = f"/api/v2/conversations/{one.conversation_id}/recordings/{one.recording_id}"
    row.pop("archiveDate", None)
    assert row == {
        "id": one.recording_id,
        "conversationId": one.conversation_id,
        "media": "audio",
        "mediaSubtype": "Trunk",
        "fileState": one.file_state,
        "region": "eu-west-1",
        "selfUri": uri,
    }


def test_metadata_lists_the_recordings_of_the_conversation() -> None:
    caller = start_live(many(20))
    for each in caller.simulator.corpus.ids():
        expected = {found.recording_id for found in recordings(caller, conversation_id=each)}
        assert {row["id"] for row in metadata(caller, each)} == expected


def test_unknown_conversation_is_404() -> None:
    answer = start_live().http.get(f"/api/v2/conversations/{OTHER}/recordingmetadata")
    assert (answer.status_code, answer.json()["code"]) == (404, "not.found")


def test_deleted_recording_reads_as_before_during_the_lag() -> None:
    caller = start_live([conversation()], simulator={"verification_lag_seconds": 2000})
    finished_job(caller, **EVERYTHING)
    assert "DELETED" not in states(caller)
    caller.clock.advance(2000)
    assert states(caller) == {"DELETED"}


def test_metadata_can_omit_deleted_recordings() -> None:
    caller = start_live([conversation()], forgets_deleted_recordings=True)
    assert metadata(caller)
    finished_job(caller, **EVERYTHING)
    assert metadata(caller) == []


def test_recordings_over_the_threshold_are_listed_oldest_first() -> None:
    ages = [500, 100, 99, 30]
    made = [
        conversation(f"{age:08}-0000-4000-8000-000000000000", start=NOW - timedelta(days=age))
        for age in ages
    ]
    caller = start_live(made)
    found = [each["conversationId"] for each in kept(caller, retentionThresholdDays=99)["entities"]]
    assert list(dict.fromkeys(found)) == [each.conversation_id for each in made[:2]]


def test_row_has_dates_and_a_deleted_recording_has_no_row() -> None:
    caller = start_live([conversation()])
    tomorrow = (NOW + timedelta(days=1)).isoformat()
    finished_job(caller, actionDate=tomorrow, **EVERYTHING)
    [one, *_] = recordings(caller)
    [row, *_] = kept(caller)["entities"]
    row.pop("archiveDate", None)
    assert row == {
        "conversationId": one.conversation_id,
        "recordingId": one.recording_id,
        "creationTime": "2025-01-10T08:05:00.000Z",
        "deleteDate": "2026-03-02T12:00:00.000Z",
    }
    finished_job(caller, **EVERYTHING)
    assert kept(caller) == {"entities": []}


def test_cursor_pages_through_all_recordings() -> None:
    caller = start_live(many(40))
    first = kept(caller)
    assert len(first["entities"]) == 25
    seen, answer = list(first["entities"]), first
    while "nextUri" in answer:
        answer = caller.http.get(answer["nextUri"]).raise_for_status().json()
        seen += answer["entities"]
    assert [each["recordingId"] for each in seen] == [
        each["recordingId"] for each in kept(caller, pageSize=500)["entities"]
    ]
    assert len(seen) == len(caller.simulator.recordings)


def test_pages_stay_in_place_when_recordings_are_deleted() -> None:
    caller = start_live(many(40))
    first = kept(caller)
    rest = [each["recordingId"] for each in kept(caller, pageSize=500)["entities"][25:]]
    early = {"interval": f"{STARTED.isoformat()}/{(STARTED + timedelta(minutes=9)).isoformat()}"}
    finished_job(caller, conversationQuery=early, **EVERYTHING)
    answer = caller.http.get(first["nextUri"]).raise_for_status().json()
    assert [each["recordingId"] for each in answer["entities"]] == rest[:25]


def test_recordings_of_one_moment_are_paged_by_id() -> None:
    caller = start_live([replace(each, start=STARTED, end=STARTED) for each in many(9)])
    seen, answer = [], kept(caller, pageSize=2)
    seen += answer["entities"]
    while "nextUri" in answer:
        answer = caller.http.get(answer["nextUri"]).raise_for_status().json()
        seen += answer["entities"]
    ids = [each["recordingId"] for each in seen]
    assert ids == sorted(each.recording_id for each in caller.simulator.recordings)


def test_wrong_parameters_are_400() -> None:
    caller = start_live()
    cases: list[dict[str, str]] = [
        {},
        {"retentionThresholdDays": "x"},
        {"retentionThresholdDays": "0"},
        {"retentionThresholdDays": "999999"},
        {"retentionThresholdDays": "1", "pageSize": "501"},
        {"retentionThresholdDays": "1", "cursor": "x"},
        {"retentionThresholdDays": "1", "cursor": "9" * 30},
    ]
    for params in cases:
        assert caller.http.get(RETENTION_QUERY, params=params).status_code == 400, params
