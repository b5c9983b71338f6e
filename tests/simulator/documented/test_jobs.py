"""The progress, the end and the records of documented jobs."""

from datetime import timedelta
from typing import Any

import pytest

from simulator import Corpus, DeletionMoment, Fault, FaultKind, JobState, Method
from simulator.organisation.timeline import Fate, JobFate, Timeline
from tests.simulator.caller import (
    ARCHIVE,
    DELETION,
    NOW,
    PURGE,
    Caller,
    deletion_body,
    policy,
    start_simulator,
    window,
)


def timeline(**changes: object) -> Timeline:
    given: dict[str, object] = {
        "submitted_at": NOW,
        "pending": timedelta(seconds=10),
        "per_record": timedelta(seconds=2),
        "records": 4,
    }
    return Timeline(**(given | changes))  # type: ignore[arg-type]  # the values have several types


def ten_eligible(**settings: Any) -> Caller:
    corpus = Corpus.compose(now=NOW, eligible=10, span_days=30)
    return start_simulator(corpus, job_base_seconds=10, job_seconds_per_record=1, **settings)


def test_job_is_pending_then_running_then_completed() -> None:
    seen = [
        (
            timeline().state(NOW + timedelta(seconds=s)),
            timeline().processed(NOW + timedelta(seconds=s)),
        )
        for s in (0, 9.9, 10, 11.9, 12, 17.9, 18, 99)
    ]
    assert seen == [
        (JobState.PENDING, 0),
        (JobState.PENDING, 0),
        (JobState.RUNNING, 0),
        (JobState.RUNNING, 0),
        (JobState.RUNNING, 1),
        (JobState.RUNNING, 3),
        (JobState.COMPLETED, 4),
        (JobState.COMPLETED, 4),
    ]


@pytest.mark.parametrize("changes", [{"records": 0}, {"per_record": timedelta(0)}])
def test_job_without_work_completes_when_it_starts(
    changes: dict[str, object],
) -> None:
    line = timeline(**changes)
    assert line.state(line.runs_from) is JobState.COMPLETED
    assert line.processed(line.runs_from) == line.records
    assert line.processed(NOW) == 0


@pytest.mark.parametrize(
    ("fate", "state"),
    [
        (Fate.FAILS, JobState.FAILED),
        (Fate.IS_CANCELLED, JobState.CANCELLED),
        (Fate.VANISHES, JobState.VANISHED),
        (Fate.NEVER_FINISHES, JobState.RUNNING),
    ],
)
def test_fate_takes_effect_after_its_share_of_the_records(fate: Fate, state: JobState) -> None:
    line = timeline(job_fate=JobFate(fate, 0.5))
    assert line.state(NOW + timedelta(seconds=13.9)) is JobState.RUNNING
    late = NOW + timedelta(days=9)
    assert (line.state(late), line.processed(late)) == (state, 2)
    assert (line.ends_at is None) == (fate is Fate.NEVER_FINISHES)


@pytest.mark.parametrize("fate", Fate)
def test_progress_never_falls_or_exceeds_the_records(fate: Fate) -> None:
    for progress in (0, 0.33, 0.5, 1):
        line = timeline(records=50, job_fate=JobFate(fate, progress))
        counts = [line.processed(NOW + timedelta(seconds=each)) for each in range(0, 200, 3)]
        assert counts == sorted(counts)
        assert counts[-1] == (50 if fate is Fate.COMPLETES else int(50 * progress))


def test_records_are_deleted_one_by_one() -> None:
    caller = ten_eligible()
    ids = caller.simulator.corpus.ids()
    caller.submit_archive(ids)
    caller.clock.advance(13)
    deletions = caller.simulator.corpus.deletions()
    assert list(deletions) == ids[:3]
    moments = [(each.at - NOW).total_seconds() for each in deletions.values()]
    assert moments == [11, 12, 13]


def test_records_can_be_deleted_all_at_the_end() -> None:
    caller = ten_eligible(deletes=DeletionMoment.AT_THE_END)
    caller.submit_archive(caller.simulator.corpus.ids())
    caller.clock.advance(19.9)
    assert caller.simulator.corpus.deletions() == {}
    caller.clock.advance(100)
    deletions = caller.simulator.corpus.deletions().values()
    assert {(each.at - NOW).total_seconds() for each in deletions} == {20}
    assert len(deletions) == 10


def test_failed_job_that_deletes_at_the_end_deletes_nothing() -> None:
    caller = ten_eligible(deletes=DeletionMoment.AT_THE_END)
    caller.simulator.faults.add(Fault(kind=FaultKind.JOB_FAILS, job_progress=0.9))
    caller.submit_archive(caller.simulator.corpus.ids())
    caller.clock.advance(1000)
    assert caller.simulator.corpus.deletions() == {}


