"""InspectJob: a ready job of whole days is compared with the plan, in turns."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import timedelta
from itertools import count
from typing import Any
from unittest.mock import patch

import pytest
from genesys_purge.errors import GenesysUnavailable, OutcomeUnknown, PermissionMissing, RateLimited
from genesys_purge.methods.recording_job import others, pieces, started
from genesys_purge.methods.recording_job.conversations import QUERY, READ
from genesys_purge.methods.recording_job.details_job import FIRST_PAGE
from genesys_purge.methods.recording_job.metadata import METADATA
from genesys_purge.methods.recording_job.protection import ASK
from genesys_purge.methods.recording_job.two_step import CREATE, STATUS
from genesys_purge.model.batch import BatchState
from genesys_purge.model.dates import zulu
from genesys_purge.model.inspection import Inspection
from genesys_purge.model.messages import BatchStep, Next
from genesys_purge.purging import inspect_job
from genesys_purge.purging.inspect_job import LASTS, SHORTEST_WAIT
from hypothesis import given
from hypothesis import strategies as st

from tests.clock import NOON
from tests.unit.methods.recording_job.recorded import DAY, IDS
from tests.unit.methods.scene import hold
from tests.unit.purging.day_batch import FIRST, DayBatch, days
from tests.unit.purging.recording_batch import READY
from tests.unit.workbench import Workbench

# A turn has time for two calls of so many seconds.
SLOW = 60.0
SECOND = timedelta(seconds=1)


class DiedError(Exception):
    """The platform killed the worker."""


@pytest.fixture
def scene(bench: Workbench) -> DayBatch:
    """Three days with four conversations each."""
    return DayBatch(bench, 4, 4, 4)


@pytest.fixture
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inspect_job, "BLOCK", 2)


@pytest.fixture
def searching(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every part be too large to count its recordings, and its search take a job."""
    monkeypatch.setattr(others, "MOST_COUNTED", 2)
    monkeypatch.setattr(started, "LARGE", 3)


in_small_blocks = pytest.mark.usefixtures("small_blocks")
with_search = pytest.mark.usefixtures("searching")


def inspection(bench: Workbench) -> Inspection:
    found = bench.batch.inspection
    assert found is not None
    return found


def calls(bench: Workbench, operation: Any) -> int:
    return [call.operation for call in bench.genesys.calls].count(operation)


def slow(scene: DayBatch) -> None:
    """Let each search and each question about protection take a while."""
    scene.details.before_call = lambda: scene.bench.clock.wait(SLOW)


def test_job_that_covers_exactly_the_plan_is_confirmed(bench: Workbench, scene: DayBatch) -> None:
    after = bench.submit_batch(scene.ready())
    assert (after.next, bench.batch.state) == (Next.POLL, BatchState.SUBMITTED)
    assert (bench.batch.covered, bench.batch.inspection) == (12, None)
    assert scene.jobs_in("FULFILLED") == [1]


def protect_one(scene: DayBatch) -> None:
    scene.details.protected.add(IDS[5])


def hold_one(scene: DayBatch) -> None:
    scene.bench.holds.placed.append(hold(conversation_ids=frozenset({IDS[5]})))


def hold_a_time(scene: DayBatch) -> None:
    scene.bench.holds.placed.append(hold(date_range=days(1, 1)))


def hold_an_outsider(scene: DayBatch) -> None:
    at = {"conversationStart": zulu(FIRST + DAY), "conversationEnd": zulu(FIRST + DAY)}
    scene.bench.genesys.on(READ, {"conversations": [{"conversationId": IDS[900]} | at]})
    scene.bench.holds.placed.append(hold(conversation_ids=frozenset({IDS[900]})))


def list_others(scene: DayBatch) -> None:
    named = {"predicates": [{"value": IDS[0]}, {"value": IDS[900]}]}
    query = {"conversationQuery": {"conversationFilters": [named]}}
    ready = {"state": "READY", "totalConversations": 12, "totalRecordings": 12}
    scene.bench.genesys.on(STATUS, ready | {"recordingJobsQuery": query})


def total(**totals: int) -> Callable[[DayBatch], None]:
    return lambda scene: scene.totals.update(totals)


