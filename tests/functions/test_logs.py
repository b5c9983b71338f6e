"""Logs: enough to find the cause, and no personal data."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from genesys_purge import telemetry
from genesys_purge.errors import InvalidRequest, PermissionMissing, PurgeError, Unexpected
from genesys_purge.methods.documented.conversation_archive import STATUS, SUBMIT
from genesys_purge.model.batch import BatchState

from tests import builders
from tests.application import http_event
from tests.clock import NOON
from tests.functions.conftest import Invoke
from tests.unit.workbench import Workbench
from tests.webhook_builders import fact, queue_event, stream_event

PERSONAL = "jane.doe@example.com"
ALLOWED = {
    "level",
    "location",
    "message",
    "timestamp",
    "service",
    "cold_start",
    "function_name",
    "function_memory_size",
    "function_arn",
    "function_request_id",
    "correlation_id",
    "run_id",
    "batch",
    "organisation",
    "deployment_id",
    "rule_id",
    "genesys_correlation_id",
    "error",
    "reason",
    "exception",
    "exception_name",
    "stack_trace",
}


def lines(log: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in log.getvalue().splitlines()]


@pytest.mark.usefixtures("bench")
def test_success_is_not_logged(invoke: Invoke, log: io.StringIO) -> None:
    invoke("SubmitPurge", builders.conversation_archive())
    assert log.getvalue() == ""


@pytest.mark.usefixtures("bench")
def test_refused_request_is_logged_without_its_content(invoke: Invoke, log: io.StringIO) -> None:
    request = builders.conversation_archive(
        reason=PERSONAL[:9],
        requestedBy=PERSONAL * 10,
        requestId=PERSONAL,
        conversationIds=[PERSONAL],
        **{PERSONAL: PERSONAL},
    )
    with pytest.raises(InvalidRequest):
        invoke("SubmitPurge", request)
    invoke("SubmitPurge", http_event("POST /purges", body=json.dumps(request)))
    for line in lines(log):
        assert (line["message"], line["error"]) == ("refused", "InvalidRequest")
        assert line["function_request_id"] == "request-1"
        assert "is not a field of this request" in line["reason"]
    assert len(lines(log)) == 2
    assert "jane" not in log.getvalue()


def test_failure_is_logged_with_its_class_and_message(
    bench: Workbench, invoke: Invoke, log: io.StringIO
) -> None:
    step = bench.planned()
    error = PermissionMissing("403: no", permission="purge:write", correlation_id="c-1")
    bench.genesys.on(SUBMIT, error)
    with pytest.raises(PermissionMissing):
        invoke("SubmitBatch", step.to_json())
    (line,) = lines(log)
    assert line["level"] == "WARNING"
    assert (line["error"], line["reason"]) == ("PermissionMissing", "403: no [correlation id c-1]")
    assert line["genesys_correlation_id"] == "c-1"


@pytest.mark.usefixtures("bench")
@pytest.mark.parametrize(
    "message",
    [
        {"runId": PERSONAL, "batch": PERSONAL},
        {"runId": "run-1", "batch": 0, "secret": PERSONAL},
        [PERSONAL],
    ],
)
def test_unexpected_error_is_logged_without_the_event(
    invoke: Invoke, log: io.StringIO, message: object
) -> None:
    with pytest.raises(Unexpected):
        invoke("SubmitBatch", message)
    (line,) = lines(log)
    assert (line["level"], line["message"]) == ("ERROR", "unexpected error")
    assert line["exception_name"] == "ValidationError"
    assert "Traceback" in line["exception"]
    assert "jane" not in log.getvalue()


def test_logs_use_only_the_allowed_keys(bench: Workbench, invoke: Invoke, log: io.StringIO) -> None:
    bench.planned()
    for event in ({}, {"runId": "run-1", "batch": 9}):
        with pytest.raises(PurgeError):
            invoke("PollBatch", event)
    assert lines(log)
    assert set().union(*lines(log)) <= ALLOWED


def correlation_ids(log: io.StringIO) -> list[str | None]:
    return [line.get("correlation_id") for line in lines(log)]


@pytest.mark.usefixtures("bench")
def test_api_call_is_logged_under_its_request_id(invoke: Invoke, log: io.StringIO) -> None:
    event = http_event("POST /purges", body="{}")
    event["requestContext"]["requestId"] = "JKJaXmPLvHcESHA="
    invoke("SubmitPurge", event)
    assert correlation_ids(log) == ["JKJaXmPLvHcESHA="]


@pytest.mark.usefixtures("bench")
def test_bus_event_is_logged_under_its_id(invoke: Invoke, log: io.StringIO) -> None:
    event = {"id": "7bf73129-1428", "detail-type": "x", "source": "s", "time": "", "detail": {}}
    with pytest.raises(PurgeError):
        invoke("SubmitPurge", event)
    assert correlation_ids(log) == ["7bf73129-1428"]


def test_step_is_logged_under_its_run(bench: Workbench, invoke: Invoke, log: io.StringIO) -> None:
    bench.planned()
    with pytest.raises(PurgeError):
        invoke("PollBatch", {"runId": "run-1", "batch": 9})
    assert correlation_ids(log) == ["run-1"]


@pytest.mark.usefixtures("bench")
def test_queue_messages_are_logged_under_their_ids(invoke: Invoke, log: io.StringIO) -> None:
    invoke("DeliverNotification", queue_event("{", "["))
    assert correlation_ids(log) == ["m-0", "m-1"]


@pytest.mark.usefixtures("bench")
def test_stream_record_is_logged_under_its_run(invoke: Invoke, log: io.StringIO) -> None:
    event = stream_event(fact())
    event["Records"][0]["dynamodb"]["NewImage"]["body"]["S"] = "{"
    with pytest.raises(PurgeError):
        invoke("PublishNotifications", event)
    assert correlation_ids(log) == ["run-1"]


@pytest.mark.usefixtures("bench")
@pytest.mark.parametrize("text", [PERSONAL, "Jane Doe", "+49 30 123", "", "x" * 129, {"a": 1}, 7])
def test_text_that_is_no_id_is_not_a_correlation_id(
    invoke: Invoke, log: io.StringIO, text: object
) -> None:
    with pytest.raises(PurgeError):
        invoke("PollBatch", {"runId": text, "batch": 0, "more": 1})
    assert correlation_ids(log) == [None]


@pytest.mark.usefixtures("bench")
def test_correlation_id_is_cleared_between_calls(invoke: Invoke, log: io.StringIO) -> None:
    for event in ({"runId": "run-1"}, {}):
        with pytest.raises(PurgeError):
            invoke("PollBatch", event)
    assert correlation_ids(log) == ["run-1", None]


@pytest.mark.usefixtures("bench")
def test_event_is_not_logged_even_if_powertools_is_set_to(
    invoke: Invoke, log: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POWERTOOLS_LOGGER_LOG_EVENT", "true")
    invoke("SubmitPurge", builders.conversation_archive())
    assert log.getvalue() == ""


def test_batch_progress_is_logged_with_number_and_state(
    bench: Workbench, invoke: Invoke, log: io.StringIO
) -> None:
    step = bench.planned()
    bench.genesys.on(SUBMIT, {"jobId": "job-1"})
    invoke("SubmitBatch", step.to_json())
    assert bench.progress == [(0, 1, "submitted")]
    telemetry.progress(*bench.progress[0])
    (line,) = lines(log)
    assert (line["message"], line["batch"], line["batches"]) == ("batch", 0, 1)
    assert line["state"] == "submitted"
    assert set(line) <= ALLOWED | {"batches", "state"}


def test_poll_is_logged_with_its_number_and_what_genesys_reports(
    bench: Workbench, invoke: Invoke, log: io.StringIO
) -> None:
    submitted = {"state": BatchState.SUBMITTED, "job_id": "job-1", "submitted_at": NOON}
    step = bench.planned(builders.batch(**submitted))
    bench.genesys.on(STATUS, {"state": "running", "recordsProcessed": 3})
    invoke("PollBatch", step.to_json())
    [(*poll, far)] = bench.polled
    telemetry.polled(*poll, **far)
    (line,) = lines(log)
    assert (line["message"], line["poll"], line["status"]) == ("poll", 1, "running")
    assert (line["batch"], line["purged_so_far"], line["percent"]) == (0, 3, 30)
    telemetry.polled(0, 1, 2, "unanswered", purged=None, percent=None)
    assert {"purged_so_far", "percent"}.isdisjoint(lines(log)[1])