def test_speed_shortens_jobs_and_lag() -> None:
    caller = ten_eligible(speed=100, verification_lag_seconds=50)
    ids = caller.simulator.corpus.ids()
    job_id = caller.submit_archive(ids).json()["jobId"]
    caller.clock.advance(0.2)
    assert caller.poll(ARCHIVE, job_id)["state"] == "completed"
    assert caller.counted(dateRange=window(396, 366)) == 10
    caller.clock.advance(0.5)
    assert caller.counted(dateRange=window(396, 366)) == 0


def test_job_record_has_requested_targeted_and_deleted_ids() -> None:
    caller = ten_eligible()
    ids = caller.simulator.corpus.ids()
    caller.submit_archive(["unknown", *ids[:2]])
    caller.clock.advance(11)
    [job] = caller.simulator.jobs
    assert job.state is JobState.RUNNING
    assert job.client_id == "simulator"
    assert (job.submitted_at, job.ends_at) == (NOW, NOW + timedelta(seconds=12))
    assert job.requested_ids == ("unknown", *ids[:2])
    assert job.target_ids == tuple(ids[:2])
    assert job.deleted_ids == tuple(ids[:1])


def test_jobs_for_the_same_conversation_were_submitted_twice() -> None:
    caller = ten_eligible()
    ids = caller.simulator.corpus.ids()
    for batch in (ids[:5], ids[5:], ids[4:6]):
        caller.submit_archive(batch)
    first, second, third = (job.job_id for job in caller.simulator.jobs)
    assert sorted(caller.simulator.submitted_twice()) == sorted([(first, third), (second, third)])


def test_window_submitted_again_later_was_submitted_twice() -> None:
    caller = ten_eligible()
    caller.submit_deletion()
    assert caller.simulator.submitted_twice() == []
    caller.clock.advance(1000)
    caller.submit_deletion()
    assert len(caller.simulator.submitted_twice()) == 1


@pytest.mark.parametrize(
    ("kind", "state"),
    [(FaultKind.JOB_FAILS, "failed"), (FaultKind.JOB_CANCELLED, "cancelled")],
)
def test_job_can_fail_or_be_cancelled_halfway(kind: FaultKind, state: str) -> None:
    caller = ten_eligible()
    caller.simulator.faults.add(Fault(kind=kind, job_progress=0.5))
    job_id = caller.submit_archive(caller.simulator.corpus.ids()).json()["jobId"]
    caller.clock.advance(1000)
    answer = caller.poll(ARCHIVE, job_id)
    assert (answer["state"], answer["recordsProcessed"]) == (state, 5)
    assert len(caller.simulator.corpus.deleted_ids()) == 5


@pytest.mark.parametrize("path", [ARCHIVE, DELETION, PURGE])
def test_job_of_any_method_can_vanish(path: str) -> None:
    caller = ten_eligible()
    caller.simulator.faults.add(Fault(kind=FaultKind.JOB_VANISHES))
    submits: dict[str, object] = {
        ARCHIVE: {"conversationIds": ["a"]},
        DELETION: deletion_body(),
        PURGE: {"interactions": [policy()]},
    }
    assert caller.http.post(path, json=submits[path]).status_code == 202
    job_id = caller.simulator.jobs[0].job_id
    assert caller.http.get(f"{path}/{job_id}").status_code == 200
    caller.clock.advance(10)
    assert caller.http.get(f"{path}/{job_id}").status_code == 404


def test_job_that_never_finishes_keeps_its_slot() -> None:
    caller = ten_eligible(max_concurrent_jobs=1)
    caller.simulator.faults.add(Fault(kind=FaultKind.JOB_NEVER_FINISHES))
    job_id = caller.submit_archive(caller.simulator.corpus.ids()).json()["jobId"]
    caller.clock.advance(3000)
    assert caller.poll(ARCHIVE, job_id)["state"] == "inProgress"
    assert caller.submit_archive(["a"]).status_code == 429


def test_fate_applies_to_the_next_job_of_its_method() -> None:
    caller = ten_eligible()
    fault = Fault(kind=FaultKind.JOB_FAILS, method=Method.CONVERSATION_ARCHIVE)
    caller.simulator.faults.add(fault)
    caller.submit_deletion()
    assert caller.submit_archive([]).status_code == 400
    caller.submit_archive(["a"])
    caller.clock.advance(1000)
    assert [job.state for job in caller.simulator.jobs] == [JobState.COMPLETED, JobState.FAILED]
