"""Records that may be deleted without a reported count are unreported, and never counted as 0."""

from __future__ import annotations

from typing import Any

import pytest
from genesys_purge.errors import JobLost
from genesys_purge.methods.documented.conversation_archive import STATUS
from genesys_purge.model.batch import BatchState
from genesys_purge.model.messages import BatchStep, Failure, Next
from genesys_purge.model.run import totals_of
from genesys_purge.model.slices import Slice

from tests import builders
from tests.clock import NOON
from tests.unit.workbench import Workbench

FAILURE = Failure(run_id="run-1", batch=0, error="Unexpected", cause="x")


@pytest.mark.parametrize(
    ("state", "unreported"),
    [
        (BatchState.PLANNED, None),
        (BatchState.SUBMITTING, 10),
        (BatchState.SUBMITTED, 10),
        (BatchState.READY, None),
        (BatchState.CONFIRMING, 10),
        (BatchState.FAILED, None),
    ],
)
def test_totals_count_the_records_of_a_job_under_way_as_unreported(
    state: BatchState, unreported: int | None
) -> None:
    assert totals_of(None, [builders.batch(state=state)]).unreported == unreported


def test_only_the_part_under_way_is_unreported() -> None:
    parts = (Slice(start=4, stop=6), Slice(start=6, stop=10))
    batch = builders.batch(state=BatchState.SUBMITTED, pending=parts, deleted=4)
    totals = totals_of(None, [batch])
    assert (totals.deleted, totals.unreported) == (4, 2)


@pytest.mark.parametrize(
    ("state", "unreported"), [(BatchState.SUBMITTED, 10), (BatchState.PLANNED, 0)]
)
def test_batch_that_fails_with_a_job_has_unreported_records(
    bench: Workbench, state: BatchState, unreported: int
) -> None:
    bench.planned(builders.batch(state=state))
    bench.fail_batch(FAILURE)
    assert (bench.batch.deleted, bench.batch.unreported) == (None, unreported)


@pytest.mark.parametrize(
    ("answer", "unreported"),
    [
        ({"state": "failed"}, 10),
        ({"state": "failed", "recordsProcessed": 0}, 0),
        (JobLost("404"), 10),
        ({"state": "inProgress"}, 10),
    ],
)
def test_job_that_ends_without_a_count_leaves_unreported_records(
    bench: Workbench, answer: Any, unreported: int
) -> None:
    submitted = {"state": BatchState.SUBMITTED, "job_id": "job-1", "submitted_at": NOON}
    step: BatchStep = bench.planned(builders.batch(**submitted))
    bench.clock.wait(bench.settings.job_time_limit_seconds)
    bench.genesys.on(STATUS, answer)
    assert bench.poll_batch(step).next is Next.DONE
    assert bench.batch.unreported == unreported


def test_failed_run_reports_its_totals_so_far(bench: Workbench) -> None:
    done = builders.batch(state=BatchState.COMPLETED, deleted=8, verified=8, is_verified=True)
    bench.planned(done, builders.batch(number=1, state=BatchState.SUBMITTED, job_id="job-2"))
    bench.stop()
    known = ("targeted", "deleted", "unreported", "skipped")
    assert [bench.last_fact[name] for name in known] == [20, 8, 10, {}]


def test_failed_run_without_a_plan_reports_no_totals(bench: Workbench) -> None:
    bench.stored()
    bench.stop()
    assert not {"targeted", "deleted", "unreported", "skipped"} & set(bench.last_fact)


def test_completed_run_reports_unreported_records(bench: Workbench) -> None:
    step = bench.planned(
        builders.batch(state=BatchState.COMPLETED, unreported=10, verified=10, is_verified=True)
    )
    bench.complete_purge(step)
    assert bench.last_fact["unreported"] == 10
    assert "deleted" not in bench.last_fact
