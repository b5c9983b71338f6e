"""What executed jobs take from generated organisations, by the simulator's own record."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from simulator.live.recording_jobs.job import OPEN, RecordingJobRecord
from simulator.live.recordings.recording import FileState
from simulator.organisation.deviations import Deviation
from tests.workflows.changing_runs import ChangingRun, Made, changing
from tests.workflows.generated_organisations import (
    AGED,
    YOUNG,
    Change,
    ChangeKind,
    Limits,
    Organisation,
    changes,
    deviations,
    examples,
    limits,
    organisations,
)

# A retention matrix is read again after a minute.
A_MINUTE = timedelta(minutes=1)
HELD = (ChangeKind.HOLD_IDS, ChangeKind.HOLD_DATES)
CUT_DAYS = (*HELD, ChangeKind.APPEAR)


@st.composite
def changing_organisations(
    draw: st.DrawFn, *kinds: ChangeKind
) -> tuple[Organisation, list[Change]]:
    organisation = draw(organisations(YOUNG, AGED))
    return organisation, draw(changes(organisation, *kinds))


def is_kept_by(made: Made, job: RecordingJobRecord, run: ChangingRun) -> set[str]:
    """The conversations that the change keeps, and that the job could have known of."""
    change, everything = made.change, run.app.simulator.corpus
    match change.kind:
        case ChangeKind.HOLD_IDS if job.job_id not in made.executed:
            return change.ids
        case ChangeKind.HOLD_DATES if job.job_id not in made.executed:
            first, last = change.ends[0], change.ends[-1]
            return {e.conversation_id for e in everything if first <= e.last_activity <= last}
        case ChangeKind.PROTECT if job.job_id not in made.created:
            return change.ids
        case ChangeKind.KEEP_LONGER if job.executed_at and job.executed_at > made.at + A_MINUTE:
            return set(everything.ids())
        case _:
            return set()


@examples(0.8)
@given(changing_organisations(*ChangeKind), limits())
def test_jobs_take_planned_conversations_that_nothing_keeps(
    found: tuple[Organisation, list[Change]], small: Limits
) -> None:
    """A change comes before the run or after any answer of Genesys."""
    with changing(*found, small) as scene:
        run = scene.run()

        planned = scene.manifest(run)
        for job in scene.executed():
            taken = scene.taken(job)
            assert taken <= planned
            assert [
                made.change for made in scene.made if taken & is_kept_by(made, job, scene)
            ] == []
        assert scene.app.simulator.submitted_twice() == []
        assert [job for job in scene.app.simulator.recording_jobs if job.state in OPEN] == []


@st.composite
def young_organisations(draw: st.DrawFn, *kinds: ChangeKind) -> tuple[Organisation, list[Change]]:
    organisation = draw(organisations(YOUNG))
    return organisation, draw(changes(organisation, *kinds))


@examples(0.4)
@given(young_organisations(*CUT_DAYS), limits())
def test_everything_that_may_be_taken_is_taken(
    found: tuple[Organisation, list[Change]], small: Limits
) -> None:
    """Days with late conversations or holds are taken in pieces, or by name."""
    with changing(*found, small) as scene:
        run = scene.run()

        kept = {
            each
            for made in scene.made
            for each in scene.organisation.ids
            if each in is_held(made.change, scene)
        }
        eligible = scene.organisation.eligible(scene.app.clock())
        assert run["outcome"] in ("completed", "nothing_to_purge")
        assert (eligible - kept).isdisjoint(scene.ids_with(FileState.AVAILABLE, FileState.ARCHIVED))


def is_held(change: Change, scene: ChangingRun) -> set[str]:
    if change.kind is ChangeKind.HOLD_IDS:
        return change.ids
    if change.kind is not ChangeKind.HOLD_DATES:
        return set()
    first, last = change.ends[0], change.ends[-1]
    everything = scene.app.simulator.corpus
    return {each.conversation_id for each in everything if first <= each.last_activity <= last}


@st.composite
def deviating_organisations(draw: st.DrawFn) -> tuple[Organisation, list[Deviation]]:
    organisation = draw(organisations(YOUNG, AGED))
    return organisation, draw(deviations(organisation))


@examples(0.8)
@given(deviating_organisations(), limits())
def test_deviating_job_takes_nothing_unplanned_that_a_search_finds(
    found: tuple[Organisation, list[Deviation]], small: Limits
) -> None:
    """Only equal totals hide a conversation that started outside the time of the job."""
    organisation, deviating = found
    with changing(organisation, limits=small) as scene:
        scene.app.simulator.deviations.add(*deviating)
        run = scene.run()

        planned = scene.manifest(run)
        for job in scene.executed():
            assert found_by_a_search(scene, job) <= planned
            assert len(scene.taken(job)) <= size_of(scene, job, planned)


def named_in(job: RecordingJobRecord) -> set[str]:
    """The conversations that the job's query names; none for a job of a time."""
    query: Any = job.query.conversation_query
    filters = query.conversation_filters if query else ()
    return {each.value for named in filters for each in named.predicates}


def started_in(scene: ChangingRun, job: RecordingJobRecord, ids: set[str]) -> set[str]:
    """Those of the ids that started in the time of the job."""
    query = job.query.conversation_query
    time = query.interval if query else job.query.aged_conversation_interval
    assert time is not None
    known = [each for each in scene.app.simulator.corpus if each.conversation_id in ids]
    return {each.conversation_id for each in known if time.start <= each.start < time.end}


def found_by_a_search(scene: ChangingRun, job: RecordingJobRecord) -> set[str]:
    """The taken conversations that a search for others finds; a named job has no search."""
    return set() if named_in(job) else started_in(scene, job, scene.taken(job))


def size_of(scene: ChangingRun, job: RecordingJobRecord, planned: set[str]) -> int:
    return len(named_in(job) or started_in(scene, job, planned))
