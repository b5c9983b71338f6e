"""What an execution leaves open is brought to its end by the sweep over open runs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from unittest.mock import patch

import pytest
from genesys_purge.methods.recording_job.two_step import TwoStep
from genesys_purge.model.batch import BatchState
from genesys_purge.wiring import adapters

from simulator.live.recording_jobs.job import RecordingJobState
from tests.application import Application
from tests.mocked_aws import client as aws
from tests.workflows.interruptions import killed_at, once_after
from tests.workflows.recorded_calls import RecordedCalls, recorded_calls
from tests.workflows.run_checks import statuses
from tests.workflows.shared_application import BATCH_SIZE, SharedApplication
from tests.workflows.subscriptions import (
    RUN,
    is_signed,
    notifying,
    posts,
    subscribe,
    without_notifications,
    without_subscribers,
)

DAY = 86_400
READY, CANCELLED, FULFILLED = (
    RecordingJobState.READY,
    RecordingJobState.CANCELLED,
    RecordingJobState.FULFILLED,
)


@pytest.fixture
def notified() -> Iterator[SharedApplication]:
    with notifying() as scene, without_subscribers(scene.app):
        yield scene


@pytest.fixture
def recorded() -> Iterator[RecordedCalls]:
    with recorded_calls(groups=1) as calls:
        yield calls


def sweep(app: Application) -> None:
    app.invoke("SettleRunsFunction", {"scheduledTime": app.clock().isoformat()})


def stopped_after_submit(app: Application, request: dict[str, Any]) -> str:
    """The id of a run whose execution is stopped once its first job is submitted."""
    machine = adapters.settings().state_machines.purge_run
    execution = f"{machine.replace(':stateMachine:', ':execution:')}:{request['requestId']}"

    with once_after(
        "submit_batch", lambda: aws("stepfunctions").stop_execution(executionArn=execution)
    ):
        run_id = str(app.submit(request)["runId"])
        app.execution(run_id)
    assert app.actions(run_id)[-1] == "batch_submitted"
    failure = {"runId": run_id, "error": "ABORTED", "cause": "stopped"}
    app.invoke("FailPurgeFunction", failure)
    return run_id


def test_stopped_run_ends_with_its_jobs_and_a_corrected_notification(
    notified: SharedApplication,
) -> None:
    app, group = notified.app, notified.group()
    subscribe(app, alive=[RUN])
    request = group.first_batch("conversation_archive", requestId="stopped")

    run_id = stopped_after_submit(app, request)
    app.run_queues()
    app.clock.wait(600)
    sweep(app)
    app.run_queues()

    run = app.read(run_id)
    deleted = len(set(group.ids) & set(app.simulator.corpus.deleted_ids()))
    assert (run["outcome"], statuses(run), deleted) == ("failed", ["completed"], BATCH_SIZE)
    assert (run["totals"]["deleted"], run["totals"]["verified"]) == (deleted, deleted)
    first, corrected = [each.json for each in posts(app)]
    assert all(map(is_signed, posts(app)))
    assert "totalInteractionsPurged" not in first["metrics"]
    assert first["metrics"]["unreported"] == deleted
    assert corrected["metrics"]["totalInteractionsPurged"] == deleted
    assert "unreported" not in corrected["metrics"]
    assert corrected["supersedes"] == first["auditId"]
    assert without_notifications(app, run_id)[-1] == "run_corrected"


def test_job_that_its_worker_left_ready_is_cancelled_once_it_is_listed(
    recorded: RecordedCalls,
) -> None:
    app, group = recorded.app, recorded.group()
    lists = patch.multiple(TwoStep, find=lambda *_: None, unowned=lambda *_: ())

    with lists, killed_at("advance", is_submitted, stored=False):
        run = app.run(group.first_batch())
    assert run["outcome"] == "completed"
    assert [job.state for job in group.jobs()] == [READY, FULFILLED]

    sweep(app)
    assert [job.state for job in group.jobs()] == [CANCELLED, FULFILLED]
    app.clock.wait(DAY)
    sweep(app)
    since = len(app.simulator.requests)
    sweep(app)
    assert app.simulator.requests[since:] == []


def is_submitted(batch: Any) -> bool:
    return bool(batch.state is BatchState.SUBMITTED)
