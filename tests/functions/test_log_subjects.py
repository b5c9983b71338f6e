"""What a log line is about: run, batch, organisation, deployment; never those of another call."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from genesys_purge import telemetry
from genesys_purge.errors import GenesysUnavailable, InvalidRequest, PurgeError, Unexpected
from genesys_purge.methods.documented.conversation_archive import STATUS
from genesys_purge.model.audit import Action, AuditRecord
from genesys_purge.model.batch import BatchState
from genesys_purge.model.run import Plan, RunStatus
from genesys_purge.wiring import adapters

from tests import builders
from tests.application import http_event
from tests.builders import PLANNER
from tests.clock import NOON
from tests.functions.conftest import Invoke
from tests.unit.workbench import Workbench
from tests.webhook_builders import delivery, fact, queue_event, stream_event

ORGANISATION = "emea"
ERROR = {"error": "Unexpected", "cause": "{}"}
EVERYTHING = {"run_id": "run-1", "organisation": ORGANISATION, "correlation_id": "run-1"}


def subjects(log: io.StringIO) -> list[dict[str, Any]]:
    """What each line is about."""
    names = (*telemetry.SUBJECT, "correlation_id")
    found = [json.loads(line) for line in log.getvalue().splitlines()]
    return [{name: line[name] for name in names if name in line} for line in found]


@pytest.fixture
def run(deployed: None) -> None:
    """A stored run of another organisation, with one planned batch of that organisation."""
    assert deployed is None
    request = builders.conversation_archive(organisation=ORGANISATION)
    run, runs = builders.run(request=request), adapters.runs()
    submitted = AuditRecord(run_id="run-1", at=NOON, actor="t", action=Action.RUN_SUBMITTED)
    runs.create(run, submitted)
    runs.put_batch(builders.batch(organisation=ORGANISATION), [], PLANNER)
    plan = Plan(batches=1, targeted=10, skipped={}, hash="", unit="records", deleted_unit="records")
    runs.plan(run.model_copy(update={"plan": plan, "status": RunStatus.RUNNING}), submitted)
    telemetry.correlate(None)


@pytest.mark.usefixtures("run")
def test_failed_batch_is_logged_with_run_batch_and_organisation(
    invoke: Invoke, log: io.StringIO
) -> None:
    invoke("FailBatch", {"runId": "run-1", "batch": 0, **ERROR})
    assert subjects(log) == [EVERYTHING | {"batch": 0}]


@pytest.mark.usefixtures("run")
@pytest.mark.parametrize("function", ["SubmitBatch", "PollBatch", "VerifyBatch"])
def test_error_of_a_batch_is_logged_with_run_batch_and_organisation(
    invoke: Invoke, log: io.StringIO, function: str
) -> None:
    """The organisation is not configured here."""
    with pytest.raises(PurgeError):
        invoke(function, {"runId": "run-1", "batch": 0})
    assert subjects(log) == [EVERYTHING | {"batch": 0}]


@pytest.mark.usefixtures("run")
@pytest.mark.parametrize("function", ["CompletePurge", "PlanPurge"])
def test_error_of_a_run_is_logged_with_run_and_organisation(
    invoke: Invoke, log: io.StringIO, monkeypatch: pytest.MonkeyPatch, function: str
) -> None:
    def fail(*_: object) -> None:
        raise KeyError("batches")

    monkeypatch.setattr(adapters.runs(), "batches", fail)
    monkeypatch.setattr(adapters.runs(), "begin_plan", fail)
    with pytest.raises(PurgeError):
        invoke(function, {"runId": "run-1"})
    assert subjects(log) == [EVERYTHING]


@pytest.mark.usefixtures("run")
def test_error_while_reading_a_run_is_logged_with_run_and_organisation(
    invoke: Invoke, log: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise KeyError("page")

    monkeypatch.setattr(adapters.runs(), "batch_page", fail)
    answer = invoke("ReadPurge", http_event("GET /purges/{runId}", path={"runId": "run-1"}))
    [subject] = subjects(log)
    assert answer["statusCode"] == 500
    assert (subject["run_id"], subject["organisation"]) == ("run-1", ORGANISATION)


@pytest.mark.usefixtures("run")
def test_subject_of_one_invocation_is_not_that_of_the_next(
    invoke: Invoke, log: io.StringIO
) -> None:
    invoke("FailBatch", {"runId": "run-1", "batch": 0, **ERROR})
    for function, event in (("PollBatch", {}), ("PollBatch", {"runId": "run-2"})):
        with pytest.raises(Unexpected):
            invoke(function, event)
    assert subjects(log)[1:] == [{}, {"run_id": "run-2", "correlation_id": "run-2"}]


@pytest.mark.usefixtures("deployed")
def test_step_of_a_deployment_is_logged_with_the_deployment(
    invoke: Invoke, log: io.StringIO
) -> None:
    with pytest.raises(PurgeError):
        invoke("ApplyCampaignRules", {"deploymentId": "deployment-1", "more": 1})
    assert subjects(log) == [{"deployment_id": "deployment-1", "correlation_id": "deployment-1"}]


@pytest.mark.usefixtures("bench")
def test_text_is_not_logged_as_the_number_of_a_batch(invoke: Invoke, log: io.StringIO) -> None:
    with pytest.raises(PurgeError):
        invoke("PollBatch", {"runId": "run-1", "batch": "Jane"})
    assert subjects(log) == [{"run_id": "run-1", "correlation_id": "run-1"}]


@pytest.mark.usefixtures("bench")
@pytest.mark.parametrize("text", ["jane.doe@example.com", "Jane Doe", "", True, None, 1.5, ["a"]])
def test_text_that_is_no_id_is_not_logged_as_a_subject(
    invoke: Invoke, log: io.StringIO, text: object
) -> None:
    event = {"runId": text, "batch": text, "deploymentId": text, "more": 1}
    with pytest.raises(PurgeError):
        invoke("PollBatch", event)
    assert subjects(log) == [{}]


def test_each_message_of_a_queue_has_its_own_subject(
    bench: Workbench, invoke: Invoke, log: io.StringIO
) -> None:
    def fail() -> None:
        raise KeyError("directory")

    bench.directory.subscribers = fail  # type: ignore[assignment, method-assign]  # a failing twin
    invoke("DeliverNotification", queue_event(delivery().model_dump_json(by_alias=True), "["))
    assert subjects(log) == [
        {"run_id": "run-1", "rule_id": "rule-1", "correlation_id": "m-0"},
        {"correlation_id": "m-1"},
    ]


def test_stream_record_is_logged_with_run_and_batch(
    bench: Workbench, invoke: Invoke, log: io.StringIO
) -> None:
    assert bench
    with pytest.raises(PurgeError):
        invoke("PublishNotifications", stream_event(fact(Action.BATCH_VERIFIED, batch=3)))
    assert subjects(log) == [{"run_id": "run-1", "batch": 3, "correlation_id": "run-1"}]


def test_each_run_and_batch_of_a_sweep_has_its_own_subject(
    bench: Workbench, invoke: Invoke, log: io.StringIO
) -> None:
    known = {"state": BatchState.SUBMITTED, "job_id": "job-1", "submitted_at": NOON}
    bench.planned(builders.batch(**known))
    bench.stop()
    bench.stored(run_id="run-2")
    bench.clock.wait(300)

    def fail() -> None:
        raise KeyError("hush")

    bench.executions.before_start = fail
    bench.genesys.on(STATUS, GenesysUnavailable("503"))
    bench.polls.before_put = fail
    invoke("SettleRuns", {"scheduledTime": "2026-11-21T12:00:00Z"})
    assert subjects(log) == [
        {"run_id": "run-1", "batch": 0, "correlation_id": "run-1"},
        {"run_id": "run-2", "correlation_id": "run-2"},
    ]
    assert bench.meter.dimensions["SettlingFailed"] == ("conversation_archive", None)


def test_organisation_of_another_run_does_not_change_the_subject() -> None:
    with telemetry.part("run-1", run_id="run-1"):
        telemetry.found("emea", run_id="run-2")
        assert "organisation" not in telemetry.logger().get_current_keys()
        telemetry.found(None, run_id="run-1")
        assert telemetry.logger().get_current_keys()["organisation"] == "default"
    assert "organisation" not in telemetry.logger().get_current_keys()


def test_part_restores_the_subject_around_it() -> None:
    with telemetry.part("run-1", run_id="run-1"):
        with pytest.raises(InvalidRequest), telemetry.part("x", run_id="run-1", batch=3):
            raise InvalidRequest([])
        keys = telemetry.logger().get_current_keys()
        assert (keys["correlation_id"], keys["run_id"]) == ("run-1", "run-1")
        assert "batch" not in keys
