"""A task may die at any write: the next one finds its effect; nothing is repeated or lost."""

from __future__ import annotations

from collections.abc import Callable
from itertools import cycle, product
from unittest.mock import patch

import pytest
from genesys_purge.errors import Unexpected
from genesys_purge.model.audit import AuditRecord
from genesys_purge.model.batch import Batch, BatchState
from genesys_purge.model.run import Run
from genesys_purge.model.verification import is_concluded
from genesys_purge.store.executions import StepFunctionsExecutions
from genesys_purge.store.runs import DynamoRuns

from tests.plan_fakes import without_key
from tests.workflows.interruptions import Killed, killed_at
from tests.workflows.run_checks import action_counts, assert_honest, statuses
from tests.workflows.shared_application import METHODS, SharedApplication

GONE, UNTOUCHED = "nothing is left", "no effect seen"


def becomes(state: BatchState) -> Callable[[Batch], bool]:
    return lambda batch: batch.state is state and not is_concluded(batch)


MOMENTS = {
    "the intent": becomes(BatchState.SUBMITTING),
    "the job id": becomes(BatchState.SUBMITTED),
    "the end of the job": becomes(BatchState.COMPLETED),
    "the verification": is_concluded,
}


# Each moment before and after the write, with one method in turn.
DEATHS = list(zip(product(MOMENTS, [False, True]), cycle(METHODS), strict=False))


@pytest.mark.parametrize(("death", "method"), DEATHS)
def test_worker_killed_at_a_batch_write_only_costs_time(
    scene: SharedApplication, death: tuple[str, bool], method: str
) -> None:
    app, group = scene.app, scene.group()
    moment, stored = death

    write = "intend" if moment == "the intent" else "advance"
    with killed_at(write, MOMENTS[moment], stored=stored) as victims:
        run = app.run(group.first_batch(method))

    assert len(victims) == 1
    assert (run["outcome"], statuses(run)) == ("completed", ["completed"])
    assert len([job for job in app.simulator.jobs if job.requested_ids[0] in group.ids]) == 1
    assert action_counts(app, run)["batch_verified"] == 1
    assert_honest(app, run, group.ids[:5])


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(("stored", "finding"), [(False, GONE), (True, UNTOUCHED)])
def test_submit_of_a_killed_worker_is_reconciled_by_the_records(
    scene: SharedApplication, method: str, finding: str, *, stored: bool
) -> None:
    app, group = scene.app, scene.group()
    # A worker killed after the call loses the job id; one killed after the intent made no call.
    state = BatchState.SUBMITTING if stored else BatchState.SUBMITTED

    with killed_at("intend" if stored else "advance", becomes(state), stored=stored):
        run = app.run(group.first_batch(method))

    reconciled = [r for r in app.audit(run["runId"]) if r["action"] == "batch_reconciled"]
    assert [record["detail"].startswith(finding) for record in reconciled] == [True]
    assert run["totals"]["verified"] == 5
    assert ("deleted" in run["totals"]) == (finding != GONE or method == "data_deletion")
    assert_honest(app, run, group.ids[:5])


@pytest.mark.parametrize(("method", "stored"), list(zip(METHODS, [False, True, True], strict=True)))
def test_killed_plan_is_repeated_with_the_same_result(
    scene: SharedApplication, method: str, *, stored: bool
) -> None:
    app, group = scene.app, scene.group()
    dry = app.run(group.request(method, dryRun=True))

    with killed_at("put_batch", lambda batch: batch.number == 1, stored=stored) as victims:
        run = app.run(group.request(method))

    assert len(victims) == 1
    assert without_key(run["plan"]) == without_key(dry["plan"])
    assert (run["outcome"], action_counts(app, run)["run_planned"]) == ("completed", 1)
    assert_honest(app, run, group.ids)


def any_run(run: Run) -> bool:
    return bool(run.run_id)


@pytest.mark.parametrize("stored", [False, True], ids=["unstored", "stored"])
@pytest.mark.parametrize(
    ("write", "most", "outcome"),
    [("plan", 10, "completed"), ("finish", 10, "completed"), ("finish", 9, "rejected")],
)
def test_task_killed_at_a_write_of_the_run_is_repeated_once(
    scene: SharedApplication, write: str, most: int, outcome: str, *, stored: bool
) -> None:
    app, group = scene.app, scene.group()

    with killed_at(write, any_run, stored=stored) as victims:
        run = app.run(group.request("conversation_archive", maxRecords=most))

    assert len(victims) == 1
    assert run["outcome"] == outcome
    assert len(app.execution(run["runId"]).retry_waits) == 1
    actions = app.actions(run["runId"])
    assert actions.count("run_planned") == (outcome == "completed")
    assert actions.count(f"run_{outcome}") == 1
    assert app.simulator.submitted_twice() == []


def test_run_stored_but_not_started_is_started_by_the_same_request(
    scene: SharedApplication,
) -> None:
    app, group = scene.app, scene.group()
    request = group.request("conversation_archive", requestId="stored-not-started")

    with (
        patch.object(StepFunctionsExecutions, "start", side_effect=Killed("start")),
        pytest.raises(Unexpected),
    ):
        app.submit(request)
    assert app.read("stored-not-started")["status"] == "submitted"
    run = app.run(request)

    assert (run["outcome"], action_counts(app, run)["run_submitted"]) == ("completed", 1)
    assert_honest(app, run, group.ids)


def test_run_does_not_complete_if_a_batch_failure_is_not_stored(
    scene: SharedApplication,
) -> None:
    app, group = scene.app, scene.group()
    original = DynamoRuns.advance

    def never(runs: DynamoRuns, batch: Batch, record: AuditRecord | None = None) -> None:
        if batch.number == 0 and batch.state is not BatchState.SUBMITTING:
            raise Killed("advance")
        original(runs, batch, record)

    with patch.object(DynamoRuns, "advance", never):
        run = app.run(group.request("data_deletion"))

    assert run["outcome"] == "completed_with_failures"
    assert statuses(run) == ["submitting", "completed"]
    assert_honest(app, run, group.ids)
