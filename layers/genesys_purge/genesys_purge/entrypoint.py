"""Wraps every handler: parse, call, answer; logging, metrics, and the one broad except."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, TypeVar

import orjson

from genesys_purge import callers, telemetry
from genesys_purge.errors import InvalidRequest, PurgeError, Unexpected
from genesys_purge.model.submission import Submission
from genesys_purge.model.wire import Wire

M = TypeVar("M", bound=Wire)
Handler = Callable[[Any, Any], Any]


def task(message: type[M]) -> Callable[[Callable[[M], Wire]], Handler]:
    """A state's handler: its input parsed as `message`, its answer as JSON, errors by class."""

    def wrap(use_case: Callable[[M], Wire]) -> Handler:
        @wraps(use_case)
        def handler(event: Any, context: Any) -> Any:
            return _guarded(lambda: use_case(message.parse(event)).to_json(), context)

        return handler

    return wrap


def submission(use_case: Callable[[Submission], Wire]) -> Handler:
    """The handler of all three ways in: over HTTP it answers 202, otherwise the run itself."""

    @wraps(use_case)
    def handler(event: Any, context: Any) -> Any:
        def call() -> dict[str, Any]:
            return use_case(callers.submission(event)).to_json()

        if callers.is_http(event):
            return _answered(call, context, status=202)
        return _guarded(call, context)

    return handler


def direct(use_case: Callable[[Any], Mapping[str, Any]]) -> Handler:
    """A handler that is invoked with any JSON."""

    @wraps(use_case)
    def handler(event: Any, context: Any) -> Any:
        return _guarded(lambda: use_case(event), context)

    return handler


def http(use_case: Callable[[callers.HttpCall], Mapping[str, Any]]) -> Handler:
    """A handler behind the HTTP API."""

    @wraps(use_case)
    def handler(event: Any, context: Any) -> Any:
        return _answered(lambda: use_case(callers.http_call(event)), context, status=200)

    return handler


def _answered(call: Callable[[], Mapping[str, Any]], context: Any, status: int) -> dict[str, Any]:
    try:
        return _response(status, _guarded(call, context))
    except PurgeError as error:
        errors = [field._asdict() for field in error.errors()]
        request_id = getattr(context, "aws_request_id", "")
        return _response(error.http_status, {"errors": errors, "requestId": request_id})


def _response(status: int, body: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "statusCode": status,
        "headers": {"content-type": "application/json"},
        "body": orjson.dumps(body).decode(),
    }


def _reason(error: PurgeError) -> str:
    """The error's text for the log: without paths, which may be names of the caller's making."""
    if isinstance(error, InvalidRequest):
        return "; ".join(dict.fromkeys(field.message for field in error.errors()))[:1_000]
    return str(error)


def _guarded(call: Callable[[], Any], context: Any) -> Any:
    """What `call` returns; an error nobody foresaw is logged and loses its text."""
    request_id = getattr(context, "aws_request_id", "")
    log = telemetry.logger()
    log.append_keys(function_request_id=request_id)
    try:
        return call()
    except PurgeError as error:
        log.warning("refused", extra={"error": type(error).__name__, "reason": _reason(error)})
        raise
    except Exception as error:
        log.exception("unexpected error")
        raise Unexpected(f"unexpected error; see the log of request {request_id}") from error
    finally:
        telemetry.flush()
