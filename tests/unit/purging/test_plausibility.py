"""Counts from Genesys: more processed records than asked for are never a completed batch."""

from __future__ import annotations

from typing import Any

import pytest
from genesys_purge.methods.documented import (
    conversation_archive,
    data_deletion,
    interaction_purge,
)
from genesys_purge.methods.recording_job import two_step
from genesys_purge.methods.recording_job.metadata import METADATA
from genesys_purge.methods.recording_job.verdict import FAILED
from genesys_purge.model.answers import LARGEST_COUNT
from genesys_purge.model.batch import Batch, BatchState
from genesys_purge.model.messages import BatchStep, Next, RunRef
from genesys_purge.model.run import Outcome
from genesys_purge.model.slices import Slice

from tests import builders
from tests.clock import NOON
from tests.unit.purging.recording_batch import entries
from tests.unit.workbench import Workbench

NOT_COUNTS = [LARGEST_COUNT + 1, 2**64 - 1, -1, 10.0, True, "10", [10]]


def submitted(**changes: Any) -> Batch:
    known: dict[str, Any] = {
        "state": BatchState.SUBMITTED,
        "job_id": "job-1",
        "submitted_at": NOON,
        "before": 10,
    }
    return builders.batch(**known | changes)


def poll(bench: Workbench, batch: Batch, answer: dict[str, Any]) -> BatchStep:
    """Poll the job of a batch of `conversation_archive`."""
    step = bench.planned(batch).model_copy(update={"next": Next.POLL})
    bench.genesys.on(conversation_archive.STATUS, answer)
    return bench.poll_batch(step)


@pytest.mark.parametrize(("state", "reason"), [("completed", None), ("failed", "locked")])
def test_job_with_more_records_than_asked_for_is_implausible(
    bench: Workbench, state: str, reason: str | None
) -> None:
    answer = {"state": state, "recordsProcessed": 1_000, "message": "locked"}
    after = poll(bench, submitted(), answer)
    batch, fact = bench.batch, bench.last_fact
    detail = "Genesys reports 1000 processed records, but was asked for 10"
    assert (after.next, batch.state, batch.detail) == (Next.DONE, BatchState.IMPLAUSIBLE, detail)
    assert (batch.deleted, batch.unreported, batch.ended_at) == (None, 10, NOON)
    assert (fact["action"], fact["targeted"], fact["deleted"]) == ("batch_implausible", 10, 1_000)
    assert (fact["detail"], fact.get("errorReason")) == (detail, reason)
    assert batch.error_reason == reason
    assert bench.meter.counts == {"ImplausibleCounts": 1}
    assert bench.meter.dimensions["ImplausibleCounts"] == ("conversation_archive", None)


def test_job_with_as_many_records_as_asked_for_is_completed(bench: Workbench) -> None:
    poll(bench, submitted(), {"state": "completed", "recordsProcessed": 10})
    assert (bench.batch.state, bench.batch.deleted) == (BatchState.COMPLETED, 10)
    assert not bench.meter.counts


def test_part_of_a_batch_may_process_no_more_than_its_own_ids(bench: Workbench) -> None:
    pending = (Slice(start=4, stop=10),)
    batch = submitted(pending=pending, deleted=4, protected=frozenset({9}))
    poll(bench, batch, {"state": "completed", "recordsProcessed": 6})
    assert (bench.batch.state, bench.batch.deleted) == (BatchState.IMPLAUSIBLE, 4)
    assert bench.last_fact["targeted"] == 5


def test_running_job_is_polled_until_its_last_count(bench: Workbench) -> None:
    after = poll(bench, submitted(), {"state": "running", "recordsProcessed": 1_000})
    assert (after.next, bench.batch.state) == (Next.POLL, BatchState.SUBMITTED)


@pytest.mark.parametrize("count", NOT_COUNTS)
def test_number_that_is_no_count_is_not_reported(bench: Workbench, count: object) -> None:
    poll(bench, submitted(), {"state": "completed", "recordsProcessed": count})
    assert (bench.batch.state, bench.batch.deleted) == (BatchState.COMPLETED, None)
    assert bench.batch.unreported == 10
    assert "deleted" not in bench.last_fact