def in_state(state: str) -> Callable[[DayBatch], None]:
    return lambda scene: scene.rows.update({IDS[5]: {"fileState": state}})


def arrive_late(scene: DayBatch) -> None:
    scene.late(1)


# One condition each, of which the others hold.
STOPS: dict[str, tuple[Callable[[DayBatch], None], str]] = {
    "more conversations": (total(totalConversations=13), "13 conversations, but the plan has 12"),
    "fewer conversations": (total(totalConversations=11), "12 records of 11 conversations"),
    "more recordings": (total(totalRecordings=13), "13 records of 12 conversations"),
    "fewer recordings": (total(totalRecordings=11), "11 records of 12 conversations"),
    "unsure recording": (in_state("RESTORING"), "1 records that it may or may not delete"),
    "late conversation": (arrive_late, "13 conversations, but the plan has 12"),
    "other conversations": (list_others, "the job lists other conversations than the plan"),
    "protected by genesys": (protect_one, "Genesys now protects these records"),
    "held by id": (hold_one, "legal hold h1 covers these records"),
    "held by date": (hold_a_time, "legal hold h1 covers part of this interval"),
    "held outside the plan": (hold_an_outsider, "a legal hold names a conversation that may lie"),
}


@pytest.mark.parametrize("name", STOPS)
def test_one_difference_cancels_the_job_and_cuts_the_batch(
    bench: Workbench, scene: DayBatch, name: str
) -> None:
    change, why = STOPS[name]
    step = scene.ready()
    change(scene)
    bench.submit_batch(step)
    assert why in scene.cuts[0]
    assert "its job job-1 is cancelled" in scene.cuts[0]
    assert scene.states[1] == "CANCELLED"
    assert len(scene.bodies) > 1


@with_search
def test_job_of_fewer_conversations_is_confirmed_if_they_are_not_counted(
    bench: Workbench, scene: DayBatch
) -> None:
    step = scene.ready()
    scene.totals = {"totalConversations": 11, "totalRecordings": 11}
    for _ in range(5):
        step = bench.submit_batch(step)
        if step.next is Next.POLL:
            break
    assert (scene.cuts, scene.jobs_in("FULFILLED"), bench.batch.covered) == ([], [1], 11)
    assert calls(bench, METADATA) == 0


@in_small_blocks
def test_turn_stores_its_position_without_an_audit_record(
    bench: Workbench, scene: DayBatch
) -> None:
    step = scene.ready()
    slow(scene)
    facts = bench.facts
    after = bench.submit_batch(step)
    assert (after.next, after.wait_seconds) == (Next.SUBMIT, 0)
    found = inspection(bench)
    assert (found.position, found.conversations, found.records) == (4, 4, 4)
    assert (found.job_id, found.began_at, bench.facts) == ("job-1", NOON, facts)


@in_small_blocks
def test_later_turn_goes_on_where_the_last_one_ended(bench: Workbench, scene: DayBatch) -> None:
    step = scene.ready()
    slow(scene)
    for _ in range(2):
        step = bench.submit_batch(step)
    asked = [call.body["conversationIds"] for call in bench.genesys.calls if call.operation == ASK]
    assert asked == [IDS[at : at + 2] for at in (0, 2, 4, 6)]


@in_small_blocks
def test_nothing_is_confirmed_before_the_last_turn(bench: Workbench, scene: DayBatch) -> None:
    step = scene.ready()
    slow(scene)
    states = []
    while step.next is Next.SUBMIT:
        step = bench.submit_batch(step)
        states.append(scene.states[1])
    assert (set(states[:-1]), states[-1], len(states)) == ({"READY"}, "FULFILLED", 4)


@pytest.mark.parametrize("number", [0, 3, 11])
@in_small_blocks
def test_protected_record_of_any_turn_stops_the_job(
    bench: Workbench, scene: DayBatch, number: int
) -> None:
    step = scene.ready()
    slow(scene)
    scene.details.protected.add(IDS[number])
    while not scene.cuts:
        step = bench.submit_batch(step)
    assert (scene.states[1], inspection_or_none(bench)) == ("CANCELLED", None)


