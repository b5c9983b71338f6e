"""CompletePurge: the totals, the outcome and the metrics of a run."""

from __future__ import annotations

from typing import Any

import pytest
from genesys_purge.errors import LostRace
from genesys_purge.methods.documented.data_deletion import COUNT
from genesys_purge.model.batch import Batch, BatchState
from genesys_purge.model.messages import RunRef
from genesys_purge.model.run import Outcome, RunStatus

from tests import builders
from tests.unit.workbench import Workbench

RUN = RunRef(run_id="run-1")


def ended(state: BatchState = BatchState.COMPLETED, number: int = 0, **changes: Any) -> Batch:
    known = {"deleted": 10, "verified": 10, "is_verified": True} | changes
    return builders.batch(state=state, number=number, **known)


def test_run_with_verified_batches_is_completed_with_totals(bench: Workbench) -> None:
    bench.planned(ended(), ended(number=1, protected=frozenset({0}), deleted=9, verified=9))
    bench.clock.wait(90)
    result = bench.complete_purge(RUN)
    assert result.to_json() == {"runId": "run-1", "outcome": "completed", "succeeded": True}
    run = bench.run
    assert (run.status, run.finished_at) == (RunStatus.FINISHED, bench.clock.at)
    assert run.totals is not None
    assert run.totals.to_json() == {
        "unit": "records",
        "deletedUnit": "records",
        "targeted": 19,
        "skipped": {"protected": 1},
        "deleted": 19,
        "verified": 19,
    }
    assert bench.last_fact == {
        "runId": "run-1",
        "sequence": 3,
        "at": "2026-11-21T12:01:30Z",
        "actor": "complete_purge",
        "action": "run_completed",
        "method": "conversation_archive",
        "request": run.facts.to_json(),
        "outcome": "completed",
        "unit": "records",
        "deletedUnit": "records",
        "targeted": 19,
        "deleted": 19,
        "verified": 19,
        "skipped": {"protected": 1},
        "latencySeconds": 90.0,
        "successRate": 1.0,
    }
    assert bench.meter.counts == {"RunsCompleted": 1}
    assert bench.meter.durations == {"RunDuration": 90.0}


def test_metrics_of_a_run_have_its_method_and_organisation(bench: Workbench) -> None:
    bench.planned(ended(), request=builders.conversation_archive(organisation="emea"))
    bench.complete_purge(RUN)
    assert bench.meter.dimensions == dict.fromkeys(
        ("RunsCompleted", "RunDuration"), ("conversation_archive", "emea")
    )


@pytest.mark.parametrize(
    ("second", "counter"),
    [
        (ended(BatchState.FAILED, 1, is_verified=False), "RunsCompletedWithFailures"),
        (ended(number=1, is_verified=False), "RunsCompletedWithFailures"),
        (ended(BatchState.SUBMITTED, 1), "RunsCompletedWithFailures"),
    ],
)
def test_run_with_an_open_batch_is_not_a_success(
    bench: Workbench, second: Batch, counter: str
) -> None:
    bench.planned(ended(), second)
    assert not bench.complete_purge(RUN).succeeded
    assert bench.meter.counts == {counter: 1}


def test_incomplete_run_reports_its_incomplete_batches(bench: Workbench) -> None:
    bench.planned(ended(), ended(BatchState.GAVE_UP, 1), ended(number=2, is_verified=False))
    bench.complete_purge(RUN)
    assert bench.run.detail == "of 3 batches, 1 not completed and 1 not verified"


def test_completed_run_is_not_counted_again(bench: Workbench) -> None:
    bench.planned(ended())
    first = bench.complete_purge(RUN)
    assert bench.complete_purge(RUN) == first
    assert (len(bench.facts), bench.meter.counts) == (1, {"RunsCompleted": 1})


def test_run_that_another_worker_ends_is_counted_once(bench: Workbench) -> None:
    bench.planned(ended())

    def let_another_go_first(_: str) -> None:
        bench.runs.before_write = lambda _: None
        bench.complete_purge(RUN)

    bench.runs.before_write = let_another_go_first
    with pytest.raises(LostRace):
        bench.complete_purge(RUN)
    assert (len(bench.facts), bench.meter.counts) == (1, {"RunsCompleted": 1})


def test_dry_run_ends_without_a_number_of_deletions(bench: Workbench) -> None:
    bench.planned(request=builders.conversation_archive(dryRun=True))
    assert bench.complete_purge(RUN).outcome is Outcome.DRY_RUN
    assert bench.run.totals is not None
    totals = bench.run.totals
    assert (totals.targeted, totals.skipped) == (10, {})
    assert (totals.deleted, totals.verified) == (None, None)
    assert bench.last_fact.keys().isdisjoint({"deleted", "verified"})


def test_upper_bound_has_no_success_rate(bench: Workbench) -> None:
    bench.genesys.on(COUNT, {"results": [{"count": 0}]})
    bench.stored(builders.interaction_purge())
    bench.plan_purge(RUN)
    assert bench.complete_purge(RUN).outcome is Outcome.NOTHING_TO_PURGE
    assert "successRate" not in bench.last_fact


def test_eligible_run_that_deleted_nothing_raises_the_alarm(bench: Workbench) -> None:
    everything = frozenset(range(10))
    bench.planned(ended(protected=everything, deleted=None, verified=0))
    assert bench.complete_purge(RUN).outcome is Outcome.COMPLETED
    assert bench.meter.counts["NothingDeleted"] == 1
    assert bench.meter.dimensions["NothingDeleted"] == ("conversation_archive", None)


@pytest.mark.parametrize(
    ("changes", "alarms"),
    [
        ({"deleted": 0, "verified": 0}, 1),
        ({"deleted": None, "verified": 0, "unreported": 10}, 1),
        ({"deleted": None, "verified": None, "is_unchecked": True, "unreported": 10}, 0),
        ({"deleted": 0, "verified": None, "is_unchecked": True}, 1),
        ({"state": BatchState.FAILED, "deleted": None, "verified": None}, 1),
        ({"state": BatchState.CANCELLED, "deleted": None, "verified": None, "unreported": 9}, 0),
        ({"state": BatchState.CANCELLED, "deleted": 3, "verified": None}, 0),
        ({"state": BatchState.SUBMITTED, "deleted": None, "verified": None}, 0),
        ({"state": BatchState.IMPLAUSIBLE, "deleted": None, "verified": None}, 0),
    ],
)
def test_run_that_certainly_deleted_nothing_raises_the_alarm(
    bench: Workbench, changes: dict[str, Any], alarms: int
) -> None:
    bench.planned(ended(is_verified=False, **changes))
    bench.complete_purge(RUN)
    assert bench.meter.counts["NothingDeleted"] == alarms


def test_success_rate_is_absent_if_a_job_reported_no_count(bench: Workbench) -> None:
    bench.planned(ended(), ended(number=1, deleted=None, unreported=10))
    bench.complete_purge(RUN)
    assert bench.run.totals is not None
    assert (bench.run.totals.deleted, bench.run.totals.unreported) == (10, 10)
    assert "successRate" not in bench.last_fact