@pytest.mark.parametrize(
    ("purged", "state"), [(10, BatchState.COMPLETED), (11, BatchState.IMPLAUSIBLE)]
)
def test_interactions_are_compared_with_the_count_before(
    bench: Workbench, purged: int, state: BatchState
) -> None:
    batch = submitted(window=builders.window(), planned=20)
    step = bench.planned(batch, request=builders.interaction_purge())
    answer = {"status": "completed", "interactions": [{"totalInteractionsPurged": purged}]}
    bench.genesys.on(interaction_purge.STATUS, answer)
    bench.poll_batch(step)
    assert bench.batch.state is state


def test_data_deletion_never_claims_more_than_existed_before(bench: Workbench) -> None:
    batch = submitted(window=builders.window(), state=BatchState.COMPLETED, pending=())
    step = bench.planned(batch, request=builders.data_deletion())
    bench.genesys.on(data_deletion.COUNT, {"results": [{"count": 0}]})
    bench.verify_batch(step.model_copy(update={"next": Next.VERIFY}))
    assert (bench.batch.state, bench.batch.deleted) == (BatchState.COMPLETED, 10)


def recordings(bench: Workbench, batch: Batch, job: dict[str, Any], **request: Any) -> BatchStep:
    """The step of a batch of three conversations whose job gives this answer."""
    step = bench.planned(batch, request=builders.recording_job(**request), entries=entries(3))
    bench.genesys.on(two_step.STATUS, job)
    bench.genesys.on(METADATA, {"entities": []})
    bench.genesys.on(FAILED, {"entities": []})
    return step


@pytest.mark.parametrize("action", ["DELETE", "ARCHIVE", "EXPORT"])
@pytest.mark.parametrize(
    ("processed", "state"), [(7, BatchState.COMPLETED), (8, BatchState.IMPLAUSIBLE)]
)
def test_recordings_are_compared_with_those_of_the_confirmed_job(
    bench: Workbench, action: str, processed: int, state: BatchState
) -> None:
    query = {"recordingJobsQuery": {"action": action}}
    job = {"state": "FULFILLED", "totalProcessedRecordings": processed} | query
    step = recordings(bench, submitted(planned=3, covered=7), job)
    bench.poll_batch(step)
    assert bench.batch.state is state
    assert bench.facts == ["batch_" + state]


def test_job_that_was_never_counted_is_not_compared(bench: Workbench) -> None:
    query = {"recordingJobsQuery": {"action": "DELETE"}}
    job = {"state": "FULFILLED", "totalProcessedRecordings": 8} | query
    bench.poll_batch(recordings(bench, submitted(planned=3), job))
    assert (bench.batch.state, bench.batch.deleted) == (BatchState.COMPLETED, 8)


def test_job_that_contradicts_its_last_poll_is_implausible(bench: Workbench) -> None:
    job = {"state": "FULFILLED", "totalProcessedRecordings": 8, "totalFailedRecordings": 0}
    known = {"state": BatchState.COMPLETED, "pending": (), "deleted": 7, "covered": 7}
    step = recordings(bench, submitted(planned=3, ended_at=NOON, **known), job)
    assert bench.verify_batch(step.model_copy(update={"next": Next.VERIFY})).next is Next.DONE
    batch = bench.batch
    assert (batch.state, batch.deleted, batch.unreported) == (BatchState.IMPLAUSIBLE, None, 3)
    assert (batch.verified, batch.is_verified) == (None, False)
    fact = bench.last_fact
    assert (fact["action"], fact["targeted"], fact["deleted"]) == ("batch_implausible", 7, 8)


def test_run_with_an_implausible_batch_is_not_completed(bench: Workbench) -> None:
    done = {"state": BatchState.COMPLETED, "deleted": 10, "verified": 10, "is_verified": True}
    implausible = builders.batch(number=1, state=BatchState.IMPLAUSIBLE, unreported=10)
    bench.planned(builders.batch(**done), implausible)
    result = bench.complete_purge(RunRef(run_id="run-1"))
    assert result.outcome is Outcome.COMPLETED_WITH_FAILURES
    assert bench.run.totals is not None
    assert (bench.run.totals.deleted, bench.run.totals.unreported) == (10, 10)


def test_implausible_run_is_not_one_that_deleted_nothing(bench: Workbench) -> None:
    bench.planned(builders.batch(state=BatchState.IMPLAUSIBLE, unreported=10))
    result = bench.complete_purge(RunRef(run_id="run-1"))
    assert result.outcome is Outcome.FAILED
    assert bench.meter.counts == {"RunsFailed": 1}
