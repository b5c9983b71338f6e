"""Sends a request to submit_purge as its callers do."""

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

FUNCTION = "submit_purge"


class UnreadableRequest(Exception):
    """The file is no JSON."""


class Refused(Exception):
    """The request was refused; `errors` are `path: message`."""

    def __init__(self, errors: list[str]) -> None:
        super().__init__("; ".join(errors))
        self.errors = errors


class SubmitFailed(Exception):
    """A function did not work."""


def once_each(pairs: Iterable[tuple[Any, Any]]) -> dict[Any, Any]:
    """The pairs as a dictionary; ValueError where a key is there twice."""
    found: dict[Any, Any] = {}
    for key, value in pairs:
        if key in found:
            raise ValueError(f"{key!r} is there twice")
        found[key] = value
    return found


def read_request(file: Path) -> Any:
    """The JSON in a file."""
    try:
        text = file.read_text(encoding="utf-8-sig")
        return json.loads(text, object_pairs_hook=once_each)
    except OSError as error:
        raise UnreadableRequest(f"{file} cannot be read: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise UnreadableRequest(f"{file} is not JSON: {error}") from error


def values_of(field: str, event: object) -> Iterator[Any]:
    """What a request says in a field, however deep the event wraps it."""
    if isinstance(event, dict):
        for name, value in event.items():
            if name == field:
                yield value
            else:
                yield from values_of(field, value)
    elif isinstance(event, list):
        for value in event:
            yield from values_of(field, value)


def submit(lambda_client: Any, function: str, request: Any) -> str:
    """Invokes the function with the request and returns the run's id."""
    return str(_body(invoke(lambda_client, function, request))["runId"])


def invoke(lambda_client: Any, function: str, event: Any) -> Any:
    """What the function answers; Refused where it refuses what it was sent."""
    response = lambda_client.invoke(FunctionName=function, Payload=json.dumps(event))
    answer = json.loads(response["Payload"].read())
    if response.get("FunctionError"):
        raise _error(function, answer)
    return answer


def _error(function: str, answer: Mapping[str, Any]) -> Exception:
    message = str(answer.get("errorMessage"))
    try:
        return Refused(_lines(json.loads(message)))
    except (ValueError, KeyError, TypeError):
        return SubmitFailed(f"{function} raised {answer.get('errorType')}: {message}")


def _body(answer: Mapping[str, Any]) -> Any:
    """The answer itself; where the request is an HTTP API's event, the body of a response."""
    if "statusCode" not in answer:
        return answer
    body = json.loads(answer["body"])
    if "errors" in body:
        raise Refused(_lines(body))
    return body


def _lines(body: Mapping[str, Any]) -> list[str]:
    return [f"{each['path']}: {each['message']}" for each in body["errors"]]
