"""LeftJobs: the jobs that an ended run has left waiting at Genesys are cancelled."""

from __future__ import annotations

from typing import Any

import pytest
from genesys_purge.errors import GenesysUnavailable, JobLost
from genesys_purge.methods.recording_job.two_step import CANCEL, LIST, STATUS
from genesys_purge.model.batch import Batch, BatchState

from tests import builders
from tests.unit.purging.recording_batch import NONE, cancelled, entries, surplus
from tests.unit.workbench import Workbench

DAY = 86_400


def ended(bench: Workbench, **changes: Any) -> None:
    """A stopped run with one failed batch of three conversations."""
    known = {"planned": 3, "state": BatchState.FAILED}
    batch: Batch = builders.batch(**known | changes)
    bench.planned(batch, request=builders.recording_job(), entries=entries(3))
    bench.genesys.on(CANCEL, {})
    bench.genesys.on(LIST, NONE)
    bench.stop()


def is_settled(bench: Workbench) -> bool:
    return bench.run.is_settled


def test_own_job_that_still_waits_is_cancelled_and_recorded(bench: Workbench) -> None:
    ended(bench, job_id="job-1")
    bench.genesys.on(STATUS, {"state": "READY"})
    bench.sweep()
    assert cancelled(bench) == ["job-1"]
    assert (bench.last_fact["action"], bench.last_fact["jobId"]) == ("batch_reconciled", "job-1")
    assert "job-1 still waited" in bench.last_fact["detail"]
    assert (bench.batch.state, is_settled(bench)) == (BatchState.FAILED, True)


@pytest.mark.parametrize("answer", [{"state": "CANCELLED"}, {"state": "FULFILLED"}, JobLost("404")])
def test_own_job_that_has_ended_settles_the_run(bench: Workbench, answer: Any) -> None:
    ended(bench, job_id="job-1")
    assert not is_settled(bench)
    bench.genesys.on(STATUS, answer)
    bench.sweep()
    assert (cancelled(bench), is_settled(bench)) == ([], True)


def test_job_that_is_still_prepared_is_cancelled_once_it_waits(bench: Workbench) -> None:
    ended(bench, job_id="job-1", state=BatchState.GAVE_UP)
    bench.genesys.on(STATUS, {"state": "PENDING"}, {"state": "READY"})
    bench.sweep()
    assert (cancelled(bench), is_settled(bench)) == ([], False)
    bench.sweep()
    assert (cancelled(bench), is_settled(bench)) == (["job-1"], True)


def test_job_that_could_not_be_cancelled_is_tried_again(bench: Workbench) -> None:
    ended(bench, job_id="job-1")
    bench.genesys.on(STATUS, {"state": "READY"})
    bench.genesys.on(CANCEL, GenesysUnavailable("503"), {})
    bench.sweep()
    assert not is_settled(bench)
    bench.sweep()
    assert is_settled(bench)


def test_ready_job_of_an_open_batch_is_cancelled_with_its_batch(bench: Workbench) -> None:
    ended(bench, job_id="job-1", state=BatchState.READY)
    bench.genesys.on(STATUS, {"state": "CANCELLED"})
    bench.sweep()
    assert cancelled(bench) == ["job-1"]
    assert (bench.batch.state, is_settled(bench)) == (BatchState.FAILED, True)
    assert bench.genesys.deletions == []


def test_late_job_of_an_unanswered_call_is_cancelled(bench: Workbench) -> None:
    ended(bench, attempt=builders.unanswered())
    bench.sweep()
    assert cancelled(bench) == []
    bench.genesys.on(LIST, {"entities": [surplus()]}, NONE)
    bench.sweep()
    assert cancelled(bench) == ["job-2"]


def test_lists_are_searched_for_a_day_after_the_end(bench: Workbench) -> None:
    ended(bench, attempt=builders.unanswered())
    bench.clock.wait(DAY - 1)
    bench.sweep()
    assert not is_settled(bench)
    bench.clock.wait(1)
    bench.sweep()
    assert is_settled(bench)
    calls = len(bench.genesys.calls)
    bench.sweep()
    assert len(bench.genesys.calls) == calls


def test_run_is_not_settled_while_a_list_cannot_be_read(bench: Workbench) -> None:
    ended(bench, attempt=builders.unanswered())
    bench.clock.wait(DAY)
    bench.genesys.on(LIST, GenesysUnavailable("503"))
    bench.sweep()
    assert not is_settled(bench)


def test_search_at_an_organisation_that_is_gone_is_given_up(bench: Workbench) -> None:
    ended(bench, job_id="job-1")
    bench.genesys.on(STATUS, GenesysUnavailable("503"))
    bench.clock.wait(14 * DAY)
    bench.sweep()
    assert not is_settled(bench)
    bench.clock.wait(1)
    bench.sweep()
    assert is_settled(bench)


def test_jobs_of_a_verified_batch_with_an_unanswered_call_are_cancelled(
    bench: Workbench,
) -> None:
    state = {"state": BatchState.COMPLETED, "verified": 3, "is_verified": True, "pending": ()}
    ended(bench, job_id="job-1", attempt=builders.unanswered(), **state)
    assert not is_settled(bench)
    bench.genesys.on(LIST, {"entities": [surplus("job-1"), surplus()]}, NONE)
    bench.sweep()
    assert cancelled(bench) == ["job-2"]


def test_run_of_an_unknown_organisation_stays_open(bench: Workbench) -> None:
    batch = builders.batch(planned=3, state=BatchState.FAILED, job_id="job-1")
    request = builders.recording_job(organisation="removed")
    bench.planned(batch, request=request, entries=entries(3))
    bench.stop()
    assert bench.sweep() == []
    assert not is_settled(bench)
