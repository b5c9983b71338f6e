"""The observation of a run."""

from tests.cli.reports.observed import PLANNED_BATCH, SUBMITTED, finished, running, seen


def test_run_without_a_plan_has_no_totals() -> None:
    run = seen(SUBMITTED)
    assert (run.targeted, run.verified, run.skipped, run.planned) == (None, None, None, None)


def test_planned_run_has_its_known_totals() -> None:
    run = seen(running(PLANNED_BATCH))
    assert (run.targeted, run.deleted, run.planned) == (3, None, 1)
    assert run.batches[0].deleted is None


def test_finished_run_has_its_totals_and_duration() -> None:
    run = seen(finished())
    assert (run.targeted, run.deleted, run.verified, run.seconds) == (3, 3, 3, 2)


def test_unfinished_run_has_no_duration() -> None:
    assert seen(SUBMITTED).seconds is None


def test_successful_outcomes() -> None:
    outcomes = ("completed", "dry_run", "nothing_to_purge")
    assert all(seen(finished(each)).succeeded for each in outcomes)


def test_unsuccessful_outcomes() -> None:
    outcomes = ("completed_with_failures", "failed", "rejected")
    assert not any(seen(finished(each)).succeeded for each in outcomes)


def test_run_without_an_outcome_did_not_succeed() -> None:
    assert not seen(SUBMITTED).succeeded


def test_run_has_ended_when_its_execution_has() -> None:
    statuses = ("SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED")
    assert all(seen(SUBMITTED, status).ended for status in statuses)


def test_run_has_not_ended_while_its_execution_runs() -> None:
    assert not seen(finished(), "RUNNING").ended
