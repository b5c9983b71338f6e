"""Reads answers of Genesys: bodies leniently, failures as errors of this application."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx
import orjson

from genesys_purge.correlation import correlation_id_in
from genesys_purge.errors import (
    AuthenticationFailed,
    FieldError,
    GenesysUnavailable,
    JobLost,
    NotAtGenesys,
    PermissionMissing,
    PurgeError,
    RateLimited,
    RefusedByGenesys,
    StillWorking,
    StorageExhausted,
    UnreadableAnswer,
)
from genesys_purge.genesys.platform_advice import advice
from genesys_purge.model.answers import is_identifier, printable
from genesys_purge.operation import Missing, Operation

CORRELATION_HEADERS = ("x-correlation-id", "inin-correlation-id")
MAX_RETRY_AFTER = 3_600.0
SERVER_ERRORS = 500
MAX_FIELDS = 50
ENTITY_IDS = ("entityId", "ruleId", "id")
MAX_NAME_LENGTH = 200
# The errors of 404; an operation with another meaning is refused.
NOT_FOUND = {Missing.JOB: JobLost, Missing.ENTITY: NotAtGenesys}


def object_in(response: httpx.Response) -> Mapping[str, Any]:
    """The JSON object of a successful answer; raises UnreadableAnswer if it has none."""
    body = _json_in(response)
    if not isinstance(body, dict):
        raise _without(response, "object")
    return body


def list_in(response: httpx.Response) -> Mapping[str, Any]:
    """The JSON list of a successful answer, as `entities`; raises UnreadableAnswer otherwise."""
    body = _json_in(response)
    if not isinstance(body, list):
        raise _without(response, "list")
    return {"entities": body}


def _without(response: httpx.Response, kind: str) -> UnreadableAnswer:
    return UnreadableAnswer(
        f"{_call(response)} answered {response.status_code} without a JSON {kind}",
        correlation_id=correlation_id(response),
    )


def error_in(response: httpx.Response, operation: Operation) -> PurgeError:
    """The error for a status of 300 or more; its `quoted` is the message of Genesys."""
    error = _error_in(response, operation)
    error.quoted = message_in(response)
    error.advice = error.advice or advice(operation, response.status_code)
    return error


def _error_in(response: httpx.Response, operation: Operation) -> PurgeError:
    status, correlation = response.status_code, correlation_id(response)
    sentence = f"{_call(response)} answered {status}"
    match status:
        case 401:
            return AuthenticationFailed(sentence, correlation_id=correlation)
        case 403:
            return _forbidden(sentence, operation, correlation)
        case 404 if operation.missing in NOT_FOUND:
            return NOT_FOUND[operation.missing](sentence, correlation_id=correlation)
        case 429:
            return RateLimited(
                sentence, retry_after=retry_after(response), correlation_id=correlation
            )
        case 504:
            return StillWorking(sentence, correlation_id=correlation)
        case 507:
            return StorageExhausted(sentence, correlation_id=correlation)
        case _ if status >= SERVER_ERRORS or status == httpx.codes.REQUEST_TIMEOUT:
            return GenesysUnavailable(
                sentence, retry_after=retry_after(response), correlation_id=correlation
            )
        case _:
            return _refusal(sentence, response, correlation)


def _forbidden(sentence: str, operation: Operation, correlation: str | None) -> PermissionMissing:
    scopes = (*operation.scopes, *operation.forbidden)
    permission = " or ".join(scopes) or ", ".join(operation.permissions)
    error = PermissionMissing(sentence, permission=permission, correlation_id=correlation)
    error.advice = _permission_advice(permission)
    return error


def _refusal(sentence: str, response: httpx.Response, correlation: str | None) -> RefusedByGenesys:
    found = _json_in(response)
    body = found if isinstance(found, dict) else {}
    code, name = body.get("code"), body.get("entityName")
    return RefusedByGenesys(
        sentence,
        status=response.status_code,
        code=code if is_identifier(code) else None,
        correlation_id=correlation,
        entity_id=next(filter(is_identifier, map(body.get, ENTITY_IDS)), None),
        entity_name=name if isinstance(name, str) and len(name) <= MAX_NAME_LENGTH else None,
        fields=_fields_in(body),
    )


def _permission_advice(permission: str) -> str:
    if permission:
        return f"the OAuth client needs {permission}"
    return "check the role and the divisions of the OAuth client"


def _fields_in(body: Mapping[str, Any]) -> list[FieldError]:
    """The wrong fields that the answer names."""
    return [
        FieldError(printable(_path_in(item)), printable(str(item.get("message", ""))))
        for item in _list(body.get("errors"))[:MAX_FIELDS]
        if isinstance(item, dict) and _path_in(item)
    ]


def _path_in(item: Mapping[str, Any]) -> str:
    return str(item.get("path") or item.get("field") or item.get("fieldName") or "")


def _json_in(response: httpx.Response) -> Any:
    try:
        return orjson.loads(response.content)
    except orjson.JSONDecodeError:
        return None


def message_in(response: httpx.Response) -> str:
    """The message, code and field errors of an answer, or its plain text, cut to 500 characters."""
    try:
        body = orjson.loads(response.content)
    except orjson.JSONDecodeError:
        # Not `response.text`: the answer may name a charset that does not decode text.
        return printable(response.content.decode(errors="replace")) or "no message"
    if not isinstance(body, dict):
        return printable(str(body))
    words = [body.get(name) for name in ("message", "error_description", "error", "code")]
    words += [_detail(item) for name in ("details", "errors") for item in _list(body.get(name))]
    return printable("; ".join(dict.fromkeys(str(word) for word in words if word))) or "no message"


def correlation_id(response: httpx.Response) -> str | None:
    """The correlation id of the answer; None if it has none of the right form."""
    for name in CORRELATION_HEADERS:
        if found := correlation_id_in(response.headers.get(name)):
            return found
    return None


def retry_after(response: httpx.Response) -> float | None:
    """The seconds of `Retry-After`, a number or an HTTP date; None if it is neither.

    At most an hour, because the waits of the state machine are bounded.
    """
    value = response.headers.get("retry-after", "").strip()
    if value.isdecimal():
        return min(float(value), MAX_RETRY_AFTER)
    try:
        seconds = (parsedate_to_datetime(value) - datetime.now(UTC)).total_seconds()
    except (ValueError, TypeError, OverflowError):
        return None
    return min(max(0.0, seconds), MAX_RETRY_AFTER)


def _detail(item: object) -> str:
    if not isinstance(item, dict):
        return str(item)
    path = _path_in(item)
    return f"{path}: {item.get('message', '')}" if path else str(item.get("message", ""))


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _call(response: httpx.Response) -> str:
    return f"{response.request.method} {response.request.url.path}"
