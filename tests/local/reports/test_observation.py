"""One look at a run."""

import pytest

from tests.local.reports.observed import PLANNED_BATCH, SUBMITTED, finished, running, seen


def test_before_its_plan_a_run_has_no_totals() -> None:
    run = seen(SUBMITTED)
    assert (run.targeted, run.verified, run.skipped, run.planned) == (None, None, None, None)


def test_a_planned_run_has_what_is_known() -> None:
    run = seen(running(PLANNED_BATCH))
    assert (run.targeted, run.deleted, run.planned) == (3, None, 1)
    assert run.batches[0].deleted is None


def test_a_finished_run_has_its_numbers_and_its_duration() -> None:
    run = seen(finished())
    assert (run.targeted, run.deleted, run.verified, run.seconds) == (3, 3, 3, 2)


def test_an_unfinished_run_has_no_duration() -> None:
    assert seen(SUBMITTED).seconds is None


@pytest.mark.parametrize("outcome", ["completed", "dry_run", "nothing_to_purge"])
def test_outcomes_that_are_successes(outcome: str) -> None:
    assert seen(finished(outcome)).succeeded


@pytest.mark.parametrize("outcome", ["completed_with_failures", "failed", "rejected"])
def test_outcomes_that_are_not(outcome: str) -> None:
    assert not seen(finished(outcome)).succeeded


def test_a_run_without_outcome_did_not_succeed() -> None:
    assert not seen(SUBMITTED).succeeded


@pytest.mark.parametrize("status", ["SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED"])
def test_a_run_has_ended_once_its_execution_has(status: str) -> None:
    assert seen(SUBMITTED, status).ended


def test_a_run_has_not_ended_while_its_execution_runs() -> None:
    assert not seen(finished(), "RUNNING").ended
