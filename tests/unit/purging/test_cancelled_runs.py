"""A cancelled run makes no new deleting call, cancels what waits, and counts what was called."""

from __future__ import annotations

import re
from typing import Any

import pytest
from genesys_purge.calling.attempt import Attempt
from genesys_purge.calling.cancellations import RunCancelled
from genesys_purge.errors import (
    LostRace,
    OutcomeUnknown,
    PermissionMissing,
    TryLater,
)
from genesys_purge.methods.documented.conversation_archive import SUBMIT
from genesys_purge.methods.recording_job.two_step import CANCEL, CREATE, EXECUTE, LIST, STATUS
from genesys_purge.model.audit import Action, AuditRecord
from genesys_purge.model.batch import BatchState
from genesys_purge.model.cancellation import RunCancellation
from genesys_purge.model.messages import BatchStep, Failure, Next, RunRef
from genesys_purge.model.run import Outcome, RunStatus

from tests import builders
from tests.clock import NOON
from tests.unit.purging import recording_batch
from tests.unit.purging.test_complete_purge import ended
from tests.unit.purging.test_guard import IDS
from tests.unit.workbench import Workbench

RUN = RunRef(run_id="run-1")
WHY = "the run was cancelled at 2026-11-21T12:00:00+00:00: the wrong queue"


def cancel(bench: Workbench) -> None:
    asked = RunCancellation(
        run_id="run-1", reason="the wrong queue", requested_at=NOON, requested_by="operator"
    )
    action = Action.RUN_CANCEL_REQUESTED
    record = AuditRecord(run_id="run-1", at=NOON, actor="operator", action=action)
    bench.cancellations.put(asked, record)


def cancel_at_the_intent(bench: Workbench) -> None:
    bench.runs.before_write = lambda name: cancel(bench) if name == "intend" else None


@pytest.fixture
def ready(bench: Workbench) -> BatchStep:
    """The step of a batch whose two-step job waits for its confirmation."""
    step = recording_batch.ready(bench)
    bench.genesys.on(LIST, {"entities": []})
    bench.genesys.on(CREATE, {"id": "job-1"})
    bench.genesys.on(EXECUTE, {})
    bench.genesys.on(CANCEL, {})
    return bench.poll_batch(bench.submit_batch(step))


def sent(bench: Workbench, operation: Any) -> int:
    return sum(call.operation[:2] == operation[:2] for call in bench.genesys.calls)


def test_guard_refuses_a_cancelled_run(bench: Workbench) -> None:
    case = IDS._replace(cancellation_now=lambda: bench.cancellations.of("run-1"))
    assert bench.guard.permit(case.deletion(3))
    bench.planned()
    cancel(bench)
    with pytest.raises(RunCancelled, match=re.escape(WHY)):
        bench.guard.permit(case.deletion(3))


def test_planned_batch_of_a_cancelled_run_is_cancelled(bench: Workbench) -> None:
    step = bench.planned(builders.batch())
    cancel(bench)
    assert bench.submit_batch(step).next is Next.DONE
    assert (bench.batch.state, bench.batch.detail) == (BatchState.CANCELLED, WHY)
    assert (bench.genesys.calls, bench.facts[-1]) == ([], "batch_cancelled")


def test_cancellation_after_the_intent_takes_it_back(bench: Workbench) -> None:
    step = bench.planned(builders.batch())
    bench.genesys.on(SUBMIT, {"jobId": "job-1"})
    cancel_at_the_intent(bench)
    step = bench.submit_batch(step)
    bench.runs.before_write = lambda _: None
    assert (step.next, bench.submit_batch(step).next) == (Next.SUBMIT, Next.DONE)
    assert (bench.genesys.deletions, bench.batch.state) == ([], BatchState.CANCELLED)


def test_ready_job_of_a_cancelled_run_is_cancelled(bench: Workbench, ready: BatchStep) -> None:
    cancel(bench)
    assert bench.submit_batch(ready).next is Next.DONE
    assert (sent(bench, EXECUTE), sent(bench, CANCEL)) == (0, 1)
    assert bench.batch.state is BatchState.CANCELLED
    assert bench.batch.detail == f"{WHY}; its job job-1 is cancelled"
    assert (bench.batch.deleted, bench.batch.unreported, bench.batch.covered) == (None, 0, None)


def test_cancellation_after_the_intent_of_a_confirmation_cancels_the_job(
    bench: Workbench, ready: BatchStep
) -> None:
    cancel_at_the_intent(bench)
    step = bench.submit_batch(ready)
    bench.runs.before_write = lambda _: None
    assert (step.next, bench.submit_batch(step).next) == (Next.SUBMIT, Next.DONE)
    assert (sent(bench, EXECUTE), sent(bench, CANCEL)) == (0, 1)
    assert bench.batch.state is BatchState.CANCELLED


@pytest.mark.parametrize("error", [OutcomeUnknown("lost"), PermissionMissing("no", permission="p")])
def test_job_that_may_still_wait_is_left_to_the_sweep(
    bench: Workbench, ready: BatchStep, error: Exception
) -> None:
    bench.genesys.on(CANCEL, error)
    cancel(bench)
    assert bench.submit_batch(ready).next is Next.DONE
    assert (bench.batch.state, bench.batch.job_id) == (BatchState.FAILED, "job-1")


