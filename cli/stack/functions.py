"""Invokes functions of the application with requests."""

import json
from collections.abc import Mapping
from typing import Any

from genesys_purge.error_codec import decoded

from local.errors import CommandFailed

FUNCTION = "submit_purge"


class Refused(CommandFailed):
    """The function refused the request; each of `errors` is `path: message`."""

    def __init__(self, errors: list[str]) -> None:
        super().__init__("; ".join(errors))
        self.errors = errors


class SubmitFailed(CommandFailed):
    """The function failed."""


def submit(lambda_client: Any, function: str, request: Any) -> str:
    """Invokes the function with a purge request and returns the run's id."""
    return str(_body(invoke(lambda_client, function, request))["runId"])


def invoke(lambda_client: Any, function: str, event: Any) -> Any:
    """Returns the function's answer; raises Refused if it refuses the event, or SubmitFailed."""
    response = lambda_client.invoke(FunctionName=function, Payload=json.dumps(event))
    answer = json.loads(response["Payload"].read())
    if response.get("FunctionError"):
        raise _error(function, answer)
    return answer


def _error(function: str, answer: Mapping[str, Any]) -> Exception:
    try:
        return Refused(_lines(json.loads(str(answer.get("errorMessage")))))
    except (ValueError, KeyError, TypeError):
        reported = decoded(str(answer.get("errorType")), json.dumps(answer))
        return SubmitFailed(f"{function} raised {reported.reason}")


def _body(answer: Mapping[str, Any]) -> Any:
    """The answer, or the body of an HTTP response if the request was an HTTP API's event."""
    if "statusCode" not in answer:
        return answer
    body = json.loads(answer["body"])
    if "errors" in body:
        raise Refused(_lines(body))
    return body


def _lines(body: Mapping[str, Any]) -> list[str]:
    return [f"{each['path']}: {each['message']}" for each in body["errors"]]
