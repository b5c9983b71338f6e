"""The guard checks every deleting call when it is made; each test removes one condition."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any
from unittest.mock import patch

import pytest
from genesys_purge.errors import InvalidRequest, Unexpected
from genesys_purge.model.retention import default_matrix
from genesys_purge.store import policies
from genesys_purge.store.executions import StepFunctionsExecutions
from genesys_purge.wiring import adapters

from simulator import Fault, FaultKind, Operation
from tests.application import Application
from tests.workflows.interruptions import killed_at, once_after, once_at
from tests.workflows.run_checks import action_counts, assert_honest, sent, statuses
from tests.workflows.shared_application import METHODS, SharedApplication, shared

NEW_LAW = {"name": "a new law", "minimumDays": 36_500, "basis": "A new law keeps all of it"}
FOR_OTHERS = NEW_LAW | {"minimumDays": 30, "match": {"classification": "hipaa"}}


@pytest.fixture(scope="module")
def scene() -> Iterator[SharedApplication]:
    """An application that processes one batch at a time."""
    with shared(environment={"CONCURRENT_JOBS": "1"}) as scene:
        yield scene


@pytest.fixture(autouse=True)
def _parameters_as_set_up(
    scene: SharedApplication, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    """Each call reads the parameters, as a new process does; all are restored afterwards."""
    monkeypatch.setattr(policies, "MAX_AGE", 0)
    yield
    scene.app.set_switch("on")
    store_matrix(scene.app)


def switch_off(app: Application) -> None:
    app.set_switch("off")


def delete_switch(app: Application) -> None:
    app.delete_parameter(adapters.settings().parameters.switch)


def store_matrix(app: Application, *rules: dict[str, Any]) -> None:
    """Store a matrix of these rules, by default those of the shipped one."""
    stored = {"rules": rules} if rules else default_matrix().to_json()
    app.set_parameter(adapters.settings().parameters.retention, json.dumps(stored))


def lengthen_retention(app: Application) -> None:
    store_matrix(app, *default_matrix().to_json()["rules"], NEW_LAW)


def forget_retention(app: Application) -> None:
    store_matrix(app, FOR_OTHERS)


@pytest.mark.parametrize(
    ("method", "change", "error"),
    [
        ("data_deletion", switch_off, "PurgingSwitchedOff: purging is disabled"),
        ("data_deletion", delete_switch, "PurgingSwitchedOff: purging is disabled"),
        ("data_deletion", lengthen_retention, "RetentionNotMet: records that ended at"),
        ("interaction_purge", lengthen_retention, "RetentionNotMet: records that ended at"),
        ("conversation_archive", lengthen_retention, "RetentionNotMet: records that ended at"),
        ("interaction_purge", forget_retention, "RetentionNotMet: no rule of the retention matrix"),
    ],
)
def test_guard_refuses_every_call_if_a_policy_changes_after_the_plan(
    scene: SharedApplication, change: Callable[[Application], None], error: str, method: str
) -> None:
    app, group = scene.app, scene.group()
    since = len(app.simulator.requests)

    with once_after("plan_purge", lambda: change(app)):
        run = app.run(group.request(method))

    assert sent(app, since) == []
    assert (run["outcome"], statuses(run)) == ("failed", ["failed", "failed"])
    assert all(batch["detail"].startswith(error) for batch in run["batches"])
    assert_honest(app, run, group.ids)


def test_guard_refuses_the_remaining_calls_once_purging_is_disabled(
    scene: SharedApplication,
) -> None:
    app, group = scene.app, scene.group()

    with once_after("verify_batch", lambda: switch_off(app)):
        run = app.run(group.request("conversation_archive"))

    assert (run["outcome"], statuses(run)) == ("completed_with_failures", ["completed", "failed"])
    assert run["totals"]["deleted"] == 5
    assert_honest(app, run, group.ids)


def test_guard_refuses_a_repeated_submit_once_purging_is_disabled(scene: SharedApplication) -> None:
    app, group = scene.app, scene.group()
    app.simulator.faults.add(Fault(FaultKind.TIMEOUT_BEFORE, Operation.SUBMIT))
    since = len(app.simulator.requests)

    with once_after("submit_batch", lambda: switch_off(app)):
        run = app.run(group.first_batch("data_deletion"))

    assert len(sent(app, since)) == 1
    assert (run["outcome"], run["totals"].get("verified")) == ("failed", None)
    assert action_counts(app, run)["batch_reconciled"] == 1


def test_guard_refuses_a_window_with_more_records_than_planned(scene: SharedApplication) -> None:
    app, group = scene.app, scene.group()
    app.simulator.corpus.place_hold(group.ids[:2])
    since = len(app.simulator.requests)

    with once_after("plan_purge", lambda: app.simulator.corpus.place_hold(group.ids[2:5])):
        run = app.run(group.first_batch("data_deletion", query="legal_hold:true"))

    assert sent(app, since) == []
    assert (run["outcome"], run["plan"]["targeted"]) == ("failed", 2)
    assert run["batches"][0]["detail"] == (
        "LimitExceeded: the plan has 2 records for this batch, but now there are 5"
    )


@pytest.mark.parametrize("method", METHODS)
def test_plan_at_max_records_runs_and_one_above_is_rejected(
    scene: SharedApplication, method: str
) -> None:
    app, group = scene.app, scene.group()
    since = len(app.simulator.requests)

    above = app.run(group.request(method, maxRecords=9))
    nothing_was_sent = sent(app, since) == []
    at_limit = app.run(group.request(method, maxRecords=10))

    assert (above["outcome"], above["batches"], nothing_was_sent) == ("rejected", [], True)
    assert above["detail"].startswith(
        "LimitExceeded: maxRecords: the plan has 10 records, 9 are allowed"
    )
    assert app.actions(above["runId"]) == ["run_submitted", "run_rejected"]
    assert (at_limit["outcome"], at_limit["totals"]["deleted"]) == ("completed", 10)
    assert_honest(app, at_limit, group.ids)


def dry(app: Application, request: dict[str, Any]) -> str:
    return str(app.run(request | {"dryRun": True})["runId"])


def half_planned(app: Application, request: dict[str, Any]) -> str:
    with killed_at("plan", lambda _: True, stored=False):
        return unattended(app, request)


def stopped(app: Application, request: dict[str, Any]) -> str:
    run_id = unattended(app, request)
    stop(app, run_id)
    return run_id


def stop(app: Application, run_id: str) -> None:
    failure = {"runId": run_id, "error": "ABORTED", "cause": "stopped from outside"}
    app.invoke("FailPurgeFunction", failure)


def unattended(app: Application, request: dict[str, Any]) -> str:
    """Submit and plan a run without its execution, even if planning fails; returns its id."""
    with patch.object(StepFunctionsExecutions, "start"), suppress(Unexpected):
        run_id = str(app.submit(request)["runId"])
        app.invoke("PlanPurgeFunction", {"runId": run_id})
    return run_id


@pytest.mark.parametrize(("method", "made"), [(METHODS[0], dry), (METHODS[1], half_planned)])
def test_batch_of_a_run_that_is_not_running_is_refused(
    scene: SharedApplication, made: Callable[[Application, dict[str, Any]], str], method: str
) -> None:
    app, group = scene.app, scene.group()
    run_id = made(app, group.first_batch(method))
    since = len(app.simulator.requests)

    with pytest.raises(InvalidRequest, match=f"{run_id} is .*, not running"):
        app.invoke("SubmitBatchFunction", {"runId": run_id, "batch": 0})

    assert sent(app, since) == []


def test_run_stopped_between_check_and_intent_submits_nothing(scene: SharedApplication) -> None:
    app, group = scene.app, scene.group()
    run_id = unattended(app, group.first_batch("interaction_purge"))
    since = len(app.simulator.requests)

    def be_stopped(store: Callable[[], Any]) -> None:
        stop(app, run_id)
        store()

    with once_at("intend", lambda _: True, be_stopped):
        answer = app.invoke("SubmitBatchFunction", {"runId": run_id, "batch": 0})
    assert app.invoke("SubmitBatchFunction", answer)["next"] == "done"

    assert sent(app, since) == []
    assert statuses(app.read(run_id)) == ["failed"]


def test_batch_of_a_stopped_run_ends_without_a_call(scene: SharedApplication) -> None:
    app, group = scene.app, scene.group()
    run_id = stopped(app, group.first_batch("conversation_archive"))
    since = len(app.simulator.requests)

    assert app.invoke("SubmitBatchFunction", {"runId": run_id, "batch": 0})["next"] == "done"

    (batch,) = app.read(run_id)["batches"]
    assert (batch["status"], sent(app, since)) == ("failed", [])
    assert batch["detail"] == "the run ended before this batch was submitted"
