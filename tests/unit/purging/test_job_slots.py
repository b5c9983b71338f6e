"""JobSlots: our batches are limited by slots, and all jobs by the list of Genesys."""

from __future__ import annotations

from typing import Any

import pytest
from genesys_purge.calling.attempt import Attempt
from genesys_purge.calling.slots import Pool, PoolKey
from genesys_purge.errors import (
    GenesysUnavailable,
    JobLost,
    LostRace,
    OutcomeUnknown,
    RefusedByGenesys,
)
from genesys_purge.methods import METHODS
from genesys_purge.methods.recording_job.two_step import CANCEL, CREATE, LIST, STATUS
from genesys_purge.model.batch import BatchRef, BatchState
from genesys_purge.model.messages import BatchStep, Next
from genesys_purge.model.run import Outcome, RunStatus
from genesys_purge.model.stops import StopScope
from genesys_purge.purging.submit_batch import MOST_CONFLICTS
from genesys_purge.purging.waiting import MOST_QUESTIONS

from tests import builders
from tests.clock import NOON
from tests.unit.purging.recording_batch import entries, planned
from tests.unit.workbench import Workbench

MINE = BatchRef("run-1", 0)
OTHER = BatchRef("run-2", 0)
RECORDINGS = PoolKey(None, "recording_job")
NONE: dict[str, Any] = {"entities": []}
TWO = {"entities": [{"id": "a"}, {"id": "b"}]}


@pytest.fixture
def step(bench: Workbench) -> BatchStep:
    bench.genesys.on(LIST, NONE)
    bench.genesys.on(CREATE, {"id": "job-1"})
    bench.genesys.on(CANCEL, {})
    return planned(bench)


def other(bench: Workbench, state: BatchState, status: RunStatus = RunStatus.RUNNING) -> None:
    """A batch of another run that holds the first slot and had a job."""
    run = builders.run(run_id=OTHER.run_id, request=builders.recording_job())
    bench.runs.create(run, bench.audit.of("run-1")[0].model_copy(update={"run_id": "run-2"}))
    batch = builders.batch(run_id=OTHER.run_id, state=state, job_id="job-2", planned=3)
    bench.runs.put_batch(batch, entries(3), builders.PLANNER)
    ended = {"outcome": Outcome.FAILED} if status is RunStatus.FINISHED else {}
    bench.runs.plan(
        run.model_copy(update={"status": status, **ended}),
        bench.audit.of("run-1")[0].model_copy(update={"run_id": "run-2"}),
    )
    held_by(bench, OTHER)


def held_by(bench: Workbench, *holders: BatchRef) -> None:
    """Give the slots for recording jobs to these batches."""
    bench.slots.pools[RECORDINGS] = Pool(holders)


def holders(bench: Workbench) -> tuple[BatchRef, ...]:
    """The batches that hold slots for recording jobs."""
    return bench.slots.read(RECORDINGS).holders


def is_created(bench: Workbench) -> bool:
    return any(call.operation[:2] == CREATE[:2] for call in bench.genesys.calls)


def test_batch_takes_a_slot_before_its_job_is_created(bench: Workbench, step: BatchStep) -> None:
    assert bench.submit_batch(step).next is Next.POLL
    assert holders(bench) == (MINE,)


def test_batch_keeps_its_slot_and_takes_no_second_one(bench: Workbench, step: BatchStep) -> None:
    held_by(bench, MINE)
    assert bench.submit_batch(step).next is Next.POLL
    assert holders(bench) == (MINE,)


@pytest.mark.parametrize("is_unsure", [False, True])
def test_batch_gives_its_slot_up_between_two_jobs_unless_one_may_be_unseen(
    bench: Workbench, *, is_unsure: bool
) -> None:
    bench.genesys.on(LIST, NONE)
    bench.genesys.on(CREATE, {"id": "job-1"})
    batches = [builders.batch(number=number, planned=3) for number in (0, 1)]
    asked = builders.recording_job()
    step = bench.planned(*batches, request=asked, entries=entries(3))
    other(bench, BatchState.PLANNED)
    holding = MINE, MINE._replace(number=1)
    bench.slots.pools[RECORDINGS] = Pool(holding, {OTHER: bench.clock()})
    doubts = Attempt(at=NOON, doubts=(NOON,)) if is_unsure else Attempt()
    after_one_job = bench.batch.to(BatchState.PLANNED, last_job_id="job-0", attempt=doubts)
    bench.runs.advance(after_one_job, None)
    after = bench.submit_batch(step)
    assert (MINE in holders(bench)) is is_unsure
    assert after.next is (Next.POLL if is_unsure else Next.SUBMIT)
    assert is_created(bench) is is_unsure


