"""Concurrent callers of one request or one batch: one wins, the others do no harm."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from typing import Any
from unittest.mock import patch

import pytest
from genesys_purge.errors import InvalidRequest, LostRace
from genesys_purge.store.executions import StepFunctionsExecutions
from genesys_purge.store.runs import DynamoRuns
from genesys_purge.wiring import adapters

from tests.application import Application
from tests.mocked_aws import client as aws
from tests.workflows.interruptions import once_at
from tests.workflows.run_checks import action_counts, assert_honest, sent
from tests.workflows.shared_application import METHODS, ConversationGroup, SharedApplication


def at_once(count: int, call: Callable[[], Any]) -> list[Any]:
    """The answers of `count` calls that start at the same time."""
    together = threading.Barrier(count)

    def wait_and_call(_: int) -> Any:
        together.wait(timeout=10)
        return call()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(wait_and_call, range(count)))


@contextmanager
def meeting_at(method: str, count: int) -> Iterator[None]:
    """Let the first `count` threads that have called `DynamoRuns.<method>` continue together."""
    original, together = getattr(DynamoRuns, method), threading.Barrier(count)
    met = threading.local()

    def read_and_meet(*arguments: Any) -> Any:
        answer = original(*arguments)
        if not getattr(met, "done", False):
            met.done = True
            together.wait(timeout=10)
        return answer

    with patch.object(DynamoRuns, method, read_and_meet):
        yield


def repeated(app: Application, function: str, event: dict[str, Any]) -> Any:
    """The answer of a task that is repeated after each lost race, as the state machine does."""
    while True:
        with suppress(LostRace):
            return app.invoke(function, event)


def planned(app: Application, group: ConversationGroup, method: str) -> dict[str, Any]:
    """The first step of the only batch of a planned run whose execution is not started."""
    with patch.object(StepFunctionsExecutions, "start"):
        run_id = app.submit(group.first_batch(method))["runId"]
    app.invoke("PlanPurgeFunction", {"runId": run_id})
    return {"runId": run_id, "batch": 0}


def executions() -> StepFunctionsExecutions:
    return StepFunctionsExecutions(
        aws("stepfunctions"), adapters.settings().state_machines.purge_run
    )


def executed() -> list[str]:
    machine = adapters.settings().state_machines.purge_run
    listed = aws("stepfunctions").list_executions(stateMachineArn=machine)
    return [execution["name"] for execution in listed["executions"]]


def test_concurrent_submissions_of_one_request_are_one_run(scene: SharedApplication) -> None:
    app, group = scene.app, scene.group()
    request = group.request("conversation_archive")

    answers = at_once(8, lambda: app.submit(request))

    (run_id,) = {answer["runId"] for answer in answers}
    app.execution(run_id)
    run = app.read(run_id)
    assert executed().count(run_id) == 1
    assert (run["outcome"], action_counts(app, run)["run_submitted"]) == ("completed", 1)
    assert_honest(app, run, group.ids)


def test_request_submitted_again_later_returns_its_first_run(scene: SharedApplication) -> None:
    app, group = scene.app, scene.group()
    request = group.request("conversation_archive")
    run = app.run(request)
    since = len(app.simulator.requests)

    again = app.submit(request)

    assert again == {"runId": run["runId"], "status": "finished"}
    assert app.simulator.requests[since:] == []
    assert_honest(app, run, group.ids)


def test_other_request_under_a_taken_id_is_refused(scene: SharedApplication) -> None:
    app, group, other = scene.app, scene.group(), scene.group()
    app.run(group.request("conversation_archive", requestId="taken"))
    before = app.read("taken")

    with pytest.raises(InvalidRequest, match=r"requestId.*taken"):
        app.submit(other.request("conversation_archive", requestId="taken"))

    assert app.read("taken") == before
    assert not set(other.ids).intersection(app.simulator.corpus.deleted_ids())


@pytest.mark.parametrize("method", METHODS)
def test_concurrent_planners_make_one_plan(scene: SharedApplication, method: str) -> None:
    app, group = scene.app, scene.group()
    with patch.object(StepFunctionsExecutions, "start"):
        run_id = app.submit(group.request(method))["runId"]

    with meeting_at("get", 2):
        at_once(2, lambda: repeated(app, "PlanPurgeFunction", {"runId": run_id}))
    executions().start(run_id)
    app.execution(run_id)
    run = app.read(run_id)

    assert (run["outcome"], action_counts(app, run)["run_planned"]) == ("completed", 1)
    assert [batch["targeted"] for batch in run["batches"]] == [5, 5]
    assert_honest(app, run, group.ids)


@pytest.mark.parametrize("method", METHODS)
def test_concurrent_workers_on_one_batch_submit_one_job(
    scene: SharedApplication, method: str
) -> None:
    app, group = scene.app, scene.group()
    step = planned(app, group, method)
    since = len(app.simulator.requests)

    with meeting_at("batch", 2):
        answers = at_once(2, lambda: app.invoke("SubmitBatchFunction", step))

    assert len(sent(app, since)) == 1
    # The loser waits until the lease of the winner's intent ends.
    loser, winner = sorted(answers, key=lambda answer: answer["next"], reverse=True)
    assert (winner["next"], loser["next"], loser["waitSeconds"]) == ("poll", "submit", 60)
    assert app.invoke("SubmitBatchFunction", loser)["next"] == "poll"
    assert app.actions(step["runId"]).count("batch_submitted") == 1
    assert app.simulator.submitted_twice() == []


def test_repeated_step_submits_no_second_job(scene: SharedApplication) -> None:
    app, group = scene.app, scene.group()
    step = planned(app, group, "data_deletion")
    since = len(app.simulator.requests)

    answers = [app.invoke("SubmitBatchFunction", step)["next"] for _ in range(3)]

    assert answers == ["poll"] * 3
    assert len(sent(app, since)) == 1
    assert app.actions(step["runId"]).count("batch_submitted") == 1


def test_concurrent_polls_and_verifications_count_a_batch_once(scene: SharedApplication) -> None:
    app, group = scene.app, scene.group()
    step = planned(app, group, "conversation_archive")
    step = app.invoke("SubmitBatchFunction", step)
    app.clock.wait(60)

    with meeting_at("batch", 2):
        at_once(2, lambda: repeated(app, "PollBatchFunction", step))
    with meeting_at("batch", 2):
        at_once(2, lambda: repeated(app, "VerifyBatchFunction", step))

    assert app.read(step["runId"])["totals"]["verified"] == 5
    actions = app.actions(step["runId"])
    assert (actions.count("batch_completed"), actions.count("batch_verified")) == (1, 1)


def test_worker_waits_for_the_lease_of_another_workers_call(scene: SharedApplication) -> None:
    app, group = scene.app, scene.group()
    step = planned(app, group, "interaction_purge")
    answers: list[dict[str, Any]] = []

    def call_in_between(store: Callable[[], Any]) -> None:
        app.clock.wait(20)
        answers.append(app.invoke("SubmitBatchFunction", step))
        store()

    with once_at("advance", lambda batch: batch.state == "submitted", call_in_between):
        assert app.invoke("SubmitBatchFunction", step)["next"] == "poll"

    assert [(answer["next"], answer["waitSeconds"]) for answer in answers] == [("submit", 40)]
    assert app.actions(step["runId"])[2:] == ["batch_submitted"]


@pytest.mark.parametrize("method", METHODS)
def test_job_of_an_overtaken_worker_is_kept(scene: SharedApplication, method: str) -> None:
    app, group = scene.app, scene.group()
    since = len(app.simulator.requests)

    def overtake(store: Callable[[], Any]) -> None:
        app.clock.wait(61)
        app.invoke("SubmitBatchFunction", {"runId": f"overtaken-{method}", "batch": 0})
        store()

    with once_at("advance", lambda batch: batch.state == "submitted", overtake):
        run = app.run(group.first_batch(method, requestId=f"overtaken-{method}"))

    assert len(sent(app, since)) == 1
    assert (run["outcome"], run["totals"]["verified"]) == ("completed", 5)
    assert action_counts(app, run)["batch_reconciled"] == 0
    assert_honest(app, run, group.ids[:5])