def test_job_that_may_be_confirmed_counts_as_cancelled_only_if_untouched(
    bench: Workbench, ready: BatchStep
) -> None:
    batch = bench.batch
    doubtful = batch.attempt.unsure("no answer")
    bench.runs.advance(batch.to(BatchState.READY, attempt=doubtful))
    cancel(bench)
    bench.genesys.on(STATUS, recording_batch.READY | {"state": "PROCESSING"})
    bench.submit_batch(ready)
    assert bench.batch.state is BatchState.FAILED


def test_executed_job_of_a_cancelled_run_is_awaited(bench: Workbench, ready: BatchStep) -> None:
    step = bench.submit_batch(ready)
    cancel(bench)
    counts = {"totalProcessedRecordings": 4, "recordingJobsQuery": {"action": "DELETE"}}
    bench.genesys.on(STATUS, {"state": "FULFILLED"} | counts)
    assert bench.poll_batch(step).next is Next.VERIFY
    assert (bench.batch.state, bench.batch.deleted) == (BatchState.COMPLETED, 4)


def test_next_part_of_a_batch_is_cancelled_with_the_counts_of_the_first(bench: Workbench) -> None:
    step = bench.planned(builders.batch(deleted=5))
    cancel(bench)
    bench.submit_batch(step)
    assert (bench.batch.state, bench.batch.deleted) == (BatchState.CANCELLED, 5)


def test_late_job_of_an_unanswered_call_is_awaited(bench: Workbench) -> None:
    batch = builders.batch(planned=3, attempt=Attempt(number=1, at=NOON, doubts=(NOON,)))
    request, entries = builders.recording_job(), recording_batch.entries(3)
    step = bench.planned(batch, request=request, entries=entries)
    cancel(bench)
    bench.genesys.on(LIST, TryLater("busy"), {"entities": [recording_batch.surplus("job-1")]})
    step = bench.submit_batch(step)
    assert (step.next, bench.batch.state) == (Next.SUBMIT, BatchState.PLANNED)
    assert bench.submit_batch(step).next is Next.POLL
    assert (bench.batch.state, bench.batch.job_id) == (BatchState.SUBMITTED, "job-1")


def test_planning_of_a_cancelled_run_does_not_begin(bench: Workbench) -> None:
    bench.stored()
    cancel(bench)
    with pytest.raises(RunCancelled, match=re.escape(WHY)):
        bench.plan_purge(RUN)
    assert bench.run.planning is None


def test_run_that_was_cancelled_before_its_plan_ends_as_cancelled(bench: Workbench) -> None:
    bench.stored()
    cancel(bench)
    result = bench.fail_purge(Failure(run_id="run-1", error="RunCancelled", cause=WHY))
    assert (result.outcome, result.succeeded) == (Outcome.CANCELLED, True)
    assert (bench.run.status, bench.last_fact["action"]) == (RunStatus.FINISHED, "run_cancelled")
    assert str(bench.run.detail).startswith(WHY)
    assert bench.meter.counts == {"RunsCancelled": 1}


def test_stopped_execution_of_a_cancelled_run_ends_as_cancelled(bench: Workbench) -> None:
    bench.planned()
    cancel(bench)
    bench.stop()
    assert bench.run.outcome is Outcome.CANCELLED
    assert WHY in str(bench.run.detail)


def test_run_ends_as_cancelled_with_what_was_deleted(bench: Workbench) -> None:
    undone = ended(BatchState.CANCELLED, 1, deleted=None, verified=None, is_verified=False)
    bench.planned(ended(), undone)
    cancel(bench)
    result = bench.complete_purge(RUN)
    assert (result.outcome, result.succeeded) == (Outcome.CANCELLED, True)
    assert bench.run.totals is not None
    assert (bench.run.totals.deleted, bench.run.totals.targeted) == (10, 20)
    assert bench.last_fact["action"] == "run_cancelled"
    assert str(bench.last_fact["detail"]).startswith(WHY)


def test_run_whose_cancellation_came_too_late_is_completed(bench: Workbench) -> None:
    bench.planned(ended())
    cancel(bench)
    assert bench.complete_purge(RUN).outcome is Outcome.COMPLETED
    assert bench.run.cancellation is not None


def test_run_cannot_end_without_regard_to_its_cancellation(bench: Workbench) -> None:
    bench.planned(ended(BatchState.FAILED))
    bench.runs.before_write = lambda _: None if bench.runs.cancelled else cancel(bench)
    with pytest.raises(LostRace):
        bench.complete_purge(RUN)
    assert bench.complete_purge(RUN).outcome is Outcome.CANCELLED


def test_run_shows_its_cancellation_before_and_after_its_end(bench: Workbench) -> None:
    bench.planned(ended(BatchState.FAILED))
    assert "cancellation" not in bench.read_purge.run("run-1", 0, 10)
    cancel(bench)
    before = bench.read_purge.run("run-1", 0, 10)["cancellation"]
    bench.complete_purge(RUN)
    after = bench.read_purge.run("run-1", 0, 10)["cancellation"]
    assert (before["reason"], before) == ("the wrong queue", after)