@pytest.mark.parametrize(
    "state",
    [
        BatchState.PLANNED,
        BatchState.SUBMITTING,
        BatchState.SUBMITTED,
        BatchState.READY,
        BatchState.CONFIRMING,
    ],
)
def test_batch_waits_while_active_batches_hold_all_slots(
    bench: Workbench, step: BatchStep, state: BatchState
) -> None:
    other(bench, state)
    held_by(bench, OTHER, OTHER)
    after = bench.submit_batch(step)
    assert (after.next, bench.batch.state) == (Next.SUBMIT, BatchState.PLANNED)
    assert after.wait_seconds > 0
    assert not is_created(bench)


@pytest.mark.parametrize("state", [BatchState.COMPLETED, BatchState.FAILED, BatchState.GAVE_UP])
def test_slot_of_an_ended_batch_is_free(
    bench: Workbench, step: BatchStep, state: BatchState
) -> None:
    other(bench, state)
    held_by(bench, OTHER, OTHER._replace(number=7))
    bench.genesys.on(STATUS, {"state": "FULFILLED"})
    assert bench.submit_batch(step).next is Next.POLL
    assert holders(bench) == (MINE,)


@pytest.mark.parametrize(
    "state", [BatchState.SUBMITTING, BatchState.SUBMITTED, BatchState.CONFIRMING]
)
def test_slot_of_an_ended_run_is_kept_while_its_job_may_run(
    bench: Workbench, step: BatchStep, state: BatchState
) -> None:
    other(bench, state, RunStatus.FINISHED)
    held_by(bench, OTHER, OTHER)
    assert bench.submit_batch(step).next is Next.SUBMIT
    assert holders(bench) == (OTHER, OTHER)


@pytest.mark.parametrize(
    ("method", "pool", "slots"),
    [
        ("data_deletion", "documented", 7),
        ("interaction_purge", "documented", 7),
        ("conversation_archive", "documented", 7),
        ("recording_job", "recording_job", 2),
    ],
)
def test_each_method_has_the_slots_of_its_pool(method: str, pool: str, slots: int) -> None:
    lifecycle = METHODS[method].lifecycle
    assert (lifecycle.pool, lifecycle.slots(7), lifecycle.slots(1)) == (pool, slots, 1)


def test_gdpr_requests_need_no_slot() -> None:
    assert METHODS["gdpr_request"].lifecycle.slots(7) is None


@pytest.mark.parametrize(
    ("request_of", "factor"), [(builders.gdpr_request, 1), (builders.conversation_archive, 2)]
)
def test_patience_grows_only_for_jobs_with_slots(request_of: Any, factor: int) -> None:
    bench = Workbench(job_time_limit_seconds=600)
    step = bench.planned(builders.batch(total=2, waiting_since=NOON), request=request_of())
    bench.clock.wait(600 * factor + 1)
    bench.submit_batch(step)
    assert bench.last_fact["detail"] == f"could not be submitted within {600 * factor} seconds"


def test_slot_of_an_ended_run_is_free_in_any_state_of_its_batch(
    bench: Workbench, step: BatchStep
) -> None:
    other(bench, BatchState.READY, RunStatus.FINISHED)
    held_by(bench, OTHER, OTHER._replace(number=7))
    bench.genesys.on(STATUS, {"state": "READY", "totalConversations": 3, "totalRecordings": 3})
    assert bench.submit_batch(step).next is Next.POLL
    cancelled = [c.path["job_id"] for c in bench.genesys.calls if c.operation == CANCEL]
    assert (holders(bench), cancelled) == ((MINE,), ["job-2"])


