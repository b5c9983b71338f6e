"""A batch whose parts take a job each: what it counts, and what its verification reads."""

from __future__ import annotations

from typing import Any

import pytest
from genesys_purge.methods import METHODS
from genesys_purge.methods.recording_job import pieces
from genesys_purge.methods.recording_job.two_step import STATUS
from genesys_purge.methods.recording_job.verdict import FAILED
from genesys_purge.model.batch import Batch, BatchState
from genesys_purge.model.finished_jobs import FinishedJobs, JobCounts

from tests import builders
from tests.unit.methods.recording_job.recorded import IDS
from tests.unit.methods.scene import hold
from tests.unit.purging import sampled_batch
from tests.unit.purging.day_batch import DayBatch
from tests.unit.workbench import Workbench

LIFECYCLE = METHODS["recording_job"].lifecycle


@pytest.fixture(autouse=True)
def few_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pieces, "MOST_NAMED", 2)


@pytest.fixture
def cut(bench: Workbench) -> DayBatch:
    """A batch of 3 + 2 + 1 + 3 records in four jobs; the fifth record is held."""
    scene = DayBatch(bench, 3, 3, 3)
    bench.holds.placed.append(hold(conversation_ids=frozenset({IDS[4]})))
    return scene


def finished(bench: Workbench) -> tuple[int, int | None]:
    return bench.batch.finished.number, bench.batch.finished.covered


def jobs_of(bench: Workbench, operation: Any) -> list[str]:
    """The jobs about which Genesys was asked, in order."""
    return [call.path["job_id"] for call in bench.genesys.calls if call.operation == operation]


def test_batch_sums_up_the_finished_jobs_of_its_parts(bench: Workbench, cut: DayBatch) -> None:
    cut.drive()
    assert finished(bench) == (3, 5)
    assert (bench.batch.job_id, bench.batch.covered) == ("job-4", 3)


def test_counts_of_all_jobs_are_summed(bench: Workbench, cut: DayBatch) -> None:
    cut.drive()
    assert (bench.batch.deleted, bench.batch.verified, bench.batch.is_verified) == (8, 8, True)
    assert bench.last_fact["deleted"] == 8


def test_verification_reads_only_the_last_of_a_thousand_jobs(bench: Workbench) -> None:
    done = FinishedJobs(number=999, covered=0, counts=JobCounts(processed=0, failed=0))
    step = sampled_batch.completed(bench, 60, finished=done, covered=60, job_id="job-1000")
    sampled_batch.genesys_with(bench, ())
    sampled_batch.drive(bench, step)
    assert (bench.batch.is_verified, jobs_of(bench, STATUS)) == (True, ["job-1000"])


@pytest.mark.parametrize("job", [1, 4])
def test_failure_of_any_job_prevents_verification(
    bench: Workbench, cut: DayBatch, job: int
) -> None:
    cut.failed[job] = [IDS[0 if job == 1 else 8]]
    cut.drive()
    assert (bench.batch.is_verified, bench.batch.verified, bench.batch.deleted) == (False, 7, 7)
    assert f"1 failed, in {cut.failed[job][0]}" in str(bench.batch.detail)
    assert set(jobs_of(bench, FAILED)) == {f"job-{job}"}


def test_failures_of_all_jobs_are_named(bench: Workbench, cut: DayBatch) -> None:
    cut.failed = {1: [IDS[0]], 4: [IDS[6], IDS[8]]}
    cut.drive()
    assert f"3 failed, in {IDS[0]}, {IDS[6]}, {IDS[8]}" in str(bench.batch.detail)


def test_batch_whose_last_part_became_protected_is_verified(bench: Workbench) -> None:
    scene = DayBatch(bench, 3, 1)
    bench.holds.placed.append(hold(conversation_ids=frozenset({IDS[3]})))
    scene.drive()
    assert (scene.deleted, bench.batch.job_id) == ({0, 1, 2}, None)
    assert (bench.batch.state, bench.batch.is_verified) == (BatchState.COMPLETED, True)
    assert (bench.batch.deleted, bench.batch.verified) == (3, 3)


def test_batch_whose_first_part_became_protected_is_verified(bench: Workbench) -> None:
    scene = DayBatch(bench, 1, 3)
    bench.holds.placed.append(hold(conversation_ids=frozenset({IDS[0]})))
    scene.drive()
    assert (scene.deleted, finished(bench)) == ({1, 2, 3}, (0, None))
    assert (bench.batch.is_verified, bench.batch.deleted) == (True, 3)


def test_exports_are_no_finished_jobs(bench: Workbench) -> None:
    scene = DayBatch(bench, 3, 3, exportIntegrationId="bucket-1")
    bench.holds.placed.append(hold(conversation_ids=frozenset({IDS[5]})))
    scene.drive()
    assert [each["action"] for each in scene.bodies].count("EXPORT") == 2
    assert finished(bench) == (2, 5)
    assert (bench.batch.exported, bench.batch.deleted, bench.batch.is_verified) == (5, 5, True)


def completed(*covered: int | None, last: int | None) -> Batch:
    jobs = FinishedJobs()
    for at, each in enumerate(covered):
        jobs = jobs.plus(f"job-{at}", each, JobCounts())
    return builders.batch(
        state=BatchState.COMPLETED, pending=(), finished=jobs, covered=last, job_id="job-9"
    )


@pytest.mark.parametrize(
    ("batch", "asked"),
    [
        (completed(last=4), 4),
        (completed(3, 2, last=4), 9),
        (completed(3, last=None), 3),
        (completed(None, last=4), 4),
        (completed(last=None), None),
    ],
)
def test_completed_batch_asked_for_what_all_its_jobs_covered(
    batch: Batch, asked: int | None
) -> None:
    assert LIFECYCLE.asked_for(batch) == asked


def test_running_job_was_asked_for_its_own_part_alone() -> None:
    jobs = FinishedJobs(number=1, covered=3)
    assert LIFECYCLE.asked_for(builders.batch(finished=jobs, covered=4)) == 4
    assert LIFECYCLE.asked_for(builders.batch(finished=jobs)) is None


def test_job_that_processed_more_than_its_part_is_implausible(
    bench: Workbench, cut: DayBatch
) -> None:
    cut.drive(until_jobs=2)
    step = bench.submit_batch(bench.poll_batch(cut.step))
    cut.done[2] = 2
    bench.poll_batch(step)
    assert bench.batch.state is BatchState.IMPLAUSIBLE
    assert "2 processed records, but was asked for 1" in str(bench.batch.detail)


def test_missing_count_of_one_part_is_unreported(bench: Workbench, cut: DayBatch) -> None:
    cut.drive(until_jobs=2)
    step = bench.submit_batch(bench.poll_batch(cut.step))
    bench.genesys.on(STATUS, {"state": "FULFILLED", "recordingJobsQuery": {"action": "DELETE"}})
    bench.poll_batch(step)
    assert (bench.batch.deleted, bench.batch.unreported) == (3, 1)
    assert bench.batch.state is BatchState.PLANNED
