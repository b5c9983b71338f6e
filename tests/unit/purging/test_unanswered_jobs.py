"""Jobs of unanswered calls: adopted if they are the latest, otherwise cancelled."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from genesys_purge.calling.attempt import Attempt
from genesys_purge.errors import GenesysUnavailable
from genesys_purge.methods.recording_job.protection import ASK
from genesys_purge.methods.recording_job.request import RecordingJobRequest, job_of
from genesys_purge.methods.recording_job.two_step import CANCEL, CREATE, EXECUTE, LIST, STATUS
from genesys_purge.model.batch import Batch, BatchState
from genesys_purge.model.messages import BatchStep, Next
from genesys_purge.purging.parts import part_of

from tests import builders
from tests.clock import NOON
from tests.unit.purging import recording_batch
from tests.unit.purging.recording_batch import READY
from tests.unit.workbench import Workbench

NONE: dict[str, Any] = {"entities": []}
EARLIER = NOON - timedelta(hours=1)
# Two calls without an answer; both were given up, and the batch may submit again.
GIVEN_UP = Attempt(number=2, at=NOON, doubts=(EARLIER, NOON), reason="timed out")


def listed(job_id: str, at: Any) -> dict[str, Any]:
    """A job of the batch's three conversations, as Genesys lists it."""
    batch = builders.batch(planned=3, attempt=Attempt(number=1, at=at))
    part = part_of(batch, recording_batch.entries(3), range(3), NOON)
    request = RecordingJobRequest.parse(builders.recording_job())
    return {"id": job_id, "recordingJobsQuery": job_of(request, part)}


def planned(bench: Workbench, *jobs: dict[str, Any], **changes: Any) -> BatchStep:
    bench.genesys.on(STATUS, READY)
    bench.genesys.on(ASK, NONE)
    # Genesys lists the jobs by state, page by page; here all of them are ready.
    bench.genesys.on(LIST, NONE, {"entities": list(jobs)}, NONE)
    bench.genesys.on(CREATE, {"id": "job-9"})
    bench.genesys.on(CANCEL, {})
    bench.genesys.on(EXECUTE, {})
    batch = builders.batch(planned=3, **{"attempt": GIVEN_UP} | changes)
    entries = recording_batch.entries(3)
    return bench.planned(batch, request=builders.recording_job(), entries=entries)


def cancelled(bench: Workbench) -> list[str]:
    return [call.path["job_id"] for call in bench.genesys.calls if call.operation == CANCEL]


def test_job_that_is_listed_too_late_is_adopted(bench: Workbench) -> None:
    step = planned(bench, listed("job-2", NOON))
    assert bench.submit_batch(step).next is Next.POLL
    assert (bench.batch.state, bench.batch.job_id) == (BatchState.SUBMITTED, "job-2")
    assert (bench.genesys.deletions, bench.facts) == ([], ["batch_reconciled"])


def surplus(bench: Workbench) -> BatchStep:
    """A batch about to be submitted again, while a job of an earlier call waits."""
    step = planned(bench)
    bench.genesys.on(LIST, NONE, NONE, NONE, {"entities": [listed("job-1", EARLIER)]}, NONE)
    return step


def test_job_of_an_earlier_call_is_cancelled_before_a_new_one(bench: Workbench) -> None:
    bench.submit_batch(surplus(bench))
    assert (cancelled(bench), bench.batch.job_id) == (["job-1"], "job-9")


def test_job_of_an_earlier_call_is_cancelled_before_a_confirmation(bench: Workbench) -> None:
    ready: dict[str, Any] = {"state": BatchState.READY, "job_id": "job-2"}
    step = planned(bench, listed("job-1", EARLIER), listed("job-2", NOON), **ready)
    bench.submit_batch(step)
    assert (cancelled(bench), bench.batch.state) == (["job-1"], BatchState.SUBMITTED)


def test_batch_that_gives_up_cancels_the_jobs_of_its_calls(bench: Workbench) -> None:
    step = planned(bench, listed("job-1", EARLIER), waiting_since=NOON)
    bench.clock.wait(14_401)
    assert bench.submit_batch(step).next is Next.DONE
    assert (cancelled(bench), bench.batch.state) == (["job-1"], BatchState.GAVE_UP)


@pytest.mark.parametrize("broken", [LIST, CANCEL])
def test_batch_goes_on_if_a_surplus_job_cannot_be_cancelled(bench: Workbench, broken: Any) -> None:
    ready: dict[str, Any] = {"state": BatchState.READY, "job_id": "job-2"}
    step = planned(bench, listed("job-1", EARLIER), **ready)
    bench.genesys.on(broken, GenesysUnavailable("503"))
    bench.submit_batch(step)
    assert bench.batch.state is BatchState.SUBMITTED


def test_batch_without_a_doubt_reads_no_list(bench: Workbench) -> None:
    batch: dict[str, Any] = {"attempt": Attempt(number=1, at=NOON)}
    bench.submit_batch(planned(bench, listed("job-1", NOON), **batch))
    path = {"state": "READY", "mine": "true", "page": "1"}
    mine = [call for call in bench.genesys.calls if call.path == path]
    assert (mine, bench.batch.job_id) == ([], "job-9")


def test_job_that_another_worker_stored_is_not_stored_twice(bench: Workbench) -> None:
    step = planned(bench, listed("job-2", NOON))

    def overtake(_: str) -> None:
        bench.runs.before_write = lambda _: None
        batch: Batch = bench.batch.to(BatchState.SUBMITTED, job_id="job-2", submitted_at=NOON)
        bench.runs.advance(batch)

    bench.runs.before_write = overtake
    assert bench.submit_batch(step).next is Next.POLL
    assert (bench.batch.job_id, bench.facts) == ("job-2", [])
