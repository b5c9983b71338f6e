"""SettleRun: the late batches of a run that has ended, and the correction of its totals."""

from __future__ import annotations

from typing import Any

import pytest
from genesys_purge.errors import AuthenticationFailed, GenesysUnavailable, LostRace, RateLimited
from genesys_purge.methods.documented.conversation_archive import LOOK_UP, STATUS
from genesys_purge.model.batch import Batch, BatchState
from genesys_purge.model.run import Outcome
from genesys_purge.purging.waiting import VERIFIED_WITHIN

from tests import builders
from tests.clock import NOON
from tests.unit.workbench import Workbench

FINISHED = {"state": "completed", "recordsProcessed": 10}
GONE: dict[str, Any] = {"data": []}


def left(count: int) -> dict[str, Any]:
    return {"data": [{"conversationId": each} for each in builders.conversation_ids(count)]}


def submitted(**changes: Any) -> Batch:
    known = {"state": BatchState.SUBMITTED, "job_id": "job-1", "submitted_at": NOON}
    return builders.batch(**known | changes)


def completed(**changes: Any) -> Batch:
    known = {"state": BatchState.COMPLETED, "job_id": "job-1", "deleted": 10, "pending": ()}
    return builders.batch(**known | changes)


def test_job_that_ends_after_its_run_is_verified_and_counted(bench: Workbench) -> None:
    bench.planned(submitted())
    bench.stop()
    assert bench.run.totals is not None
    assert (bench.run.totals.deleted, bench.run.totals.unreported) == (None, 10)
    bench.genesys.on(STATUS, FINISHED)
    bench.genesys.on(LOOK_UP, GONE)
    bench.sweep()
    assert (bench.batch.state, bench.batch.verified) == (BatchState.COMPLETED, 10)
    totals = bench.run.totals
    assert totals is not None
    assert (totals.deleted, totals.unreported, totals.verified) == (10, None, 10)
    assert bench.facts == ["run_failed", "batch_completed", "batch_verified", "run_corrected"]
    assert bench.run.is_settled


def test_correction_has_the_totals_and_the_record_that_it_supersedes(bench: Workbench) -> None:
    bench.planned(submitted())
    bench.stop()
    bench.genesys.on(STATUS, FINISHED)
    bench.genesys.on(LOOK_UP, GONE)
    bench.sweep()
    assert bench.fact("run_failed")["sequence"] == 3
    assert bench.last_fact == {
        "runId": "run-1",
        "sequence": 6,
        "at": "2026-11-21T12:00:00Z",
        "actor": "settle_runs",
        "action": "run_corrected",
        "method": "conversation_archive",
        "request": bench.run.facts.to_json(),
        "outcome": "failed",
        "unit": "records",
        "deletedUnit": "records",
        "targeted": 10,
        "deleted": 10,
        "verified": 10,
        "skipped": {},
        "successRate": 1.0,
        "supersedes": 3,
        "detail": "every batch is completed and verified",
    }
    assert bench.meter.counts["RunsCorrected"] == 1


def test_second_correction_supersedes_the_first(bench: Workbench) -> None:
    bench.planned(submitted(), submitted(number=1))
    bench.stop()
    bench.genesys.on(LOOK_UP, GONE)
    bench.genesys.on(STATUS, FINISHED, {"state": "inProgress"})
    bench.sweep()
    first = bench.last_fact
    bench.genesys.on(STATUS, FINISHED)
    bench.sweep()
    assert first["detail"] == "of 2 batches, 1 not completed and 0 not verified"
    assert (first["deleted"], first["unreported"]) == (10, 10)
    assert (bench.last_fact["deleted"], bench.last_fact["supersedes"]) == (20, first["sequence"])


def test_outcome_and_detail_stay_those_of_the_end(bench: Workbench) -> None:
    bench.planned(submitted())
    bench.stop()
    bench.genesys.on(STATUS, FINISHED)
    bench.genesys.on(LOOK_UP, GONE)
    bench.sweep()
    assert (bench.run.outcome, bench.run.detail) == (Outcome.FAILED, "ABORTED: stopped")


def test_planned_batch_of_an_ended_run_fails_without_a_call(bench: Workbench) -> None:
    bench.planned()
    bench.stop()
    bench.sweep()
    assert bench.batch.state is BatchState.FAILED
    assert bench.genesys.calls == []
    assert bench.run.is_settled
    # The totals are the same, so nothing is corrected.
    assert bench.facts == ["run_failed", "batch_failed"]