@pytest.mark.parametrize(
    "problem", [RefusedByGenesys("no", status=409), JobLost("404"), OutcomeUnknown("lost")]
)
def test_slot_is_taken_even_if_the_old_job_cannot_be_cancelled(
    bench: Workbench, step: BatchStep, problem: Exception
) -> None:
    other(bench, BatchState.FAILED)
    held_by(bench, OTHER, OTHER._replace(number=7))
    bench.genesys.on(STATUS, problem)
    assert bench.submit_batch(step).next is Next.POLL
    assert holders(bench) == (MINE,)


def test_slot_is_not_taken_while_the_old_job_cannot_be_read(
    bench: Workbench, step: BatchStep
) -> None:
    other(bench, BatchState.FAILED)
    held_by(bench, OTHER, OTHER)
    bench.genesys.on(STATUS, GenesysUnavailable("503"))
    assert bench.submit_batch(step).next is Next.SUBMIT
    assert holders(bench) == (OTHER, OTHER)


def test_slot_of_an_unknown_batch_is_free(bench: Workbench, step: BatchStep) -> None:
    held_by(bench, BatchRef("unknown", 0), BatchRef("unknown", 1))
    assert bench.submit_batch(step).next is Next.POLL
    assert holders(bench) == (MINE,)


@pytest.mark.parametrize(("races", "following"), [(4, Next.POLL), (5, Next.SUBMIT)])
def test_worker_that_loses_races_for_a_slot_tries_again(
    bench: Workbench, step: BatchStep, races: int, following: Next
) -> None:
    lost = [LostRace("somebody was first")] * races

    def lose() -> None:
        if lost:
            raise lost.pop()

    bench.slots.before_write = lose
    assert bench.submit_batch(step).next is following
    assert holders(bench) == ((MINE,) if following is Next.POLL else ())


def test_jobs_of_others_count_against_the_limit(bench: Workbench, step: BatchStep) -> None:
    bench.genesys.on(LIST, NONE, NONE, TWO)
    after = bench.submit_batch(step)
    assert (after.next, bench.batch.state) == (Next.SUBMIT, BatchState.PLANNED)
    assert not is_created(bench)


@pytest.mark.parametrize("status", [400, 409])
def test_job_refused_while_genesys_is_full_waits(
    bench: Workbench, step: BatchStep, status: int
) -> None:
    bench.genesys.on(CREATE, RefusedByGenesys("too many", status=status))
    bench.genesys.on(LIST, NONE, NONE, NONE, TWO, NONE, NONE)
    after = bench.submit_batch(step)
    assert (after.next, bench.batch.state) == (Next.SUBMIT, BatchState.PLANNED)
    assert (after.wait_seconds > 0, bench.batch.attempt.is_open) == (True, False)
    # The cause of this conflict is known, so it does not count as one that has to pass.
    assert bench.batch.conflicts == 0


def test_job_refused_for_another_reason_fails_the_batch(bench: Workbench, step: BatchStep) -> None:
    bench.genesys.on(CREATE, RefusedByGenesys("bad", status=400))
    with pytest.raises(RefusedByGenesys, match="bad"):
        bench.submit_batch(step)
    assert bench.batch.state is BatchState.PLANNED


def test_conflict_without_a_known_cause_is_retried_a_few_times(
    bench: Workbench, step: BatchStep
) -> None:
    bench.genesys.on(CREATE, RefusedByGenesys("409", status=409))
    # Every turn has the first message, because the stored count decides.
    for _ in range(MOST_CONFLICTS):
        assert bench.submit_batch(step).wait_seconds > 0
        assert bench.batch.state is BatchState.PLANNED
    with pytest.raises(RefusedByGenesys, match="409"):
        bench.submit_batch(step)


def test_conflict_that_passes_does_not_fail_the_batch(bench: Workbench, step: BatchStep) -> None:
    refused = [RefusedByGenesys("409", status=409)] * MOST_CONFLICTS
    bench.genesys.on(CREATE, *refused, {"id": "job-9"})
    while step.next is Next.SUBMIT:
        step = bench.submit_batch(step)
    batch = bench.batch
    assert (step.next, batch.state, batch.conflicts) == (Next.POLL, BatchState.SUBMITTED, 0)


