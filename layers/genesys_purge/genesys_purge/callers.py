"""The ways in: what EventBridge Scheduler, other AWS services and HTTP callers send us."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple

import orjson
from pydantic import TypeAdapter, ValidationError

from genesys_purge.errors import FieldError, InvalidRequest, TooLarge
from genesys_purge.model.audit import AuditRecord
from genesys_purge.model.dates import Instant
from genesys_purge.model.submission import Submission
from genesys_purge.ports import Receipt

LARGEST_BODY = 1_048_576


class HttpCall(NamedTuple):
    """One call through the HTTP API: route as `VERB /path`, and who called."""

    route: str
    path: Mapping[str, str]
    query: Mapping[str, str]
    event: Mapping[str, Any]
    actor: str

    @property
    def verb(self) -> str:
        """The method of the call."""
        return str(self.event["requestContext"]["http"].get("method", ""))

    def header(self, name: str) -> str:
        """The header of that name in lower case; empty where there is none."""
        headers = self.event.get("headers") or {}
        return next((str(v) for key, v in headers.items() if key.lower() == name), "")

    def raw(self, limit: int) -> bytes | None:
        """The body's own bytes; None where they cannot be told, TooLarge beyond `limit`."""
        text = self.event.get("body") or ""
        if len(text) > 2 * limit:
            raise TooLarge(f"may have at most {limit} bytes")
        try:
            body = b64decode(text, validate=True) if self._is_base64 else text.encode()
        except ValueError:
            return None
        if len(body) > limit:
            raise TooLarge(f"may have at most {limit} bytes")
        return body

    def json(self) -> Any:
        """The body as JSON; InvalidRequest where it is too large or none."""
        raw = self.event.get("body") or ""
        try:
            body = b64decode(raw, validate=True) if self._is_base64 else raw.encode()
            if len(body) > LARGEST_BODY:
                raise _refused("request", f"may have at most {LARGEST_BODY} bytes")
            return orjson.loads(body)
        except ValueError as error:  # not base64, not Unicode, not JSON
            raise _refused("request", "the body is not JSON") from error

    @property
    def _is_base64(self) -> bool:
        return bool(self.event.get("isBase64Encoded"))


def is_http(event: object) -> bool:
    """Whether the event came through the HTTP API."""
    context = event.get("requestContext") if isinstance(event, Mapping) else None
    return isinstance(context, Mapping) and "http" in context


def http_call(event: Mapping[str, Any]) -> HttpCall:
    """The call in an HTTP API event of format 2.0."""
    iam = event["requestContext"].get("authorizer", {}).get("iam", {})
    return HttpCall(
        route=str(event.get("routeKey", "")),
        path=event.get("pathParameters") or {},
        query=event.get("queryStringParameters") or {},
        event=event,
        actor=str(iam.get("userArn") or "http"),
    )


def submission(event: object) -> Submission:
    """The purge request in an event, by whom it comes, and the moment it was scheduled for."""
    if is_http(event) and isinstance(event, Mapping):
        call = http_call(event)
        return Submission(call.json(), call.actor)
    if not isinstance(event, Mapping):
        raise _refused("request", "must be a JSON object")
    if "scheduledTime" in event:
        return _scheduled(event)
    if "detail-type" in event:
        return Submission(
            event.get("detail") or {},
            f"event:{event.get('source', '')}"[:100],
            _moment("time", event.get("time")),
        )
    return Submission(event, "invoke")


def _scheduled(event: Mapping[str, Any]) -> Submission:
    """EventBridge Scheduler, with the input that `events/schedule` shows."""
    unknown = set(event) - {"scheduledTime", "scheduleArn", "request"}
    if unknown or "request" not in event:
        raise _refused("request", "a schedule sends scheduledTime, scheduleArn and request")
    schedule = str(event.get("scheduleArn", "")).rpartition("/")[2]
    moment = _moment("scheduledTime", event["scheduledTime"])
    return Submission(event["request"], f"schedule:{schedule}"[:100], moment)


def _moment(path: str, value: object) -> datetime:
    try:
        return TypeAdapter(Instant).validate_json(orjson.dumps(value))
    except (ValidationError, orjson.JSONEncodeError) as error:
        raise _refused(path, "must be a time as in RFC 3339") from error


def _refused(path: str, message: str) -> InvalidRequest:
    return InvalidRequest([FieldError(path, message)])


def messages(event: Mapping[str, Any]) -> Iterator[tuple[str, Receipt, str]]:
    """Each message of a queue's event: its id, its receipt and its body."""
    for record in event["Records"]:
        times = int(record["attributes"]["ApproximateReceiveCount"])
        yield record["messageId"], Receipt(record["receiptHandle"], times), record["body"]


def facts(event: Mapping[str, Any]) -> Iterator[AuditRecord]:
    """The new audit records in an event of the audit table's stream, in order."""
    for record in event["Records"]:
        if record["eventName"] == "INSERT":
            body = record["dynamodb"]["NewImage"]["body"]["S"]
            yield AuditRecord.model_validate_json(body)
