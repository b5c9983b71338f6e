"""Whether a run is settled at its end, without a sweep."""

from __future__ import annotations

from typing import Any

import pytest
from genesys_purge.model.batch import Batch, BatchState

from tests import builders
from tests.unit.purging.recording_batch import entries
from tests.unit.workbench import Workbench

FAILED = BatchState.FAILED


def submitted(**changes: Any) -> Batch:
    return builders.batch(**{"state": BatchState.SUBMITTED, "job_id": "job-1"} | changes)


def completed(**changes: Any) -> Batch:
    known = {"state": BatchState.COMPLETED, "job_id": "job-1", "deleted": 10, "pending": ()}
    return builders.batch(**known | changes)


def verified(**changes: Any) -> Batch:
    return completed(verified=10, is_verified=True, **changes)


@pytest.mark.parametrize(
    ("batch", "is_settled"),
    [
        (verified(), True),
        (completed(verified=9), True),
        (completed(), False),
        (submitted(), False),
        (submitted(state=FAILED), True),
        (submitted(state=FAILED, attempt=builders.unanswered()), True),
    ],
)
def test_run_is_settled_at_its_end_if_nothing_is_open(
    bench: Workbench, batch: Batch, *, is_settled: bool
) -> None:
    bench.planned(batch)
    bench.stop()
    assert bench.run.is_settled is is_settled


def test_dry_run_is_settled_at_its_end(bench: Workbench) -> None:
    bench.planned(request=builders.conversation_archive(dryRun=True))
    bench.stop()
    assert bench.run.is_settled


@pytest.mark.parametrize(
    ("changes", "is_settled"),
    [
        ({"state": FAILED}, True),
        ({"state": FAILED, "job_id": "job-1"}, False),
        ({"state": BatchState.GAVE_UP, "job_id": "job-1"}, False),
        ({"state": FAILED, "attempt": builders.unanswered()}, False),
        ({"state": BatchState.IMPLAUSIBLE, "job_id": "job-1"}, True),
        ({"state": BatchState.COMPLETED, "job_id": "job-1", "verified": 3}, True),
    ],
)
def test_two_step_run_is_settled_at_its_end_if_no_job_may_wait(
    bench: Workbench, changes: dict[str, Any], *, is_settled: bool
) -> None:
    batch = builders.batch(planned=3, **changes)
    bench.planned(batch, request=builders.recording_job(), entries=entries(3))
    bench.stop()
    assert bench.run.is_settled is is_settled


def test_completed_run_is_settled_at_once(bench: Workbench) -> None:
    bench.complete_purge(bench.planned(verified()))
    assert bench.run.is_settled


def test_completed_run_with_an_open_batch_is_not_settled(bench: Workbench) -> None:
    bench.complete_purge(bench.planned(verified(), submitted(number=1)))
    assert not bench.run.is_settled
