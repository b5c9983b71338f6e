"""Runs of recording jobs: planning, polling, verifying and reading."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
from genesys_purge.errors import PermissionMissing
from genesys_purge.methods import data_retention
from genesys_purge.methods.contract import Noted
from genesys_purge.methods.recording_job.conversations import QUERY
from genesys_purge.methods.recording_job.metadata import METADATA
from genesys_purge.methods.recording_job.method import RecordingJob
from genesys_purge.methods.recording_job.protection import ASK
from genesys_purge.methods.recording_job.two_step import STATUS
from genesys_purge.methods.recording_job.verdict import FAILED
from genesys_purge.model.batch import BatchState
from genesys_purge.model.messages import BatchStep, Next, RunRef
from genesys_purge.model.slices import Slice
from genesys_purge.purging.waiting import VERIFY_WAITS

from tests import builders
from tests.clock import NOON
from tests.unit.purging.recording_batch import CALL, IDS, entries
from tests.unit.workbench import Workbench

NONE: dict[str, Any] = {"entities": []}
HOUR = 3_600


def plan(bench: Workbench, calls: int = 1, **request: Any) -> Any:
    """The plan of a request for so many conversations."""
    rows = [CALL | {"conversationId": each} for each in builders.uuids(calls)]
    bench.genesys.on(QUERY, {"conversations": rows}, {"conversations": []})
    bench.genesys.on(ASK, NONE)
    bench.stored(builders.recording_job(**request))
    return bench.plan_purge(RunRef(run_id="run-1"))


@pytest.mark.parametrize(
    ("allowed", "hours", "concurrency"), [(5, 0, 4), (1, 0, 2), (5, 48, 1_000), (1, 48, 1_000)]
)
def test_batches_in_parallel_need_slots_unless_they_verify_later(
    allowed: int, hours: int, concurrency: int
) -> None:
    bench = Workbench(concurrent_jobs=allowed)
    assert plan(bench, verifyAfterHours=hours).concurrency == concurrency


def test_plan_counts_conversations(bench: Workbench) -> None:
    plan(bench)
    shown = bench.read_purge("GET /purges/{runId}", {"runId": "run-1"}, {})
    units = {"unit": "conversations", "deletedUnit": "recordings", "targeted": 1}
    counted = (shown["plan"], shown["totals"], *shown["batches"], bench.last_fact)
    assert [{name: each[name] for name in units} for each in counted] == [units] * 4


@pytest.mark.parametrize(
    ("answer", "detail"),
    [
        ({}, "the organisation has set no data retention"),
        ({"retentionDays": 730}, "the organisation keeps no interaction for more than 730 days"),
        (
            PermissionMissing("403", permission="analytics:dataRetention:view"),
            "could not be read (the OAuth client needs analytics:dataRetention:view)",
        ),
    ],
)
def test_plan_reports_the_data_retention_of_the_organisation(
    bench: Workbench, answer: Any, detail: str
) -> None:
    bench.genesys.on(data_retention.READ, answer)
    assert plan(bench).batches == 1
    assert bench.last_fact["detail"].endswith(detail)


def test_notes_of_a_plan_are_audited_and_measured(bench: Workbench) -> None:
    notes = [Noted("first", "ProtectedConversations", 900), Noted("second")]
    with patch.object(RecordingJob, "plan", lambda *_: iter(notes)):
        plan(bench)
    assert bench.last_fact["detail"] == "first; second"
    assert bench.meter.counts["ProtectedConversations"] == 900


def test_notes_of_a_plan_have_at_most_1000_characters(bench: Workbench) -> None:
    note = Noted("x" * 600)
    with patch.object(RecordingJob, "plan", lambda *_: iter([note, note])):
        plan(bench)
    assert len(bench.last_fact["detail"]) == 1_000
    assert not bench.meter.counts


@pytest.mark.parametrize(("configured", "batches"), [(2, 3), (1_000, 1)])
def test_configured_batch_size_applies(configured: int, batches: int) -> None:
    named = {"conversationIds": builders.uuids(5), "dateRange": builders.date_range()}
    assert plan(Workbench(batch_size=configured), calls=5, **named).batches == batches


def test_batch_by_name_has_at_most_100_conversations() -> None:
    summary = plan(Workbench(batch_size=1_000), calls=101, includeScreenRecordings=False)
    assert summary.batches == 2


def test_ready_job_goes_back_to_be_confirmed(bench: Workbench) -> None:
    step = finished(bench, state=BatchState.SUBMITTED, ended_at=None)
    bench.genesys.on(STATUS, {"state": "READY"})
    after = bench.poll_batch(step)
    assert (after.next, after.wait_seconds) == (Next.SUBMIT, 0)
    assert bench.batch.state is BatchState.READY


def finished(bench: Workbench, *, hours: int = 0, **changes: Any) -> BatchStep:
    """The step of a batch of three conversations whose job has ended."""
    fields: dict[str, Any] = {
        "planned": 3,
        "state": BatchState.COMPLETED,
        "job_id": "job-1",
        "deleted": 4,
        "ended_at": NOON,
    }
    batch = builders.batch(**fields | changes)
    request = builders.recording_job(verifyAfterHours=hours)
    step = bench.planned(batch, request=request, entries=entries(3))
    return step.model_copy(update={"next": Next.VERIFY})


def fulfilled(bench: Workbench, *metadata: Any, failed: int = 0) -> None:
    """Let Genesys report the job as fulfilled, with this metadata of its conversations."""
    totals = {"totalFailedRecordings": failed, "totalProcessedRecordings": 4}
    bench.genesys.on(STATUS, {"state": "FULFILLED", "totalSkippedRecordings": 0} | totals)
    bench.genesys.on(METADATA, *(metadata or [NONE]))
    bench.genesys.on(FAILED, {"entities": [{"conversation": {"id": IDS[0]}}]}, NONE)


def test_second_job_covers_nothing_before_its_confirmation(bench: Workbench) -> None:
    whole = Slice(start=0, stop=3)
    job: dict[str, Any] = {"covered": 4, "kept": 4, "pending": (whole, whole)}
    step = finished(bench, state=BatchState.SUBMITTED, ended_at=None, **job)
    fulfilled(bench)
    assert bench.poll_batch(step).next is Next.SUBMIT
    batch = bench.batch
    assert (batch.state, batch.covered, batch.kept) == (BatchState.PLANNED, None, None)


def test_verified_batch_reports_the_check_and_no_success_rate(bench: Workbench) -> None:
    step = finished(bench)
    fulfilled(bench)
    assert bench.verify_batch(step).next is Next.DONE
    assert (bench.batch.verified, bench.batch.is_verified, bench.batch.deleted) == (3, True, 4)
    assert bench.last_fact["action"] == "batch_verified"
    assert bench.last_fact["detail"].startswith("checked 3 conversations: 0 recordings are left")
    assert "successRate" not in bench.last_fact


def test_batch_with_a_recording_left_is_verified_again(bench: Workbench) -> None:
    step = finished(bench)
    fulfilled(bench, {"entities": [{"fileState": "AVAILABLE"}]}, NONE, NONE, NONE)
    after = bench.verify_batch(step)
    assert (after.next, after.wait_seconds) == (Next.VERIFY, VERIFY_WAITS[0])
    assert bench.verify_batch(after).next is Next.DONE
    assert bench.batch.is_verified


def test_batch_with_failed_recordings_is_unverified_at_once(bench: Workbench) -> None:
    step = finished(bench)
    fulfilled(bench, failed=1)
    assert bench.verify_batch(step).next is Next.DONE
    assert (bench.batch.state, bench.batch.is_verified) == (BatchState.COMPLETED, False)
    assert bench.last_fact["action"] == "batch_unverified"
    assert f"1 failed, in {IDS[0]}" in bench.last_fact["detail"]


def test_verification_waits_for_the_hours_of_the_request(bench: Workbench) -> None:
    step = finished(bench, hours=2)
    bench.clock.wait(HOUR)
    after = bench.verify_batch(step)
    assert (after.next, after.wait_seconds) == (Next.VERIFY, 2 * HOUR)
    assert bench.verify_batch(step.model_copy(update={"waited_seconds": 2 * HOUR - 1})) == after
    assert bench.genesys.calls == []


def test_run_reads_as_pending_until_it_is_verified(bench: Workbench) -> None:
    finished(bench, hours=2)
    shown = bench.read_purge("GET /purges/{runId}", {"runId": "run-1"}, {})
    assert (shown["status"], shown["verification"]) == ("running", "pending")
    assert not {"outcome", "finishedAt"} & set(shown)
    units = {"unit": "records", "deletedUnit": "records"}
    counts = {"targeted": 3, "skipped": {}, "deleted": 4}
    assert shown["totals"] == units | counts
    assert shown["batches"] == [
        units
        | {
            "batch": 0,
            "status": "completed",
            "jobId": "job-1",
            "attempts": 0,
            "targeted": 3,
            "deleted": 4,
            "isVerified": False,
            "verification": "pending",
            "endTime": "2026-11-21T12:00:00Z",
        }
    ]


def test_verified_run_does_not_read_as_pending(bench: Workbench) -> None:
    step = finished(bench, hours=2)
    fulfilled(bench)
    bench.clock.at = NOON + timedelta(hours=2)
    assert bench.verify_batch(step).next is Next.DONE
    shown = bench.read_purge("GET /purges/{runId}", {"runId": "run-1"}, {})
    assert "verification" not in shown
    assert "verification" not in shown["batches"][0]


def test_batch_without_any_unprotected_conversation_is_verified(bench: Workbench) -> None:
    step = finished(bench, protected=frozenset({0, 1, 2}), job_id=None, deleted=None)
    assert bench.verify_batch(step).next is Next.DONE
    assert (bench.batch.is_verified, bench.genesys.calls) == (True, [])