def inspection_or_none(bench: Workbench) -> Inspection | None:
    """The inspection of the cancelled job, if the batch still has it."""
    found = bench.batch.inspection
    return found if found and found.job_id == "job-1" else None


def stored_inspection(bench: Workbench, scene: DayBatch, **changes: Any) -> BatchStep:
    """The step of a ready batch with a stored inspection of its first eight records."""
    step = scene.ready()
    known: dict[str, Any] = {"job_id": "job-1", "began_at": bench.clock(), "position": 8}
    found = Inspection(**known | {"conversations": 8, "records": 8} | changes)
    bench.runs.advance(bench.batch.to(BatchState.READY, inspection=found))
    return step


def test_stored_inspection_is_continued_within_two_hours(bench: Workbench, scene: DayBatch) -> None:
    step = stored_inspection(bench, scene)
    bench.clock.wait(LASTS.total_seconds())
    bench.submit_batch(step)
    assert (calls(bench, METADATA), scene.jobs_in("FULFILLED")) == (4, [1])


def test_stale_inspection_starts_over(bench: Workbench, scene: DayBatch) -> None:
    step = stored_inspection(bench, scene)
    bench.clock.wait((LASTS + SECOND).total_seconds())
    bench.submit_batch(step)
    assert (calls(bench, METADATA), scene.jobs_in("FULFILLED")) == (12, [1])


def test_stale_inspection_of_a_long_part_cuts_it_instead(
    bench: Workbench, scene: DayBatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pieces, "MOST_NAMED", 4)
    step = stored_inspection(bench, scene)
    bench.clock.wait((LASTS + SECOND).total_seconds())
    bench.submit_batch(step)
    assert (len(scene.cuts), scene.jobs_in("CANCELLED")) == (1, [1])
    assert "took more than 2:00:00" in scene.cuts[0]
    scene.drive()
    assert (len(scene.deleted), bench.batch.is_verified) == (12, True)


def test_inspection_of_another_job_is_ignored(bench: Workbench, scene: DayBatch) -> None:
    bench.submit_batch(stored_inspection(bench, scene, job_id="job-0"))
    assert (calls(bench, METADATA), scene.jobs_in("FULFILLED")) == (12, [1])


def test_stale_inspection_forgets_what_was_protected(bench: Workbench, scene: DayBatch) -> None:
    step = stored_inspection(bench, scene, held=frozenset({3}))
    bench.clock.wait((LASTS + SECOND).total_seconds())
    bench.submit_batch(step)
    assert (scene.cuts, scene.jobs_in("FULFILLED")) == ([], [1])


@pytest.mark.parametrize(
    ("error", "wait"),
    [
        (RateLimited("all calls are booked", retry_after=37), 37),
        (RateLimited("all calls are booked"), SHORTEST_WAIT),
        (GenesysUnavailable("503", retry_after=1), SHORTEST_WAIT),
    ],
)
@in_small_blocks
def test_turn_that_fails_later_keeps_its_progress(
    bench: Workbench, scene: DayBatch, error: Exception, wait: float
) -> None:
    step = scene.ready()
    bench.genesys.on(ASK, {"entities": []}, {"entities": []}, error, {"entities": []})
    after = bench.submit_batch(step)
    assert (after.next, after.wait_seconds, inspection(bench).position) == (Next.SUBMIT, wait, 4)
    bench.submit_batch(after)
    assert (calls(bench, ASK), scene.jobs_in("FULFILLED")) == (7, [1])


def test_turn_without_progress_waits_like_any_failed_call(
    bench: Workbench, scene: DayBatch
) -> None:
    step = scene.ready()
    bench.genesys.on(ASK, RateLimited("all calls are booked", retry_after=37))
    after = bench.submit_batch(step)
    assert (after.next, after.attempt, bench.batch.inspection) == (Next.SUBMIT, 1, None)
    assert after.wait_seconds >= 37


def test_unexported_recordings_begin_the_inspection_again(bench: Workbench) -> None:
    scene = DayBatch(bench, 4, 4, exportIntegrationId="bucket-1")
    step = bench.poll_batch(scene.drive(until_jobs=2))
    del scene.rows[IDS[2]]["exportedDate"]
    after = bench.submit_batch(step)
    assert (after.next, scene.states[2], bench.batch.inspection) == (Next.SUBMIT, "READY", None)
    assert after.wait_seconds >= 60