def test_unanswered_submit_is_reconciled_without_another_one(bench: Workbench) -> None:
    attempt = builders.unanswered()
    bench.planned(builders.batch(state=BatchState.SUBMITTING, attempt=attempt, before=10))
    bench.stop()
    bench.genesys.on(LOOK_UP, left(10))
    bench.clock.wait(bench.settings.reconcile_seconds)
    bench.sweep()
    assert bench.batch.state is BatchState.FAILED
    assert bench.genesys.deletions == []
    assert bench.run.is_settled


def test_unfinished_job_is_polled_again_by_the_next_sweep(bench: Workbench) -> None:
    bench.planned(submitted())
    bench.stop()
    bench.genesys.on(STATUS, {"state": "inProgress"})
    for _ in range(2):
        assert bench.sweep() == []
    assert len(bench.genesys.calls) == 2
    assert (bench.batch.state, bench.run.is_settled) == (BatchState.SUBMITTED, False)
    assert bench.facts == ["run_failed"]


def test_job_that_does_not_end_in_time_is_given_up_by_a_sweep(bench: Workbench) -> None:
    bench.planned(submitted())
    bench.stop()
    bench.genesys.on(STATUS, {"state": "inProgress"})
    bench.clock.wait(bench.settings.job_time_limit_seconds)
    bench.sweep()
    assert bench.batch.state is BatchState.GAVE_UP
    assert bench.run.totals is not None
    assert (bench.run.totals.unreported, bench.run.is_settled) == (10, True)


def test_remaining_records_are_checked_for_an_hour_after_the_job(bench: Workbench) -> None:
    bench.planned(completed(ended_at=NOON))
    bench.stop()
    bench.genesys.on(LOOK_UP, left(1))
    bench.clock.wait(VERIFIED_WITHIN)
    bench.sweep()
    assert bench.facts == ["run_failed"]
    bench.clock.wait(1)
    bench.sweep()
    assert (bench.batch.verified, bench.batch.is_verified) == (9, False)
    assert bench.facts == ["run_failed", "batch_unverified", "run_corrected"]


@pytest.mark.parametrize("error", [GenesysUnavailable("503"), RateLimited("429")])
def test_failed_call_leaves_the_batch_to_the_next_sweep(bench: Workbench, error: Exception) -> None:
    bench.planned(completed(ended_at=NOON))
    bench.stop()
    bench.clock.wait(VERIFIED_WITHIN + 1)
    bench.genesys.on(LOOK_UP, error)
    assert bench.sweep() == []
    assert (bench.batch.verified, bench.facts) == (None, ["run_failed"])


def test_lasting_error_ends_the_batch_as_its_execution_would(bench: Workbench) -> None:
    bench.planned(submitted())
    bench.stop()
    bench.genesys.on(STATUS, AuthenticationFailed("the client is gone"))
    bench.sweep()
    assert bench.batch.state is BatchState.FAILED
    detail = "AuthenticationFailed: the client is gone; its job may still be running"
    assert bench.fact("batch_failed")["detail"] == detail
    assert bench.run.is_settled


def test_batch_that_fails_unexpectedly_does_not_stop_the_others(bench: Workbench) -> None:
    bench.planned(submitted(), submitted(number=1))
    bench.stop()
    bench.genesys.on(LOOK_UP, GONE)
    bench.genesys.on(STATUS, ValueError("broken"), FINISHED)
    assert bench.sweep() == ["run-1"]
    assert bench.runs.batch("run-1", 1).is_verified
    assert bench.run.totals is not None
    assert (bench.run.totals.deleted, bench.run.is_settled) == (10, False)
    assert bench.meter.counts["SettlingFailed"] == 1


def test_batches_are_left_to_the_next_sweep_without_time(bench: Workbench) -> None:
    bench.planned(submitted())
    bench.stop()
    bench.seconds_left = 29
    bench.sweep()
    assert (bench.genesys.calls, bench.batch.state) == ([], BatchState.SUBMITTED)


def test_correction_of_another_worker_is_not_overwritten(bench: Workbench) -> None:
    bench.planned(submitted())
    bench.stop()
    bench.genesys.on(STATUS, FINISHED)
    bench.genesys.on(LOOK_UP, GONE)

    def let_another_go_first(write: str) -> None:
        if write == "revise":
            bench.runs.before_write = lambda _: None
            bench.sweep()

    bench.runs.before_write = let_another_go_first
    assert bench.sweep() == ["run-1"]
    assert bench.facts.count("run_corrected") == 1  # type: ignore[arg-type]  # an action is text


def test_lost_race_of_a_batch_is_no_failure(bench: Workbench) -> None:
    bench.planned(submitted())
    bench.stop()
    bench.genesys.on(STATUS, FINISHED)

    def lose(write: str) -> None:
        if write == "advance":
            raise LostRace("another worker changed the record")

    bench.runs.before_write = lose
    assert bench.sweep() == []
    assert bench.facts == ["run_failed"]
