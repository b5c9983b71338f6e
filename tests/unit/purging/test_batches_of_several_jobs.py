"""A batch whose parts take a job each: what it counts, and what its verification reads."""

from __future__ import annotations

from typing import Any

import pytest
from genesys_purge.methods import METHODS
from genesys_purge.methods.recording_job import pieces
from genesys_purge.methods.recording_job.two_step import STATUS
from genesys_purge.methods.recording_job.verdict import FAILED
from genesys_purge.model.batch import Batch, BatchState
from genesys_purge.model.finished_job import FinishedJob

from tests import builders
from tests.unit.methods.recording_job.recorded import IDS
from tests.unit.methods.scene import hold
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


def finished(bench: Workbench) -> list[tuple[str, int | None]]:
    return [(each.job_id, each.covered) for each in bench.batch.finished_jobs]


def read_at_the_end(bench: Workbench, operation: Any) -> list[str]:
    """The jobs that the verification read, in order."""
    ids = [call.path["job_id"] for call in bench.genesys.calls if call.operation == operation]
    return ids[-4:] if operation == STATUS else ids


def test_batch_lists_the_finished_jobs_of_its_parts(bench: Workbench, cut: DayBatch) -> None:
    cut.drive()
    assert finished(bench) == [("job-1", 3), ("job-2", 1), ("job-3", 1)]
    assert (bench.batch.job_id, bench.batch.covered) == ("job-4", 3)


def test_counts_of_all_jobs_are_summed(bench: Workbench, cut: DayBatch) -> None:
    cut.drive()
    assert (bench.batch.deleted, bench.batch.verified, bench.batch.is_verified) == (8, 8, True)
    assert bench.last_fact["deleted"] == 8


def test_verification_reads_every_job(bench: Workbench, cut: DayBatch) -> None:
    cut.drive()
    assert read_at_the_end(bench, STATUS) == ["job-1", "job-2", "job-3", "job-4"]


@pytest.mark.parametrize("job", [1, 4])
def test_failure_of_any_job_prevents_verification(
    bench: Workbench, cut: DayBatch, job: int
) -> None:
    cut.failed[job] = [IDS[0 if job == 1 else 8]]
    cut.drive()
    assert (bench.batch.is_verified, bench.batch.verified, bench.batch.deleted) == (False, 7, 7)
    assert f"1 failed, in {cut.failed[job][0]}" in str(bench.batch.detail)
    assert set(read_at_the_end(bench, FAILED)) == {f"job-{job}"}


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
    assert (scene.deleted, finished(bench)) == ({1, 2, 3}, [])
    assert (bench.batch.is_verified, bench.batch.deleted) == (True, 3)


def test_exports_are_no_finished_jobs(bench: Workbench) -> None:
    scene = DayBatch(bench, 3, 3, exportIntegrationId="bucket-1")
    bench.holds.placed.append(hold(conversation_ids=frozenset({IDS[5]})))
    scene.drive()
    actions = {f"job-{at}": body["action"] for at, body in enumerate(scene.bodies, start=1)}
    jobs = [*(job_id for job_id, _ in finished(bench)), str(bench.batch.job_id or "")]
    assert {actions[each] for each in jobs if each} == {"DELETE"}
    assert (bench.batch.exported, bench.batch.deleted, bench.batch.is_verified) == (5, 5, True)


def completed(*covered: int | None, last: int | None) -> Batch:
    jobs = tuple(FinishedJob(job_id=f"job-{at}", covered=each) for at, each in enumerate(covered))
    return builders.batch(
        state=BatchState.COMPLETED, pending=(), finished_jobs=jobs, covered=last, job_id="job-9"
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
    jobs = (FinishedJob(job_id="job-0", covered=3),)
    assert LIFECYCLE.asked_for(builders.batch(finished_jobs=jobs, covered=4)) == 4
    assert LIFECYCLE.asked_for(builders.batch(finished_jobs=jobs)) is None


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