@in_small_blocks
def test_unexported_recordings_forget_the_turns_before(bench: Workbench) -> None:
    scene = DayBatch(bench, 4, 4, exportIntegrationId="bucket-1")
    step = bench.poll_batch(scene.drive(until_jobs=2))
    del scene.rows[IDS[2]]["exportedDate"]
    slow(scene)
    step = bench.submit_batch(step)
    assert inspection(bench).unprepared == 1
    while bench.batch.inspection:
        step = bench.submit_batch(step)
    assert (bench.batch.inspection, scene.states[2]) == (None, "READY")


def test_missing_permission_ends_the_batch_and_its_job(bench: Workbench, scene: DayBatch) -> None:
    step = scene.ready()
    bench.genesys.on(ASK, PermissionMissing("403", permission="recording:job:view"))
    after = bench.submit_batch(step)
    assert (after.next, bench.batch.state, scene.cuts) == (Next.DONE, BatchState.FAILED, [])
    assert scene.states[1] == "CANCELLED"


def ready_to_search(bench: Workbench, scene: DayBatch) -> BatchStep:
    """The step after the turn that began the search for other conversations."""
    after = bench.submit_batch(scene.ready())
    assert (after.next, after.wait_seconds, scene.details.jobs) == (Next.SUBMIT, 5, 1)
    assert inspection(bench).search is not None
    return after


@with_search
def test_large_part_is_not_confirmed_before_its_search_is_over(
    bench: Workbench, scene: DayBatch
) -> None:
    scene.details.states = ["PENDING", "PENDING"]
    step = ready_to_search(bench, scene)
    for wait in (8, 12):
        step = bench.submit_batch(step)
        assert (step.wait_seconds, scene.states[1]) == (wait, "READY")
    assert bench.submit_batch(step).next is Next.POLL
    assert (scene.details.jobs, scene.jobs_in("FULFILLED")) == (1, [1])


@with_search
def test_search_finds_a_conversation_that_appeared_late(bench: Workbench, scene: DayBatch) -> None:
    """The totals of the job are older than it."""
    step = scene.ready()
    scene.totals = {"totalConversations": 12, "totalRecordings": 12}
    step = bench.submit_batch(step)
    scene.late(2)
    bench.submit_batch(step)
    assert "the job may cover 1 more conversations" in scene.cuts[0]
    assert scene.states[1] == "CANCELLED"


