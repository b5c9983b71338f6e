"""A batch waits while deletion is stopped or the seals are too old, and goes on after it."""

from __future__ import annotations

from typing import Any

import pytest
from genesys_purge.methods.documented.conversation_archive import SUBMIT
from genesys_purge.methods.recording_job.two_step import CANCEL, CREATE, EXECUTE, LIST
from genesys_purge.model.batch import BatchState
from genesys_purge.model.messages import BatchStep, Next
from genesys_purge.purging.waiting import MOST_QUESTIONS

from tests import builders
from tests.unit.purging import recording_batch
from tests.unit.workbench import Workbench

PATIENCE = 14_400
PLANNED = BatchState.PLANNED
UNSEALED = "records are not sealed"


def stop(bench: Workbench) -> None:
    bench.stops.placed["all"] = builders.stop()


def resume(bench: Workbench) -> None:
    bench.stops.placed.clear()


def stop_at_the_intent(bench: Workbench) -> None:
    bench.runs.before_write = lambda name: stop(bench) if name == "intend" else None


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


def test_batch_waits_while_deletion_is_stopped(bench: Workbench) -> None:
    step = bench.planned(builders.batch())
    stop(bench)
    after = bench.submit_batch(step)
    assert (after.next, after.wait_seconds > 0) == (Next.SUBMIT, True)
    assert (bench.batch.state, bench.batch.attempt.number) == (BatchState.PLANNED, 0)
    assert (bench.genesys.calls, bench.slots.pools, bench.facts) == ([], {}, [])


def test_batch_that_waited_is_submitted_after_the_stop(bench: Workbench) -> None:
    step = bench.planned(builders.batch())
    bench.genesys.on(SUBMIT, {"jobId": "job-1"})
    stop(bench)
    waiting = bench.submit_batch(step)
    bench.clock.wait(10 * PATIENCE)
    waiting = bench.submit_batch(waiting)
    resume(bench)
    assert bench.submit_batch(waiting).next is Next.POLL
    assert bench.batch.state is BatchState.SUBMITTED


def test_batch_waits_for_the_seals_and_is_submitted_after_them(bench: Workbench) -> None:
    step = bench.planned(builders.batch())
    bench.genesys.on(SUBMIT, {"jobId": "job-1"})
    bench.seals.why = UNSEALED
    waiting = bench.submit_batch(step)
    assert (waiting.next, waiting.wait_seconds > 0) == (Next.SUBMIT, True)
    assert (bench.batch.state, bench.genesys.calls, bench.slots.pools) == (PLANNED, [], {})
    bench.clock.wait(10 * PATIENCE)
    bench.seals.why = None
    assert bench.submit_batch(waiting).next is Next.POLL


def test_seals_that_grow_old_after_the_intent_take_it_back(bench: Workbench) -> None:
    step = bench.planned(builders.batch())
    bench.runs.before_write = lambda name: setattr(bench.seals, "why", UNSEALED)
    after = bench.submit_batch(step)
    assert (after.next, bench.batch.state) == (Next.SUBMIT, PLANNED)
    assert (bench.genesys.deletions, bench.batch.attempt.is_open) == ([], False)


def test_ready_job_is_not_confirmed_while_the_seals_are_too_old(
    bench: Workbench, ready: BatchStep
) -> None:
    bench.seals.why = UNSEALED
    waiting = bench.submit_batch(ready)
    assert (waiting.next, bench.batch.state) == (Next.SUBMIT, BatchState.READY)
    assert (sent(bench, EXECUTE), sent(bench, CANCEL)) == (0, 0)
    bench.seals.why = None
    assert bench.submit_batch(waiting).next is Next.POLL
    assert (sent(bench, EXECUTE), sent(bench, CANCEL)) == (1, 0)


def test_stop_after_the_intent_takes_the_intent_back(bench: Workbench) -> None:
    step = bench.planned(builders.batch())
    bench.genesys.on(SUBMIT, {"jobId": "job-1"})
    stop_at_the_intent(bench)
    after = bench.submit_batch(step)
    assert (after.next, bench.batch.state) == (Next.SUBMIT, BatchState.PLANNED)
    assert (bench.genesys.deletions, bench.batch.attempt.is_open) == ([], False)
    assert bench.batch.waiting_since is None


def test_batch_gives_up_before_a_stop_fills_the_history(bench: Workbench) -> None:
    step = bench.planned(builders.batch())
    stop(bench)
    bench.submit_batch(step.model_copy(update={"attempt": MOST_QUESTIONS}))
    assert bench.batch.state is BatchState.GAVE_UP
    assert "all deletion is stopped since" in str(bench.batch.detail)


def test_ready_job_is_not_confirmed_while_deletion_is_stopped(
    bench: Workbench, ready: BatchStep
) -> None:
    stop(bench)
    after = bench.submit_batch(ready)
    assert (after.next, after.wait_seconds > 0) == (Next.SUBMIT, True)
    assert (bench.batch.state, bench.batch.job_id) == (BatchState.READY, "job-1")
    assert (sent(bench, EXECUTE), sent(bench, CANCEL)) == (0, 0)


def test_stop_after_the_intent_of_a_confirmation_takes_it_back(
    bench: Workbench, ready: BatchStep
) -> None:
    stop_at_the_intent(bench)
    after = bench.submit_batch(ready)
    assert (after.next, bench.batch.state) == (Next.SUBMIT, BatchState.READY)
    assert (sent(bench, EXECUTE), bench.batch.attempt.is_open) == (0, False)


def test_ready_job_is_confirmed_after_a_stop_of_any_length(
    bench: Workbench, ready: BatchStep
) -> None:
    stop(bench)
    waiting = bench.submit_batch(ready)
    bench.clock.wait(PATIENCE - 60)
    waiting = bench.submit_batch(waiting)
    bench.clock.wait(PATIENCE - 60)
    resume(bench)
    assert bench.submit_batch(waiting).next is Next.POLL
    assert (sent(bench, EXECUTE), sent(bench, CANCEL)) == (1, 0)


def test_ready_job_is_cancelled_before_a_stop_fills_the_history(
    bench: Workbench, ready: BatchStep
) -> None:
    stop(bench)
    bench.submit_batch(ready.model_copy(update={"attempt": MOST_QUESTIONS}))
    assert bench.batch.state is BatchState.GAVE_UP
    assert (sent(bench, EXECUTE), sent(bench, CANCEL)) == (0, 1)
