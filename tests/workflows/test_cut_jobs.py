"""Jobs by time that cover more than the plan are cancelled, cut and tried again."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from simulator import Conversation
from simulator.live.recording_jobs.job import RecordingJobState
from simulator.live.recordings.recording import FileState
from simulator.organisation.deviations import Deviation
from tests.builders import uuids
from tests.workflows.changing_runs import changing
from tests.workflows.generated_organisations import (
    A_DAY,
    A_SECOND,
    DAYS,
    YOUNG,
    Change,
    ChangeKind,
    Limits,
    Organisation,
    examples,
)

LATE, ELSEWHERE, SWAPPED = (uuids(1, series)[0] for series in (3, 4, 5))


def calls(count: int) -> Organisation:
    """So many short calls, spread evenly over clean days, which one job takes."""
    starts = [YOUNG + number * DAYS * A_DAY / count for number in range(count)]
    spread = (
        Conversation(each, start, start + A_SECOND)
        for each, start in zip(uuids(count, 2), starts, strict=True)
    )
    return Organisation(YOUNG, tuple(spread))


def call_on(conversation_id: str, day: float) -> Conversation:
    """A call that began so many days after the start of the window."""
    start = YOUNG + day * A_DAY
    return Conversation(conversation_id, start, start + A_SECOND)


def small(named: int) -> Limits:
    return Limits(most_named=named)


@examples(0.2)
@given(st.integers(5, 30), st.floats(0, DAYS - 0.1), st.sampled_from([1, 3]))
def test_excess_in_a_clean_period_delays_but_loses_no_planned_call(
    count: int, day: float, named: int
) -> None:
    organisation = calls(count)
    late = Change(ChangeKind.APPEAR, 4, (call_on(LATE, day),))
    with changing(organisation, [late], small(named)) as scene:
        run = scene.run()

        first, *_ = jobs = scene.app.simulator.recording_jobs
        assert (first.state, first.processed_ids) == (RecordingJobState.CANCELLED, ())
        assert run["outcome"] == "completed"
        assert scene.ids_with(FileState.DELETED) == set(organisation.ids)
        assert sum(job.state is RecordingJobState.FULFILLED for job in jobs) > 1


@examples(0.2)
@given(st.integers(5, 30), st.sampled_from([1, 3]))
def test_job_that_adds_a_call_of_another_time_is_cut(count: int, named: int) -> None:
    organisation = calls(count)
    elsewhere = organisation._replace(
        conversations=(*organisation.conversations, call_on(ELSEWHERE, -20))
    )
    with changing(elsewhere, limits=small(named)) as scene:
        scene.app.simulator.deviations.add(Deviation(adds=(ELSEWHERE,), times=1))
        run = scene.run()

        first, *_ = scene.app.simulator.recording_jobs
        assert (first.state, first.processed_ids) == (RecordingJobState.CANCELLED, ())
        assert run["outcome"] == "completed"
        assert scene.ids_with(FileState.DELETED) == set(organisation.ids)


def swapped(organisation: Organisation, late: Conversation, counted: int) -> Any:
    """A run whose jobs cover the late call instead of a planned one with as many recordings."""
    change = Change(ChangeKind.APPEAR, 4, (late,))
    limits = Limits(most_named=1, most_counted=counted)
    with changing(organisation, [change], limits) as scene:
        recorded = [each.conversation_id for each in scene.app.simulator.recordings]
        one = next(each for each in organisation.ids if recorded.count(each) == 1)
        scene.app.simulator.deviations.add(Deviation(leaves_out=frozenset({one})))
        run = scene.run()
        return run, scene.ids_with(FileState.DELETED), scene.app.simulator.recording_jobs


@examples(0.2)
@given(st.integers(5, 30), st.floats(0, DAYS - 0.1), st.sampled_from([1, 2_000]))
def test_call_that_equal_totals_hide_is_found_by_its_day(
    count: int, day: float, counted: int
) -> None:
    run, deleted, (first, *_) = swapped(calls(count), call_on(SWAPPED, day), counted)

    assert SWAPPED not in deleted
    assert first.state is RecordingJobState.CANCELLED
    assert run["outcome"] == "completed_with_failures"


def test_batch_whose_last_part_is_held_is_verified() -> None:
    organisation = calls(6)
    *others, last = organisation.ids
    hold = Change(ChangeKind.HOLD_IDS, 4, organisation.conversations[-1:])
    with changing(organisation, [hold], small(1)) as scene:
        run = scene.run()

        assert (run["outcome"], run["totals"]["verified"]) == ("completed", len(others))
        assert last not in scene.ids_with(FileState.DELETED)