def test_batch_waits_for_its_slot_longer_than_for_genesys(
    bench: Workbench, step: BatchStep
) -> None:
    limit = bench.settings.job_time_limit_seconds
    bench.genesys.on(LIST, GenesysUnavailable("503"), NONE)
    bench.submit_batch(step)
    assert bench.batch.waiting_since
    other(bench, BatchState.SUBMITTED)
    held_by(bench, OTHER, OTHER)
    bench.clock.wait(limit)
    assert bench.submit_batch(step).next is Next.SUBMIT
    bench.clock.wait(10 * limit)
    after = bench.submit_batch(step)
    assert (after.next, bench.batch.state) == (Next.SUBMIT, BatchState.PLANNED)
    assert after.wait_seconds > 0


def test_patience_for_genesys_starts_with_the_slot(bench: Workbench, step: BatchStep) -> None:
    limit = bench.settings.job_time_limit_seconds
    bench.genesys.on(LIST, TWO)
    other(bench, BatchState.SUBMITTED)
    held_by(bench, OTHER, OTHER)
    bench.submit_batch(step)
    bench.clock.wait(2 * limit)
    held_by(bench)
    assert bench.submit_batch(step).next is Next.SUBMIT
    bench.clock.wait(limit)
    assert bench.submit_batch(step).next is Next.SUBMIT
    bench.clock.wait(1)
    assert bench.submit_batch(step).next is Next.DONE


@pytest.mark.parametrize(
    ("questions", "state"),
    [(MOST_QUESTIONS - 1, BatchState.PLANNED), (MOST_QUESTIONS, BatchState.GAVE_UP)],
)
def test_batch_gives_up_before_its_questions_fill_the_history(
    bench: Workbench, step: BatchStep, questions: int, state: BatchState
) -> None:
    other(bench, BatchState.SUBMITTED)
    held_by(bench, OTHER, OTHER)
    bench.submit_batch(step.model_copy(update={"attempt": questions}))
    assert bench.batch.state is state
    assert not is_created(bench)


@pytest.mark.parametrize(
    ("waited", "state"),
    [(2 * 600, BatchState.PLANNED), (2 * 600 + 1, BatchState.GAVE_UP)],
)
def test_patience_for_a_slot_grows_with_the_batches_of_the_run(
    waited: int, state: BatchState
) -> None:
    bench = Workbench(job_time_limit_seconds=600)
    batches = [builders.batch(number=number, planned=3, total=2) for number in (0, 1)]
    step = bench.planned(*batches, request=builders.recording_job(), entries=entries(3))
    bench.genesys.on(LIST, TWO)
    bench.submit_batch(step)
    bench.clock.wait(waited)
    after = bench.submit_batch(step)
    assert bench.batch.state is state
    assert after.next is (Next.SUBMIT if state is BatchState.PLANNED else Next.DONE)
    assert not is_created(bench)


def stop_the_other_run(bench: Workbench) -> None:
    stop = builders.stop(StopScope.RUN, OTHER.run_id)
    bench.stops.placed[stop.stop_id] = stop


def test_slot_of_a_stopped_batch_without_a_job_is_free(bench: Workbench, step: BatchStep) -> None:
    other(bench, BatchState.PLANNED)
    held_by(bench, OTHER, OTHER)
    assert bench.submit_batch(step).next is Next.SUBMIT
    stop_the_other_run(bench)
    bench.genesys.on(STATUS, JobLost("gone"))
    assert bench.submit_batch(step).next is Next.POLL


@pytest.mark.parametrize("state", [BatchState.SUBMITTING, BatchState.SUBMITTED, BatchState.READY])
def test_slot_of_a_stopped_batch_with_a_job_is_kept(
    bench: Workbench, step: BatchStep, state: BatchState
) -> None:
    other(bench, state)
    held_by(bench, OTHER, OTHER)
    stop_the_other_run(bench)
    assert bench.submit_batch(step).next is Next.SUBMIT
    assert OTHER in holders(bench)
