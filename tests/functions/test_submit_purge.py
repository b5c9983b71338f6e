"""SubmitPurge: each way in, and the answer to each kind of failure."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

import orjson
import pytest
from genesys_purge.errors import FieldError, InvalidRequest, RateLimited, Unexpected
from genesys_purge.methods import METHODS
from genesys_purge.model.run import RunStatus

from tests import builders
from tests.application import http_event
from tests.functions.conftest import Invoke
from tests.unit.workbench import Workbench

REQUEST = builders.conversation_archive(requestId="q3")
SUBMITTED = {"runId": "q3", "status": "submitted"}


def post(invoke: Invoke, body: object, **changes: Any) -> tuple[int, dict[str, Any]]:
    text = body if isinstance(body, str) else json.dumps(body)
    answer = invoke("SubmitPurge", http_event("POST /purges", body=text) | changes)
    assert answer["headers"] == {"content-type": "application/json"}
    return answer["statusCode"], json.loads(answer["body"])


def refusal(*errors: tuple[str, str]) -> dict[str, Any]:
    listed = [{"path": path, "message": message} for path, message in errors]
    return {"errors": listed, "requestId": "request-1"}


def test_http_request_is_accepted_with_202(bench: Workbench, invoke: Invoke) -> None:
    assert post(invoke, REQUEST) == (202, SUBMITTED)
    run = bench.runs.get("q3")
    assert run.submitted_by == "arn:aws:iam::123456789012:user/operator"
    assert bench.executions.started == ["q3"]


def test_repeated_http_request_gets_the_same_answer(bench: Workbench, invoke: Invoke) -> None:
    assert post(invoke, REQUEST) == post(invoke, REQUEST) == (202, SUBMITTED)
    assert bench.executions.started == ["q3"]


def test_http_caller_that_is_not_listed_may_not_override(bench: Workbench, invoke: Invoke) -> None:
    request = builders.data_deletion(requestId="q3", retentionPolicyOverride=True)
    status, answer = post(invoke, request)
    (error,) = answer["errors"]
    assert (status, error["path"]) == (400, "retentionPolicyOverride")
    assert "the caller arn:aws:iam::123456789012:user/operator may not" in error["message"]
    bench.override_callers = frozenset({"arn:aws:iam::123456789012:user/operator"})
    assert post(invoke, request) == (202, SUBMITTED)


@pytest.mark.usefixtures("bench")
def test_http_body_may_be_base64(invoke: Invoke) -> None:
    body = base64.b64encode(json.dumps(REQUEST).encode()).decode()
    assert post(invoke, body, isBase64Encoded=True) == (202, SUBMITTED)


@pytest.mark.parametrize(
    ("body", "errors"),
    [
        ("{", [("request", "the body is not JSON")]),
        ("", [("request", "the body is not JSON")]),
        ([], [("request", "must be a JSON object")]),
        ("null", [("request", "must be a JSON object")]),
        ({}, [("method", f"is required: one of {', '.join(METHODS)}"), ("reason", "is required")]),
        ('"' + "x" * 1_048_575 + '"', [("request", "may have at most 1048576 bytes")]),
        (
            REQUEST | {"conversationIds": ["a1", "a1"], "surprise": 1},
            [
                ("surprise", "is not a field of this request"),
                ("conversationIds.1", "repeats conversationIds.0"),
            ],
        ),
    ],
)
def test_invalid_http_request_is_400_with_every_error(
    bench: Workbench, invoke: Invoke, body: object, errors: list[tuple[str, str]]
) -> None:
    assert post(invoke, body) == (400, refusal(*errors))
    assert bench.executions.started == []


@pytest.mark.parametrize("method", ["data_deletion", "interaction_purge", "recording_job"])
def test_date_range_of_less_than_a_millisecond_is_400(
    bench: Workbench, invoke: Invoke, method: str
) -> None:
    instant = {"start": "2020-01-01T00:00:00.000100Z", "end": "2020-01-01T00:00:00.000400Z"}
    message = "must contain a whole millisecond, the shortest time at Genesys"
    answer = post(invoke, builders.request_of(method, dateRange=instant))
    assert answer == (400, refusal(("dateRange", message)))
    assert bench.executions.started == []


def test_unclassified_young_range_is_400_with_the_assumption(
    bench: Workbench, invoke: Invoke
) -> None:
    request = builders.data_deletion()
    del request["classification"]
    status, body = post(invoke, request)
    [error] = body["errors"]
    assert (status, error["path"]) == (400, "dateRange")
    for words in ("rule 'protected health", "hipaa is assumed", "default-classification"):
        assert words in error["message"]
    assert bench.executions.started == []


def test_repeated_key_over_http_is_400_and_starts_nothing(bench: Workbench, invoke: Invoke) -> None:
    body = json.dumps(REQUEST | {"dryRun": True})[:-1] + ', "dryRun": false}'
    assert json.loads(body)["dryRun"] is False
    message = "is given more than once; give it once"
    assert post(invoke, body) == (400, refusal(("dryRun", message)))
    assert (bench.executions.started, bench.audit.every) == ([], ())


def test_reason_with_403900_blanks_is_stored_without_them(bench: Workbench, invoke: Invoke) -> None:
    padded = REQUEST | {"reason": " " * 403_900 + REQUEST["reason"] + "\n"}
    assert post(invoke, padded) == post(invoke, REQUEST) == (202, SUBMITTED)
    assert bench.runs.get("q3").request["reason"] == REQUEST["reason"]
    assert [each.request and each.request.reason for each in bench.audit.every] == [
        REQUEST["reason"]
    ]
    assert len(orjson.dumps(bench.runs.get("q3").to_json())) < 2_000


@pytest.mark.parametrize(
    "wrap",
    [
        lambda request: request,
        lambda request: {"scheduledTime": "2026-11-21T11:00:00Z", "request": request},
        lambda request: {
            "detail-type": "x",
            "source": "tests",
            "time": "2026-11-21T11:00:00Z",
            "detail": request,
        },
    ],
    ids=["invocation", "schedule", "event"],
)
def test_event_over_one_mebibyte_is_refused(
    bench: Workbench, invoke: Invoke, wrap: Callable[[object], object]
) -> None:
    request = REQUEST | {"reason": " " * 1_048_576 + REQUEST["reason"]}
    size = len(orjson.dumps(request))
    with pytest.raises(InvalidRequest) as refused:
        invoke("SubmitPurge", wrap(request))
    message = f"may have at most 1048576 bytes, not {size}"
    assert refused.value.fields == (FieldError("request", message),)
    assert (bench.executions.started, bench.audit.every) == ([], ())


def test_request_that_is_too_large_to_store_is_refused(bench: Workbench, invoke: Invoke) -> None:
    request = builders.recording_job(
        requestId="q3", conversationIds=None, mediaTypes=["voice"] * 13_000
    )
    errors = {each["path"]: each["message"] for each in post(invoke, request)[1]["errors"]}
    assert errors["request"].startswith("may have at most 100000 bytes, not 10")
    assert (bench.executions.started, bench.audit.every) == ([], ())


@pytest.mark.usefixtures("bench")
def test_answer_to_80000_errors_is_cut_to_a_bounded_size(invoke: Invoke) -> None:
    body = json.dumps({"method": "data_deletion"} | {f"{n:05}": 1 for n in range(80_000)})
    assert len(body) < 1_048_576
    status, answer = post(invoke, body)
    assert (status, len(answer["errors"])) == (400, 1_001)
    assert len(json.dumps(answer)) < 200_000


def test_http_request_that_may_be_retried_later_is_429(bench: Workbench, invoke: Invoke) -> None:
    bench.executions.before_start = _raising(RateLimited("slow down"))
    assert post(invoke, REQUEST) == (429, refusal(("request", "slow down")))


def test_unexpected_error_over_http_is_500_without_its_text(
    bench: Workbench, invoke: Invoke
) -> None:
    bench.executions.before_start = _raising(KeyError("hush"))
    text = "unexpected error; see the log of request request-1"
    assert post(invoke, REQUEST) == (500, refusal(("request", text)))


def test_invocation_returns_the_run(bench: Workbench, invoke: Invoke) -> None:
    assert invoke("SubmitPurge", REQUEST) == SUBMITTED
    assert bench.runs.get("q3").submitted_by == "invoke"


@pytest.mark.parametrize("event", [None, [], "x", {"method": "x"}, {"scheduledTime": 1}])
def test_invocation_with_an_invalid_request_raises_invalid_request(
    bench: Workbench, invoke: Invoke, event: object
) -> None:
    with pytest.raises(InvalidRequest) as refused:
        invoke("SubmitPurge", event)
    assert json.loads(str(refused.value))["errors"]
    assert bench.executions.started == []


def test_unexpected_error_of_an_invocation_loses_its_text(bench: Workbench, invoke: Invoke) -> None:
    bench.executions.before_start = _raising(KeyError("hush"))
    with pytest.raises(Unexpected) as failed:
        invoke("SubmitPurge", REQUEST)
    assert failed.value.message == "unexpected error; see the log of request request-1"


def test_schedule_submits_for_its_scheduled_time(bench: Workbench, invoke: Invoke) -> None:
    event = {
        "scheduledTime": "2026-11-21T11:00:00Z",
        "scheduleArn": "arn:aws:scheduler:us-east-1:123456789012:schedule/default/nightly",
        "request": builders.data_deletion(dateRange={"olderThanDays": 400, "lookbackDays": 30}),
    }
    first, again = invoke("SubmitPurge", event), invoke("SubmitPurge", event)
    assert first == again
    run = bench.runs.get(first["runId"])
    assert (run.submitted_by, run.status) == ("schedule:nightly", RunStatus.SUBMITTED)
    assert run.reference_time.hour == 11


def test_event_submits_its_detail_for_its_own_time(bench: Workbench, invoke: Invoke) -> None:
    event = {
        "detail-type": "Purge Requested",
        "source": "com.example.records",
        "time": "2026-11-21T11:00:00Z",
        "detail": REQUEST,
    }
    assert invoke("SubmitPurge", event) == SUBMITTED
    run = bench.runs.get("q3")
    assert (run.submitted_by, run.reference_time.hour) == ("event:com.example.records", 11)


def _raising(error: Exception) -> Callable[[], None]:
    def fail() -> None:
        raise error

    return fail
