"""Invoking functions with requests."""

import io
import json
from pathlib import Path
from typing import Any

import pytest

from cli.documents.files import UnreadableFile, read_request
from cli.stack.functions import Refused, SubmitFailed, submit

ERRORS = {"errors": [{"path": "reason", "message": "is too short"}, {"path": "x", "message": "y"}]}
LINES = ["reason: is too short", "x: y"]


class Lambda:
    """Returns the same answer to every invocation."""

    def __init__(self, answer: Any, function_error: str | None = None) -> None:
        self._answer = answer
        self._error = function_error
        self.payload: Any = None

    def invoke(self, FunctionName: str, Payload: str) -> dict[str, Any]:
        assert FunctionName == "stack-submit"
        self.payload = json.loads(Payload)
        error = {"FunctionError": self._error} if self._error else {}
        return {"Payload": io.BytesIO(json.dumps(self._answer).encode()), **error}


def test_request_is_sent_unchanged_and_the_run_id_returned() -> None:
    function = Lambda({"runId": "r1", "status": "submitted"})
    assert submit(function, "stack-submit", {"method": "x"}) == "r1"
    assert function.payload == {"method": "x"}


def test_answer_to_an_http_event_is_an_http_response() -> None:
    response = {"statusCode": 202, "body": '{"runId": "r1"}'}
    assert submit(Lambda(response), "stack-submit", {}) == "r1"


def test_refusal_names_every_field() -> None:
    raised = {"errorType": "InvalidRequest", "errorMessage": json.dumps(ERRORS)}
    with pytest.raises(Refused) as refused:
        submit(Lambda(raised, "Unhandled"), "stack-submit", {})
    assert refused.value.errors == LINES


def test_refusal_over_http_names_every_field() -> None:
    response = {"statusCode": 400, "body": json.dumps(ERRORS)}
    with pytest.raises(Refused) as refused:
        submit(Lambda(response), "stack-submit", {})
    assert refused.value.errors == LINES


@pytest.mark.parametrize(
    ("message", "shown"),
    [
        ("it failed", "it failed"),
        ('{"message": "it failed"}', "it failed"),
        ("[]", r"\[\]"),
        ("7", "7"),
    ],
)
def test_other_error_keeps_its_class_and_message(message: str, shown: str) -> None:
    raised = {"errorType": "Unexpected", "errorMessage": message}
    with pytest.raises(SubmitFailed, match=f"^stack-submit raised Unexpected: {shown}$"):
        submit(Lambda(raised, "Unhandled"), "stack-submit", {})


def test_file_without_json_is_named(tmp_path: Path) -> None:
    file = tmp_path / "request.json"
    with pytest.raises(UnreadableFile, match=r"request\.json"):
        read_request(file)
    file.write_text("{")
    with pytest.raises(UnreadableFile, match=r"request\.json"):
        read_request(file)
