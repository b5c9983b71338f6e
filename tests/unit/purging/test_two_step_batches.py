"""What planning, polling, verifying and reading do otherwise where jobs wait for leave."""

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
from genesys_purge.model.dates import zulu
from genesys_purge.model.messages import BatchStep, Next, RunRef
from genesys_purge.purging.waiting import VERIFY_WAITS

from tests import builders
from tests.clock import NOON
from tests.unit.purging.recording_batch import IDS, entries
from tests.unit.workbench import Workbench

NONE: dict[str, Any] = {"entities": []}
HOUR = 3_600
CALL = {
    "conversationId": IDS[0],
    "conversationStart": zulu(builders.days_ago(381)),
    "conversationEnd": zulu(builders.days_ago(380)),
}


def plan(bench: Workbench, **request: Any) -> Any:
    bench.genesys.on(QUERY, {"conversations": [CALL]}, {"conversations": []})
    bench.genesys.on(ASK, NONE)
    bench.stored(builders.recording_job(**request))
    return bench.plan_purge(RunRef(run_id="run-1"))


@pytest.mark.parametrize(
    ("allowed", "hours", "at_once"), [(5, 0, 2), (1, 0, 1), (5, 48, 1_000), (1, 48, 1_000)]
)
def test_no_more_batches_at_once_than_have_places_unless_they_only_wait_to_be_verified(
    allowed: int, hours: int, at_once: int
) -> None:
    bench = Workbench(concurrent_jobs=allowed)
    assert plan(bench, verifyAfterHours=hours).concurrency == at_once


def test_the_plan_says_that_it_counts_conversations(bench: Workbench) -> None:
    plan(bench)
    shown = bench.read_purge("GET /purges/{runId}", {"runId": "run-1"}, {})
    assert (shown["plan"]["unit"], shown["plan"]["targeted"]) == ("conversations", 1)
    assert "; targeted counts conversations; " in bench.last_fact["detail"]


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ({}, "the organisation has set no data retention"),
        ({"retentionDays": 730}, "the organisation keeps no interaction for more than 730 days"),
        (
            PermissionMissing("403", permission="analytics:dataRetention:view"),
            "could not be read (the OAuth client needs analytics:dataRetention:view)",
        ),
    ],
)
def test_the_plan_says_how_long_the_organisation_keeps_anything(
    bench: Workbench, answer: Any, told: str
) -> None:
    bench.genesys.on(data_retention.READ, answer)
    assert plan(bench).batches == 1
    assert bench.last_fact["detail"].endswith(told)


def test_what_is_noted_of_a_plan_is_in_its_audit_record_and_measured(bench: Workbench) -> None:
    calls = [CALL | {"conversationId": each} for each in builders.uuids(900)]
    bench.genesys.on(QUERY, {"conversations": calls}, {"conversations": []})
    bench.genesys.on(ASK, lambda body: {"entities": [{"id": i} for i in body["conversationIds"]]})
    bench.stored(builders.recording_job(action="archive"))
    bench.plan_purge(RunRef(run_id="run-1"))
    told = (
        "; targeted counts conversations; recordings are archived, none is deleted; "
        "Genesys protects 900 of these; it protects at most 1,000 in an organisation; "
    )
    assert told in bench.last_fact["detail"]
    assert bench.meter.counts["ProtectedConversations"] == 900
    assert bench.meter.dimensions["ProtectedConversations"] == ("recording_job", None)


def test_what_is_noted_is_kept_in_bounds(bench: Workbench) -> None:
    note = Noted("x" * 600)
    with patch.object(RecordingJob, "plan", lambda *_: iter([note, note])):
        plan(bench)
    assert len(bench.last_fact["detail"]) == 1_000
    assert not bench.meter.counts


def test_the_size_of_a_recording_batch_is_a_setting_of_its_own() -> None:
    bench = Workbench(recording_batch_size=2)
    calls = [CALL | {"conversationId": each} for each in builders.uuids(5)]
    bench.genesys.on(QUERY, {"conversations": calls}, {"conversations": []})
    bench.genesys.on(ASK, NONE)
    bench.stored(builders.recording_job())
    assert bench.plan_purge(RunRef(run_id="run-1")).batches == 3


