"""LeftJobs: the jobs that an ended run has left waiting at Genesys are cancelled."""

from __future__ import annotations

from typing import Any

import pytest
from genesys_purge.errors import GenesysUnavailable, JobLost, NotFound
from genesys_purge.methods.recording_job.two_step import CANCEL, LIST, STATUS
from genesys_purge.model.batch import Batch, BatchState
from genesys_purge.model.dates import zulu

from tests import builders
from tests.clock import NOON
from tests.unit.purging.recording_batch import IDS, entries
from tests.unit.workbench import Workbench

DAY = 86_400
NONE: dict[str, Any] = {"entities": []}


def ended(bench: Workbench, **changes: Any) -> None:
    """A stopped run with one failed batch of three conversations."""
    known = {"planned": 3, "state": BatchState.FAILED}
    batch: Batch = builders.batch(**known | changes)
    bench.planned(batch, request=builders.recording_job(), entries=entries(3))
    bench.genesys.on(CANCEL, {})
    bench.genesys.on(LIST, NONE)
    bench.stop()


def cancelled(bench: Workbench) -> list[str]:
    return [call.path["job_id"] for call in bench.genesys.calls if call.operation == CANCEL]


def surplus(job_id: str = "job-2", at: Any = NOON, ids: Any = IDS) -> dict[str, Any]:
    filters = {"predicates": [{"value": each} for each in ids]}
    query = {"actionDate": zulu(at), "conversationQuery": {"conversationFilters": [filters]}}
    return {"id": job_id, "recordingJobsQuery": query}


def test_own_job_that_still_waits_is_cancelled_and_recorded(bench: Workbench) -> None:
    ended(bench, job_id="job-1")
    bench.genesys.on(STATUS, {"state": "READY"})
    bench.sweep()
    assert cancelled(bench) == ["job-1"]
    assert (bench.last_fact["action"], bench.last_fact["jobId"]) == ("batch_reconciled", "job-1")
    assert "job-1 still waited" in bench.last_fact["detail"]
    assert (bench.batch.state, bench.run.is_settled) == (BatchState.FAILED, True)


@pytest.mark.parametrize("answer", [{"state": "CANCELLED"}, {"state": "FULFILLED"}, JobLost("404")])
def test_own_job_that_has_ended_settles_the_run(bench: Workbench, answer: Any) -> None:
    ended(bench, job_id="job-1")
    assert not bench.run.is_settled
    bench.genesys.on(STATUS, answer)
    bench.sweep()
    assert (cancelled(bench), bench.run.is_settled) == ([], True)


def test_job_that_is_still_prepared_is_cancelled_once_it_waits(bench: Workbench) -> None:
    ended(bench, job_id="job-1", state=BatchState.GAVE_UP)
    bench.genesys.on(STATUS, {"state": "PENDING"}, {"state": "READY"})
    bench.sweep()
    assert (cancelled(bench), bench.run.is_settled) == ([], False)
    bench.sweep()
    assert (cancelled(bench), bench.run.is_settled) == (["job-1"], True)


def test_job_that_could_not_be_cancelled_is_tried_again(bench: Workbench) -> None:
    ended(bench, job_id="job-1")
    bench.genesys.on(STATUS, {"state": "READY"})
    bench.genesys.on(CANCEL, GenesysUnavailable("503"), {})
    bench.sweep()
    assert not bench.run.is_settled
    bench.sweep()
    assert bench.run.is_settled


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
    assert not bench.run.is_settled
    bench.clock.wait(1)
    bench.sweep()
    assert bench.run.is_settled
    calls = len(bench.genesys.calls)
    bench.sweep()
    assert len(bench.genesys.calls) == calls


def test_run_is_not_settled_while_a_list_cannot_be_read(bench: Workbench) -> None:
    ended(bench, attempt=builders.unanswered())
    bench.clock.wait(DAY)
    bench.genesys.on(LIST, GenesysUnavailable("503"))
    bench.sweep()
    assert not bench.run.is_settled


def test_search_at_an_organisation_that_is_gone_is_given_up(bench: Workbench) -> None:
    ended(bench, job_id="job-1")
    bench.genesys.on(STATUS, GenesysUnavailable("503"))
    bench.clock.wait(14 * DAY)
    bench.sweep()
    assert not bench.run.is_settled
    bench.clock.wait(1)
    bench.sweep()
    assert bench.run.is_settled


def test_jobs_of_a_verified_batch_with_an_unanswered_call_are_cancelled(
    bench: Workbench,
) -> None:
    state = {"state": BatchState.COMPLETED, "verified": 3, "is_verified": True, "pending": ()}
    ended(bench, job_id="job-1", attempt=builders.unanswered(), **state)
    assert not bench.run.is_settled
    bench.genesys.on(LIST, {"entities": [surplus("job-1"), surplus()]}, NONE)
    bench.sweep()
    assert cancelled(bench) == ["job-2"]


def test_manifest_that_cannot_be_read_leaves_the_run_open(bench: Workbench) -> None:
    ended(bench, job_id="job-1")
    bench.organisations.named = missing  # type: ignore[method-assign]  # it was removed
    bench.genesys.on(STATUS, {"state": "READY"})
    bench.sweep()
    assert not bench.run.is_settled


def missing(_: str | None) -> Any:
    raise NotFound("it was removed")
