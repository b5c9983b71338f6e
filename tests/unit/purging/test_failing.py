"""FailBatch and FailPurge: an error is recorded with its class and message."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from genesys_purge.error_codec import encoded
from genesys_purge.errors import (
    CallerError,
    GenesysUnavailable,
    InvalidRequest,
    LimitExceeded,
    NotFound,
    OutcomeUnknown,
    PurgeError,
    RetentionNotMet,
    Unexpected,
)
from genesys_purge.model.batch import BatchState
from genesys_purge.model.messages import Failure, Next
from genesys_purge.model.run import Outcome
from genesys_purge.purging.settlement import is_over

from tests import builders
from tests.unit.workbench import Workbench


def failure(error: str = "GenesysUnavailable", message: str = "503", **fields: Any) -> Failure:
    raised = encoded(PurgeError(message, correlation_id=fields.pop("correlation_id", None)))
    body = {"errorMessage": str(raised), "errorType": error, "stackTrace": []}
    cause = orjson.dumps(body).decode()
    known: dict[str, Any] = {"run_id": "run-1", "batch": 0, "error": error, "cause": cause}
    return Failure(**known | fields)


def test_failed_batch_reports_a_submit_without_an_outcome(bench: Workbench) -> None:
    bench.planned(builders.batch(state=BatchState.SUBMITTING, attempt=builders.unanswered()))
    bench.fail_batch(failure(message="403"))
    assert bench.batch.state is BatchState.FAILED
    assert bench.last_fact["detail"] == (
        "GenesysUnavailable: 403; its submit may have been executed: timed out"
    )


def test_open_batch_fails_with_the_reason(bench: Workbench) -> None:
    bench.planned(builders.batch())
    step = bench.fail_batch(failure(correlation_id="c-1"))
    assert (step.next, bench.batch.state) == (Next.DONE, BatchState.FAILED)
    assert bench.last_fact == {
        "runId": "run-1",
        "sequence": 3,
        "at": "2026-11-21T12:00:00Z",
        "actor": "tests",
        "action": "batch_failed",
        "batch": 0,
        "unit": "records",
        "deletedUnit": "records",
        "targeted": 10,
        "correlationId": "c-1",
        "detail": "GenesysUnavailable: 503",
    }


def test_failed_batch_reports_a_job_that_may_still_run(bench: Workbench) -> None:
    bench.planned(builders.batch(state=BatchState.SUBMITTED, job_id="job-1"))
    bench.fail_batch(failure())
    assert bench.batch.detail == "GenesysUnavailable: 503; its job may still be running"
    assert bench.last_fact["jobId"] == "job-1"


def test_completed_batch_that_cannot_be_checked_is_unverified(bench: Workbench) -> None:
    bench.planned(builders.batch(state=BatchState.COMPLETED, deleted=10, pending=()))
    bench.fail_batch(failure())
    batch = bench.batch
    assert (batch.state, batch.verified, batch.is_verified) == (BatchState.COMPLETED, None, False)
    assert bench.last_fact["action"] == "batch_unverified"
    assert is_over(batch)
    bench.fail_batch(failure())
    assert bench.batch == batch


@pytest.mark.parametrize(
    ("state", "verified"),
    [(BatchState.COMPLETED, 10), (BatchState.FAILED, None), (BatchState.GAVE_UP, None)],
)
def test_ended_batch_does_not_fail_again(
    bench: Workbench, state: BatchState, verified: int | None
) -> None:
    ended = builders.batch(state=state, verified=verified, detail="as it was")
    bench.planned(ended)
    assert bench.fail_batch(failure()).next is Next.DONE
    assert (bench.batch, bench.facts) == (ended, [])


def test_failing_a_batch_twice_records_it_once(bench: Workbench) -> None:
    bench.planned()
    bench.fail_batch(failure())
    bench.fail_batch(failure(error="Unexpected"))
    assert len(bench.facts) == 1


@pytest.mark.parametrize("kind", [InvalidRequest, LimitExceeded, RetentionNotMet, NotFound])
def test_callers_error_rejects_an_unplanned_run(bench: Workbench, kind: type[CallerError]) -> None:
    bench.stored()
    result = bench.fail_purge(failure(error=kind.__name__, message="change it", batch=None))
    assert result.to_json() == {"runId": "run-1", "outcome": "rejected", "succeeded": False}
    assert (bench.run.outcome, bench.run.detail) == (
        Outcome.REJECTED,
        f"{kind.__name__}: change it",
    )
    assert bench.last_fact["action"] == "run_rejected"
    assert bench.meter.counts == {"RunsRejected": 1}


@pytest.mark.parametrize("kind", [GenesysUnavailable, OutcomeUnknown, Unexpected])
def test_other_errors_fail_the_run(bench: Workbench, kind: type[PurgeError]) -> None:
    bench.stored()
    result = bench.fail_purge(failure(error=kind.__name__, message="x", correlation_id="c-1"))
    assert (result.outcome, result.succeeded) == (Outcome.FAILED, False)
    assert bench.last_fact == {
        "runId": "run-1",
        "sequence": 2,
        "at": "2026-11-21T12:00:00Z",
        "actor": "fail_purge",
        "action": "run_failed",
        "method": "conversation_archive",
        "request": bench.run.facts.to_json(),
        "outcome": "failed",
        "correlationId": "c-1",
        "detail": f"{kind.__name__}: x",
    }
    assert bench.meter.counts == {"RunsFailed": 1}
    assert bench.meter.dimensions == {"RunsFailed": ("conversation_archive", None)}


def test_planned_run_fails_instead_of_being_rejected(bench: Workbench) -> None:
    bench.planned(builders.batch(state=BatchState.COMPLETED, deleted=8, verified=7))
    assert bench.fail_purge(failure(error="LimitExceeded")).outcome is Outcome.FAILED
    totals = bench.run.totals
    assert totals is not None
    assert (totals.targeted, totals.deleted, totals.verified) == (10, 8, 7)


def test_ended_run_does_not_fail_again(bench: Workbench) -> None:
    bench.stored()
    first = bench.fail_purge(failure(error="LimitExceeded"))
    assert bench.fail_purge(failure(error="Unexpected")) == first
    assert len(bench.facts) == 1
    assert bench.meter.counts == {"RunsRejected": 1}