@pytest.mark.parametrize("writes", [0, 1])
def test_worker_that_dies_while_it_cuts_loses_no_record(
    bench: Workbench, scene: DayBatch, writes: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It dies before or after it has cancelled the job."""
    scene.totals = {"totalConversations": 13}
    scene.step = scene.ready()
    advance, done = bench.runs.advance, count()

    def dies(*written: Any) -> None:
        if next(done) == writes:
            raise DiedError
        advance(*written)

    with monkeypatch.context() as patched, suppress(DiedError):
        patched.setattr(bench.runs, "advance", dies)
        bench.submit_batch(scene.step)
    assert scene.jobs_in("CANCELLED") == [1] * writes
    scene.totals = {}
    scene.drive()
    assert scene.deleted == set(range(12))


def test_unanswered_creation_before_the_job_does_not_forbid_a_cut(
    bench: Workbench, scene: DayBatch
) -> None:
    """Genesys cancels the job, but still shows it as ready."""
    creations = count()

    def create(body: Mapping[str, Any]) -> Mapping[str, Any]:
        if next(creations) == 0:
            raise OutcomeUnknown("timed out")
        return scene.create(body)

    bench.genesys.on(CREATE, create)
    scene.drive(until_jobs=1)
    bench.genesys.on(STATUS, READY | {"totalConversations": 13, "totalRecordings": 13})
    bench.submit_batch(bench.poll_batch(scene.step))
    assert (bench.batch.state, len(scene.cuts)) == (BatchState.SUBMITTED, 1)


@with_search
def test_search_that_misses_a_planned_conversation_proves_nothing(
    bench: Workbench, scene: DayBatch
) -> None:
    step = ready_to_search(bench, scene)
    del scene.details.rows[5]
    bench.submit_batch(step)
    assert "found 11 of 12 in the plan" in scene.cuts[0]
    assert scene.jobs_in("FULFILLED") == []


@with_search
def test_search_with_an_empty_answer_proves_nothing(bench: Workbench, scene: DayBatch) -> None:
    """A planned conversation has lost its recordings, and another one has come in its place."""
    step = scene.ready()
    scene.details.unrecorded.add(IDS[0])
    late = scene.late(1)
    bench.genesys.on(FIRST_PAGE, {})
    while not scene.cuts:
        bench.clock.wait(step.wait_seconds)
        step = bench.submit_batch(step)
    assert scene.rows[late] == {"fileState": "AVAILABLE"}


@with_search
def test_late_conversation_without_recordings_stops_nothing(
    bench: Workbench, scene: DayBatch
) -> None:
    step = ready_to_search(bench, scene)
    scene.details.unrecorded.add(scene.late(2))
    assert bench.submit_batch(step).next is Next.POLL
    assert (scene.cuts, scene.jobs_in("FULFILLED")) == ([], [1])


@with_search
def test_search_asks_the_question_of_the_job(bench: Workbench) -> None:
    scene = DayBatch(bench, 4, 4, queueIds=["q1"], divisionIds=["d1"])
    bench.submit_batch(scene.ready())
    body, question = scene.bodies[0]["conversationQuery"], bench.genesys.calls
    (asked,) = [each.body for each in question if each.operation == QUERY]
    fields = ("conversationFilters", "segmentFilters")
    assert [asked[name] for name in fields] == [body[name] for name in fields]
    assert asked["interval"] == body["interval"] == str(days(0, 1))


@with_search
def test_search_that_is_refused_keeps_its_job(bench: Workbench, scene: DayBatch) -> None:
    step = ready_to_search(bench, scene)
    refusals = iter([RateLimited("all calls are booked")])

    def refuse() -> None:
        for error in refusals:
            raise error

    scene.details.before_call = refuse
    step = bench.submit_batch(step)
    assert (step.next, scene.states[1], inspection(bench).position) == (Next.SUBMIT, "READY", 12)
    assert bench.submit_batch(step).next is Next.POLL
    assert scene.details.jobs == 1


@given(
    is_large=st.booleans(),
    changed=st.sampled_from(["", "", "protected by genesys", "late conversation"]),
    deaths=st.sets(st.integers(0, 12), max_size=4),
    refusals=st.sets(st.integers(0, 20), max_size=4),
    seconds=st.sampled_from([0.0, 30.0, SLOW]),
)
def test_verdict_on_a_job_does_not_depend_on_its_turns(
    *, is_large: bool, changed: str, deaths: set[int], refusals: set[int], seconds: float
) -> None:
    with (
        patch.object(inspect_job, "BLOCK", 2),
        patch.object(others, "MOST_COUNTED", 2 if is_large else 100),
        patch.object(started, "LARGE", 3),
    ):
        scene = DayBatch(Workbench(), 4, 4, 4)
        step = scene.ready()
        if changed:
            STOPS[changed][0](scene)
        disturb(scene, deaths, refusals, seconds)
        for _ in range(100):
            if scene.states[1] != "READY":
                break
            with suppress(DiedError):
                step = scene.bench.submit_batch(step)
                scene.bench.clock.wait(step.wait_seconds)
    assert scene.states[1] == ("CANCELLED" if changed else "FULFILLED")


def disturb(scene: DayBatch, deaths: set[int], refusals: set[int], seconds: float) -> None:
    """Let calls be slow; the worker dies before these writes, and these calls are refused."""
    numbers = {"write": -1, "call": -1}

    def before_write(_: str) -> None:
        numbers["write"] += 1
        if numbers["write"] in deaths:
            raise DiedError

    def before_call() -> None:
        scene.bench.clock.wait(seconds)
        numbers["call"] += 1
        if numbers["call"] in refusals:
            raise RateLimited("all calls are booked")

    scene.bench.runs.before_write = before_write
    scene.details.before_call = before_call
