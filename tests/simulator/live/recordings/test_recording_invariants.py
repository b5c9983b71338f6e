"""Invariants of recordings and jobs after any sequence of actions."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import given, settings
from hypothesis import strategies as st

from simulator import FileState
from simulator.live.recording_jobs.job import OPEN
from tests.simulator.caller import Caller
from tests.simulator.live.calls import (
    JOBS,
    create_job,
    execute_job,
    many,
    start_live,
)

CONVERSATIONS = 4
Step = tuple[str, int]

steps = st.lists(
    st.tuples(
        st.sampled_from(("create", "execute", "cancel", "hold", "release", "wait")),
        st.integers(0, 7),
    ),
    max_size=30,
)


def take(caller: Caller, step: Step) -> None:
    """Applies the action to the conversation or job of this number, or waits."""
    name, number = step
    corpus = caller.simulator.corpus
    chosen = [corpus.ids()[number % CONVERSATIONS]]
    jobs = [each.job_id for each in caller.simulator.recording_jobs][number:][:1]
    on_jobs: dict[str, Callable[[str], object]] = {
        "execute": lambda job_id: execute_job(caller, job_id),
        "cancel": lambda job_id: caller.http.delete(f"{JOBS}/{job_id}"),
    }
    match name:
        case "create":
            create_job(caller, includeRecordingsWithSensitiveData=True)
        case "hold":
            corpus.place_hold(chosen)
        case "release":
            corpus.release_hold(chosen)
        case "wait":
            caller.clock.advance(2 * number)
        case _:
            for job_id in jobs:
                on_jobs[name](job_id)


def deleted(caller: Caller) -> set[str]:
    found = caller.simulator.recordings
    return {each.recording_id for each in found if each.file_state is FileState.DELETED}


@settings(max_examples=40, deadline=None)
@given(steps)
def test_holds_deletions_and_counts_stay_consistent(
    course: list[Step],
) -> None:
    caller = start_live(many(CONVERSATIONS))
    before: set[str] = set()
    for step in course:
        held = {each.recording_id for each in caller.simulator.recordings if each.protected}
        take(caller, step)
        after = deleted(caller)
        assert before <= after
        assert not (after - before) & held
        jobs = caller.simulator.recording_jobs
        assert sum(each.state in OPEN for each in jobs) <= 2
        assert after <= {each for job in jobs for each in job.processed_ids}
        for job in jobs:
            assert (*job.processed_ids, *job.failed_ids) == () or job.executed_at
            assert len(job.processed_ids) + len(job.failed_ids) <= len(job.target_ids)
        before = after
