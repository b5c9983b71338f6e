"""Wraps every handler: parse, call, answer; logging, metrics, and the one broad except."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar

import orjson

from genesys_purge import callers, telemetry
from genesys_purge.error_codec import encoded
from genesys_purge.errors import InvalidRequest, PurgeError, Unexpected
from genesys_purge.model.strict_json import LARGEST_BODY
from genesys_purge.model.submission import NothingCreated, Submission
from genesys_purge.model.wire import Wire
from genesys_purge.ports import Isolate
from genesys_purge.telemetry import observed
from genesys_purge.time_left import time_left

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

M = TypeVar("M", bound=Wire)
R = TypeVar("R")
Handler = Callable[[Any, Any], Any]
# An HTTP status and a body.
Answer = tuple[int, Mapping[str, Any]]
NO_HEADERS: Mapping[str, str] = {}


def task(message: type[M]) -> Callable[[Callable[[M], Wire]], Handler]:
    """A state's handler: its input parsed as `message`, its answer as JSON, errors by class."""

    def wrap(use_case: Callable[[M], Wire]) -> Handler:
        @wraps(use_case)
        def handler(event: Any, context: LambdaContext) -> Any:
            def call() -> dict[str, Any]:
                return use_case(message.parse(event)).to_json()

            return _invoked(call, event, context)

        return handler

    return wrap


def submission(
    status: int, most: int = LARGEST_BODY
) -> Callable[[Callable[[Submission], Wire]], Handler]:
    """The handler of all ways in: over HTTP it answers with `status`, otherwise the bare result.

    An answer to a request that creates nothing, such as a dry run, is 200.
    The answer to a dry run is 200. The body of an HTTP call has at most `most` bytes.
    """

    def wrap(use_case: Callable[[Submission], Wire]) -> Handler:
        @wraps(use_case)
        def handler(event: Any, context: LambdaContext) -> Any:
            def call() -> Wire:
                return use_case(callers.submission(event, most))

            def answer() -> Answer:
                result = call()
                return (200 if isinstance(result, NothingCreated) else status), result.to_json()

            if callers.is_http(event):
                return _answered(answer, event, context)
            return _invoked(lambda: call().to_json(), event, context)

        return handler

    return wrap


def direct(use_case: Callable[[Any], Mapping[str, Any]]) -> Handler:
    """A handler that is invoked with any JSON."""

    @wraps(use_case)
    def handler(event: Any, context: LambdaContext) -> Any:
        def call() -> Mapping[str, Any]:
            return use_case(event)

        return _invoked(call, event, context)

    return handler


def sweep(use_case: Callable[[Isolate], None]) -> Handler:
    """A handler of a schedule, whose use case does pieces of work that may fail one by one."""

    @wraps(use_case)
    def handler(event: Any, context: LambdaContext) -> Any:
        def isolate(run_id: str, work: Callable[[], None], *, batch: int | None = None) -> bool:
            with telemetry.part(run_id, run_id=run_id, batch=batch):
                try:
                    guarded(work, context)
                except PurgeError:
                    return False
            return True

        return _invoked(lambda: use_case(isolate), event, context)

    return handler


def http(use_case: Callable[[callers.HttpCall], Mapping[str, Any]]) -> Handler:
    """A handler behind the HTTP API."""

    @wraps(use_case)
    def handler(event: Any, context: LambdaContext) -> Any:
        def answer() -> Answer:
            return 200, use_case(callers.HttpCall(event))

        return _answered(answer, event, context)

    return handler


def _invoked(call: Callable[[], R], event: Any, context: LambdaContext) -> R:
    """What `call` returns; its error leaves the function as JSON."""

    def answer() -> R:
        try:
            return guarded(call, context)
        except PurgeError as error:
            raise encoded(error) from error.__cause__

    return observed(answer, context, callers.cause_of(event), **callers.subject_of(event))


def _answered(call: Callable[[], Answer], event: Any, context: LambdaContext) -> dict[str, Any]:
    """The HTTP answer of `call`, or of its error."""

    def written() -> tuple[int, str]:
        status, body = call()
        return status, _written(body)

    def answer() -> dict[str, Any]:
        try:
            # Written inside the guarded call, so that an answer that is not JSON is logged as well.
            return _response(*guarded(written, context))
        except PurgeError as error:
            errors = [field.to_json() for field in error.errors()]
            body = _written({"errors": errors, "requestId": context.aws_request_id})
            return _response(error.http_status, body, error.http_headers)

    return observed(answer, context, callers.cause_of(event))


def _written(body: Mapping[str, Any]) -> str:
    return orjson.dumps(body).decode()


def _response(status: int, body: str, headers: Mapping[str, str] = NO_HEADERS) -> dict[str, Any]:
    return {
        "statusCode": status,
        "headers": {"content-type": "application/json", **headers},
        "body": body,
    }


def _refusal(error: PurgeError) -> dict[str, str]:
    refusal = {"error": type(error).__name__, "reason": _reason(error)}
    known = {"genesys_correlation_id": error.correlation_id} if error.correlation_id else {}
    return refusal | known


def _reason(error: PurgeError) -> str:
    """The text of an error for the log, without paths: a caller may have made them up."""
    if isinstance(error, InvalidRequest):
        return "; ".join(dict.fromkeys(field.message for field in error.errors()))[:1_000]
    return str(error)


def guarded(call: Callable[[], R], context: LambdaContext) -> R:
    """What `call` returns; an unexpected error is logged and loses its text."""
    log = telemetry.logger()
    try:
        with time_left().of(context):
            return call()
    except PurgeError as error:
        if error.is_logged:
            log.warning("refused", extra=_refusal(error))
        raise
    except Exception as error:
        log.exception("unexpected error")
        request_id = context.aws_request_id
        raise Unexpected(f"unexpected error; see the log of request {request_id}") from error
    finally:
        telemetry.flush()
