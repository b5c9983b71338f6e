"""What is logged: enough to find the cause, and nothing that belongs to anybody."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from genesys_purge import telemetry
from genesys_purge.errors import InvalidRequest, PermissionMissing, PurgeError, Unexpected
from genesys_purge.methods.documented.conversation_archive import SUBMIT

from tests import builders
from tests.application import http_event
from tests.functions.conftest import Invoke
from tests.unit.workbench import Workbench

PERSONAL = "jane.doe@example.com"
ALLOWED = {
    "level",
    "location",
    "message",
    "timestamp",
    "service",
    "function_request_id",
    "error",
    "reason",
    "exception",
    "exception_name",
    "stack_trace",
}


def lines(log: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in log.getvalue().splitlines()]


@pytest.mark.usefixtures("bench")
def test_a_success_is_not_logged(invoke: Invoke, log: io.StringIO) -> None:
    invoke("SubmitPurge", builders.conversation_archive())
    assert log.getvalue() == ""


@pytest.mark.usefixtures("bench")
def test_a_refused_request_is_logged_by_what_is_wrong_and_not_by_what_it_says(
    invoke: Invoke, log: io.StringIO
) -> None:
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


def test_a_failure_is_logged_with_its_class_and_its_text(
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


@pytest.mark.usefixtures("bench")
@pytest.mark.parametrize(
    "message",
    [
        {"runId": PERSONAL, "batch": PERSONAL},
        {"runId": "run-1", "batch": 0, "secret": PERSONAL},
        [PERSONAL],
    ],
)
def test_an_error_nobody_foresaw_is_logged_in_full_and_without_what_was_sent(
    invoke: Invoke, log: io.StringIO, message: object
) -> None:
    with pytest.raises(Unexpected):
        invoke("SubmitBatch", message)
    (line,) = lines(log)
    assert (line["level"], line["message"]) == ("ERROR", "unexpected error")
    assert line["exception_name"] == "ValidationError"
    assert "Traceback" in line["exception"]
    assert "jane" not in log.getvalue()


def test_logs_use_the_allowed_keys_alone(
    bench: Workbench, invoke: Invoke, log: io.StringIO
) -> None:
    bench.planned()
    for event in ({}, {"runId": "run-1", "batch": 9}):
        with pytest.raises(PurgeError):
            invoke("PollBatch", event)
    assert lines(log)
    assert set().union(*lines(log)) <= ALLOWED


def test_each_step_of_a_batch_is_told_by_number_and_state(
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
    assert set(line) <= ALLOWED | {"batch", "batches", "state"}