def test_a_job_that_is_ready_goes_back_to_be_executed(bench: Workbench) -> None:
    step = stored(bench, state=BatchState.SUBMITTED, ended_at=None)
    bench.genesys.on(STATUS, {"state": "READY"})
    after = bench.poll_batch(step)
    assert (after.next, after.wait_seconds) == (Next.SUBMIT, 0)
    assert bench.batch.state is BatchState.READY


def stored(bench: Workbench, *, hours: int = 0, **changes: Any) -> BatchStep:
    """The step of a batch of three whose job is over."""
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


def fulfilled(bench: Workbench, *left: Any, failed: int = 0) -> None:
    totals = {"totalFailedRecordings": failed, "totalProcessedRecordings": 4}
    bench.genesys.on(STATUS, {"state": "FULFILLED", "totalSkippedRecordings": 0} | totals)
    bench.genesys.on(METADATA, *(left or [NONE]))
    bench.genesys.on(FAILED, {"entities": [{"conversation": {"id": IDS[0]}}]}, NONE)


def test_a_verified_batch_says_what_was_looked_at_and_has_no_rate(bench: Workbench) -> None:
    step = stored(bench)
    fulfilled(bench)
    assert bench.verify_batch(step).next is Next.DONE
    assert (bench.batch.verified, bench.batch.is_verified, bench.batch.deleted) == (3, True, 4)
    assert bench.last_fact["action"] == "batch_verified"
    assert bench.last_fact["detail"].startswith("looked at 3 conversations: 0 recordings are left")
    assert "successRate" not in bench.last_fact


def test_a_recording_that_is_left_is_looked_for_again(bench: Workbench) -> None:
    step = stored(bench)
    fulfilled(bench, {"entities": [{"fileState": "AVAILABLE"}]}, NONE, NONE, NONE)
    after = bench.verify_batch(step)
    assert (after.next, after.wait_seconds) == (Next.VERIFY, VERIFY_WAITS[0])
    assert bench.verify_batch(after).next is Next.DONE
    assert bench.batch.is_verified


def test_recordings_that_failed_are_not_waited_for(bench: Workbench) -> None:
    step = stored(bench)
    fulfilled(bench, failed=1)
    assert bench.verify_batch(step).next is Next.DONE
    assert (bench.batch.state, bench.batch.is_verified) == (BatchState.COMPLETED, False)
    assert bench.last_fact["action"] == "batch_unverified"
    assert f"1 failed, of {IDS[0]}" in bench.last_fact["detail"]


def test_before_its_time_nothing_is_verified_and_the_run_says_so(bench: Workbench) -> None:
    step = stored(bench, hours=2)
    bench.clock.wait(HOUR)
    after = bench.verify_batch(step)
    assert (after.next, after.wait_seconds) == (Next.VERIFY, 2 * HOUR)
    assert bench.verify_batch(step.model_copy(update={"waited_seconds": 2 * HOUR - 1})) == after
    assert bench.genesys.calls == []
    shown = bench.read_purge("GET /purges/{runId}", {"runId": "run-1"}, {})
    assert (shown["status"], shown["verification"]) == ("running", "pending")
    assert not {"outcome", "finishedAt"} & set(shown)
    assert shown["totals"] == {"targeted": 3, "skipped": {}, "deleted": 4, "verified": 0}
    assert shown["batches"] == [
        {
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


def test_when_its_time_has_come_a_batch_is_verified_and_nothing_is_pending(
    bench: Workbench,
) -> None:
    step = stored(bench, hours=2)
    fulfilled(bench)
    bench.clock.at = NOON + timedelta(hours=2)
    assert bench.verify_batch(step).next is Next.DONE
    shown = bench.read_purge("GET /purges/{runId}", {"runId": "run-1"}, {})
    assert "verification" not in shown
    assert "verification" not in shown["batches"][0]


def test_a_batch_of_which_everything_is_protected_needs_no_look(bench: Workbench) -> None:
    step = stored(bench, protected=frozenset({0, 1, 2}), job_id=None, deleted=None)
    assert bench.verify_batch(step).next is Next.DONE
    assert (bench.batch.is_verified, bench.genesys.calls) == (True, [])
