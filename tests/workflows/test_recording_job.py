"""A recording job from the request to the audit, on the real state machine."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from unittest.mock import patch

import pytest
from genesys_purge.model.drawing import seed_of

from simulator.live.recording_jobs.job import RecordingJobState
from simulator.live.recordings.recording import FileState, Recording
from tests.plan_fakes import without_key
from tests.workflows.recorded_calls import RecordedCalls, recorded_calls
from tests.workflows.run_checks import action_counts, counts_in, outcome_counts, statuses

KEPT = (FileState.AVAILABLE, FileState.ARCHIVED)


@pytest.fixture(scope="module")
def recorded() -> Iterator[RecordedCalls]:
    with recorded_calls(groups=12, JOB_TIME_LIMIT_SECONDS="900") as calls:
        yield calls


def test_run_deletes_every_recording_and_verifies_it(recorded: RecordedCalls) -> None:
    group = recorded.group()

    run = group.app.run(group.request())

    assert run["outcome"] == "completed"
    assert statuses(run) == ["completed", "completed"]
    assert {each.file_state for each in group.recordings()} == {FileState.DELETED}
    assert [job.state for job in group.jobs()] == [RecordingJobState.FULFILLED] * 2
    assert counts_in(run) == {
        "targeted": 10,
        "skipped": {},
        "deleted": len(group.recordings()),
        "verified": 10,
    }
    assert action_counts(group.app, run) == {
        "run_submitted": 1,
        "run_planned": 1,
        "batch_submitted": 2,
        "batch_confirmed": 2,
        "batch_completed": 2,
        "batch_verified": 2,
        "run_completed": 1,
    }


def test_audit_names_the_unit_of_each_count_and_no_success_rate(recorded: RecordedCalls) -> None:
    group = recorded.group()

    run = group.app.run(group.request())

    audit = group.app.appended(run["runId"])
    details = {record["action"]: record.get("detail", "") for record in audit}
    about = [each for each in audit if each["action"] != "run_submitted"]
    shown = [run["plan"], run["totals"], *run["batches"], *about]
    units = {(each["unit"], each["deletedUnit"]) for each in shown}
    assert units == {("conversations", "recordings")}
    assert "0 recordings are left" in details["batch_verified"]
    assert not [record for record in audit if "successRate" in record]


def test_each_job_names_its_conversations_and_includes(recorded: RecordedCalls) -> None:
    group = recorded.group()

    group.app.run(group.request(includeScreenRecordings=False))

    names = []
    for job in group.jobs():
        search = job.query.conversation_query
        assert search is not None
        names.append([each.value for each in search.conversation_filters[0].predicates])
        includes = {name for name in job.query.model_fields_set if name.startswith("include")}
        assert len(includes) == 4
        assert job.query.include_screen_recordings is False
    assert sorted(names) == [group.ids[:5], group.ids[5:]]


def test_dry_run_makes_the_plan_of_the_run_and_no_job(recorded: RecordedCalls) -> None:
    group = recorded.group()

    dry = group.app.run(group.request(dryRun=True))
    assert group.jobs() == []
    real = group.app.run(group.request())

    assert dry["outcome"] == "dry_run"
    assert without_key(dry["plan"]) == without_key(real["plan"])


def test_run_by_ids_deletes_only_these_and_skips_unknown_ones(recorded: RecordedCalls) -> None:
    group = recorded.group()
    ids = [*group.ids[:3], group.ids[9].upper(), "00000000-0000-4000-8000-ffffffffffff"]

    run = group.app.run(group.request(conversationIds=ids))

    assert run["outcome"] == "completed"
    assert group.ids_with(FileState.DELETED) == {*group.ids[:3], group.ids[9]}
    assert run["totals"]["targeted"] == 4
    assert run["totals"]["skipped"] == {"not_found": 1}
    outcomes = {each["conversationId"]: each["outcome"] for each in group.app.records(run["runId"])}
    assert outcomes.pop(ids[4]) == "skipped"
    assert outcomes == dict.fromkeys([*group.ids[:3], group.ids[9]], "deleted")
    for conversation_id in ids[3:]:
        found = group.app.runs(conversationId=conversation_id, method="recording_job")
        assert run["runId"] in [each["runId"] for each in found]


def test_protected_conversations_are_skipped_before_any_job(recorded: RecordedCalls) -> None:
    group = recorded.group()
    group.app.simulator.corpus.place_hold(group.ids[:2])

    run = group.app.run(group.request())

    assert run["outcome"] == "completed"
    assert run["plan"]["skipped"] == {"protected": 2}
    assert group.ids_with(*KEPT) == set(group.ids[:2])
    assert action_counts(group.app, run)["batch_protected"] == 0


def test_run_is_completed_if_only_excluded_recordings_are_left(recorded: RecordedCalls) -> None:
    group = recorded.group()

    run = group.app.run(group.request(includePolicyBasedRecordings=False))

    assert run["outcome"] == "completed"
    assert {each.policy_based for each in group.recordings(*KEPT)} == {True}
    assert run["totals"]["deleted"] == len(group.recordings(FileState.DELETED))


def test_verification_waits_for_the_hours_of_the_request(recorded: RecordedCalls) -> None:
    group = recorded.group()
    began = group.app.clock()

    run = group.app.run(group.request(verifyAfterHours=48))

    assert run["outcome"] == "completed"
    assert action_counts(group.app, run)["batch_verified"] == 2
    assert (group.app.clock() - began).total_seconds() >= 48 * 3_600


def test_batches_are_verified_by_a_sample_of_the_request(recorded: RecordedCalls) -> None:
    group = recorded.group()
    wanted = {"mode": "sample", "confidence": 0.6, "tolerance": 0.1}

    run = group.app.run(group.request(conversationIds=group.ids, verification=wanted))

    audit = group.app.audit(run["runId"])
    checks = {each["batch"]: each["check"] for each in audit if "check" in each}
    assert run["outcome"] == "completed"
    assert counts_in(run)["verified"] == 6
    assert (run["totals"]["targeted"], run["totals"]["sampled"]) == (10, 10)
    sampled = {"records": 5, "size": 3, "lookedAt": 3, "survivors": 0}
    assert checks == {
        number: wanted | sampled | {"seed": seed_of(run["plan"]["hash"], number)}
        for number in (0, 1)
    }
    assert {each["batch"]: each["check"] for each in run["batches"]} == checks
    assert outcome_counts(group.app.records(run["runId"])) == {"deleted": 6, "not_sampled": 4}


def test_recordings_are_exported_before_they_are_deleted(recorded: RecordedCalls) -> None:
    group = recorded.group()

    run = group.app.run(group.request(conversationIds=group.ids, exportIntegrationId="bucket-1"))

    for ids in (group.ids[:5], group.ids[5:]):
        mine = {each.recording_id for each in group.recordings() if each.conversation_id in ids}
        export, deletion = [job for job in group.jobs() if mine & set(job.target_ids)]
        assert (export.query.action, deletion.query.action) == ("EXPORT", "DELETE")
        assert set(export.processed_ids) == set(deletion.processed_ids) == mine
    assert {each.file_state for each in group.recordings()} == {FileState.DELETED}
    assert all(each.export_date for each in group.recordings())
    assert run["outcome"] == "completed"
    assert run["totals"]["deleted"] == len(group.recordings())
    assert action_counts(group.app, run)["batch_confirmed"] == 4


def test_archiving_deletes_nothing_and_counts_the_archived(recorded: RecordedCalls) -> None:
    group = recorded.group()

    run = group.app.run(group.request(action="archive"))

    audit = group.app.audit(run["runId"])
    records = {record["action"]: record for record in audit}
    completed = [each for each in audit if each["action"] == "batch_completed"]
    assert run["outcome"] == "completed"
    assert (run["totals"]["deleted"], run["totals"]["verified"]) == (0, 10)
    assert {each.file_state for each in group.recordings()} == {FileState.ARCHIVED}
    assert [job.query.action for job in group.jobs()] == ["ARCHIVE"] * 2
    assert "recordings are archived, none is deleted" in records["run_planned"]["detail"]
    assert sum(each["archived"] for each in completed) == len(group.recordings())
    assert {each["deleted"] for each in completed} == {0}
    assert records["run_completed"]["complianceTags"] == ["internal", "archive"]
    assert outcome_counts(group.app.records(run["runId"])) == {"archived": 10}


def test_recordings_that_are_not_exported_are_not_deleted(recorded: RecordedCalls) -> None:
    group = recorded.group()

    with patch.object(Recording, "dates", return_value={}):
        run = group.app.run(group.request(exportIntegrationId="bucket-1"))

    states = Counter((job.query.action, job.state) for job in group.jobs())
    assert states == {
        ("EXPORT", RecordingJobState.FULFILLED): 2,
        ("DELETE", RecordingJobState.CANCELLED): 2,
    }
    assert statuses(run) == ["gave_up"] * 2
    assert group.recordings(FileState.DELETED) == []
    assert outcome_counts(group.app.records(run["runId"])) == {"failed": 10}
