"""A recording job, from the request to the audit, on the real state machine."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from unittest.mock import patch

import pytest

from simulator.live.recording_jobs.job import RecordingJobState
from simulator.live.recordings.recording import FileState, Recording
from tests.workflows.proof import facts, statuses
from tests.workflows.recording_slots import RecordingScene, recorded


@pytest.fixture(scope="module")
def recording() -> Iterator[RecordingScene]:
    with recorded() as scene:
        yield scene


def test_every_recording_is_deleted_by_gated_jobs_and_proven_gone(
    recording: RecordingScene,
) -> None:
    slot = recording.slot()

    run = slot.app.run(slot.request())

    assert run["outcome"] == "completed"
    assert statuses(run) == ["completed", "completed"]
    assert {each.file_state for each in slot.recordings()} == {FileState.DELETED}
    assert [job.state for job in slot.jobs()] == [RecordingJobState.FULFILLED] * 2
    assert run["totals"] == {
        "targeted": 10,
        "skipped": {},
        "deleted": len(slot.recordings()),
        "verified": 10,
    }
    assert facts(slot.app, run) == {
        "run_submitted": 1,
        "run_planned": 1,
        "batch_submitted": 2,
        "batch_confirmed": 2,
        "batch_completed": 2,
        "batch_verified": 2,
        "run_completed": 1,
    }


def test_conversations_and_recordings_are_told_apart_and_no_rate_is_made_of_both(
    recording: RecordingScene,
) -> None:
    slot = recording.slot()

    run = slot.app.run(slot.request())

    audit = slot.app.audit(run["runId"])
    told = {record["action"]: record.get("detail", "") for record in audit}
    assert run["plan"]["unit"] == "conversations"
    assert "targeted counts conversations" in told["run_planned"]
    assert "targeted counts conversations" in told["batch_confirmed"]
    assert "deleted counts recordings" in told["batch_verified"]
    assert not [record for record in audit if "successRate" in record]


def test_every_job_names_its_conversations_and_says_what_it_includes(
    recording: RecordingScene,
) -> None:
    slot = recording.slot()

    slot.app.run(slot.request(includeScreenRecordings=False))

    named = []
    for job in slot.jobs():
        search = job.query.conversation_query
        assert search is not None
        named.append([each.value for each in search.conversation_filters[0].predicates])
        flags = {name for name in job.query.model_fields_set if name.startswith("include")}
        assert len(flags) == 4
        assert job.query.include_screen_recordings is False
    assert sorted(named) == [slot.ids[:5], slot.ids[5:]]


def test_a_dry_run_has_the_plan_and_creates_no_job(recording: RecordingScene) -> None:
    slot = recording.slot()

    dry = slot.app.run(slot.request(dryRun=True))
    assert slot.jobs() == []
    real = slot.app.run(slot.request())

    assert dry["outcome"] == "dry_run"
    assert dry["plan"] == real["plan"]


def test_conversations_by_id_are_found_with_what_they_span(recording: RecordingScene) -> None:
    slot = recording.slot()

    run = slot.app.run(slot.request(conversationIds=[*slot.ids[:3], slot.ids[9].upper()]))

    gone = {each.conversation_id for each in slot.recordings(FileState.DELETED)}
    assert run["outcome"] == "completed"
    assert gone == {*slot.ids[:3], slot.ids[9]}


def test_an_unknown_id_is_skipped(recording: RecordingScene) -> None:
    slot = recording.slot()
    unknown = "00000000-0000-4000-8000-ffffffffffff"

    run = slot.app.run(slot.request(conversationIds=[slot.ids[0], unknown]))

    assert run["totals"]["targeted"] == 1
    assert run["totals"]["skipped"] == {"not_found": 1}


def test_what_genesys_protects_is_skipped_before_any_job(recording: RecordingScene) -> None:
    slot = recording.slot()
    slot.app.simulator.corpus.place_hold(slot.ids[:2])

    run = slot.app.run(slot.request())

    kept = slot.recordings(FileState.AVAILABLE, FileState.ARCHIVED)
    assert run["outcome"] == "completed"
    assert run["plan"]["skipped"] == {"protected": 2}
    assert {each.conversation_id for each in kept} == set(slot.ids[:2])
    assert facts(slot.app, run)["batch_protected"] == 0


def test_what_the_request_leaves_out_stays_and_the_run_is_completed(
    recording: RecordingScene,
) -> None:
    slot = recording.slot()

    run = slot.app.run(slot.request(includePolicyBasedRecordings=False))

    kept = slot.recordings(FileState.AVAILABLE, FileState.ARCHIVED)
    assert run["outcome"] == "completed"
    assert {each.policy_based for each in kept} == {True}
    assert run["totals"]["deleted"] == len(slot.recordings(FileState.DELETED))


def test_verification_waits_for_as_long_as_the_request_says(recording: RecordingScene) -> None:
    slot = recording.slot()
    began = slot.app.clock()

    run = slot.app.run(slot.request(verifyAfterHours=48))

    looked = [record for record in slot.app.audit(run["runId"]) if "verified" in record["action"]]
    assert run["outcome"] == "completed"
    assert len(looked) == 2
    assert (slot.app.clock() - began).total_seconds() >= 48 * 3_600


def test_recordings_are_exported_and_proven_so_before_they_are_deleted(
    recording: RecordingScene,
) -> None:
    slot = recording.slot()

    run = slot.app.run(slot.request(exportIntegrationId="bucket-1"))

    actions = [job.query.action for job in slot.jobs()]
    assert sorted(actions) == ["DELETE", "DELETE", "EXPORT", "EXPORT"]
    for ids in (slot.ids[:5], slot.ids[5:]):
        mine = {each.recording_id for each in slot.recordings() if each.conversation_id in ids}
        export, deletion = [job for job in slot.jobs() if mine & set(job.target_ids)]
        assert (export.query.action, deletion.query.action) == ("EXPORT", "DELETE")
        assert set(export.processed_ids) == set(deletion.processed_ids) == mine
    assert {each.file_state for each in slot.recordings()} == {FileState.DELETED}
    assert all(each.export_date for each in slot.recordings())
    assert run["outcome"] == "completed"
    assert run["totals"]["deleted"] == len(slot.recordings())
    assert facts(slot.app, run)["batch_confirmed"] == 4


def test_recordings_are_archived_alone_and_none_is_deleted(recording: RecordingScene) -> None:
    slot = recording.slot()

    run = slot.app.run(slot.request(action="archive"))

    assert (run["outcome"], run["totals"]["deleted"], run["totals"]["verified"]) == (
        "completed",
        0,
        10,
    )
    assert {each.file_state for each in slot.recordings()} == {FileState.ARCHIVED}
    assert [job.query.action for job in slot.jobs()] == ["ARCHIVE"] * 2
    done = sum(len(job.processed_ids) for job in slot.jobs())
    audit = slot.app.audit(run["runId"])
    told = {record["action"]: record for record in audit}
    assert done == len(slot.recordings())
    assert "recordings are archived, none is deleted" in told["run_planned"]["detail"]
    completed = [each for each in audit if each["action"] == "batch_completed"]
    assert sum(each["archived"] for each in completed) == done
    assert {each["deleted"] for each in completed} == {0}
    assert told["run_completed"]["complianceTags"] == ["archive"]


def test_what_was_never_exported_is_not_deleted(recording: RecordingScene) -> None:
    slot = recording.slot()

    with patch.object(Recording, "dates", return_value={}):
        run = slot.app.run(slot.request(exportIntegrationId="bucket-1"))

    states = Counter((job.query.action, job.state) for job in slot.jobs())
    assert states == {
        ("EXPORT", RecordingJobState.FULFILLED): 2,
        ("DELETE", RecordingJobState.CANCELLED): 2,
    }
    assert statuses(run) == ["gave_up"] * 2
    assert slot.recordings(FileState.DELETED) == []
