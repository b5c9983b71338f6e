"""The ways in: what EventBridge Scheduler, other AWS services and HTTP callers send us."""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import orjson
from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEventV2, EventBridgeEvent
from pydantic import TypeAdapter, ValidationError

from genesys_purge.correlation import correlation_id_in
from genesys_purge.errors import FieldError, InvalidRequest, TooLarge
from genesys_purge.model import strict_json
from genesys_purge.model.dates import Instant
from genesys_purge.model.person import Principal
from genesys_purge.model.strict_json import LARGEST_BODY, InvalidJson
from genesys_purge.model.submission import Submission
from genesys_purge.model.wording import NOT_A_TIME

NOT_JSON = "the body is not JSON"
# Longer than the longest name of a schedule with its group, and than the longest source.
LONGEST_ACTOR = 300
IS_REQUEST_ID = re.compile(r"[A-Za-z0-9_=-]{1,64}").fullmatch


class HttpCall(APIGatewayProxyEventV2):
    """One call through the HTTP API, with the body that its caller sent."""

    @property
    def actor(self) -> str:
        """The ARN that IAM authenticated; `http` for a route without IAM."""
        return self.request_context.authorizer.iam.user_arn or "http"

    @property
    def principal(self) -> Principal:
        """The caller that IAM authenticated."""
        iam = self.request_context.authorizer.iam
        return Principal(iam.user_arn or "", iam.caller_id or iam.user_id or "")

    def content(self, limit: int) -> bytes | None:
        """The bytes of the body; None where its encoding is broken, TooLarge over `limit`."""
        text = self.body or ""
        # Four letters of base64 are three bytes, so a longer text need not be decoded.
        if len(text) > 2 * limit:
            raise TooLarge(f"may have at most {limit} bytes")
        try:
            content = self._decoded(text)
        except ValueError:
            return None
        if len(content) > limit:
            raise TooLarge(f"may have at most {limit} bytes")
        return content

    def json(self, most: int = LARGEST_BODY) -> Any:
        """The body as JSON; InvalidRequest where it has over `most` bytes or is not JSON."""
        try:
            content = self._decoded(self.body or "")
            if len(content) > most:
                raise _refused("request", f"may have at most {most} bytes")
            return strict_json.parsed(content)
        except InvalidJson as error:
            if error.path:
                raise _refused(error.path, error.message) from error
            raise _refused("request", NOT_JSON) from error
        except ValueError as error:  # not base64, not Unicode
            raise _refused("request", NOT_JSON) from error

    def _decoded(self, text: str) -> bytes:
        """ValueError for a broken encoding; `decoded_body` ignores letters outside base64."""
        return b64decode(text, validate=True) if self.is_base64_encoded else text.encode()


def is_http(event: object) -> bool:
    """Whether the event came through the HTTP API."""
    context = event.get("requestContext") if isinstance(event, dict) else None
    return isinstance(context, dict) and "http" in context


def cause_of(event: object) -> object:
    """The id of the API's request or of the bus's event, or the run or deployment of a step."""
    if not isinstance(event, dict):
        return None
    if is_http(event):
        request_id = event["requestContext"].get("requestId")
        # The HTTP API pads its ids with `=`.
        return request_id if isinstance(request_id, str) and IS_REQUEST_ID(request_id) else None
    if "detail-type" in event:
        return correlation_id_in(event.get("id"))
    return event.get("runId") or event.get("deploymentId")


def subject_of(event: object) -> Mapping[str, object]:
    """What the step in an event is about, for the log; empty for the event of any other caller."""
    if not isinstance(event, dict) or is_http(event):
        return {}
    batch = event.get("batch")
    return {
        "run_id": event.get("runId"),
        "batch": batch if isinstance(batch, int) else None,
        "deployment_id": event.get("deploymentId"),
    }


def submission(event: object, most: int = LARGEST_BODY) -> Submission:
    """The request in an event, who sent it, and the moment that it was scheduled for.

    The body of an HTTP call has at most `most` bytes.
    """
    if not isinstance(event, dict):
        raise _refused("request", "must be a JSON object")
    if is_http(event):
        call = HttpCall(event)
        person_id, path = call.principal.person_id, call.path_parameters
        return Submission(call.json(most), call.actor, person_id=person_id, path=path)
    if "scheduledTime" in event:
        return _scheduled(event)
    if "detail-type" in event:
        return _published(EventBridgeEvent(event))
    return Submission(event, "invoke")


def _scheduled(event: Mapping[str, Any]) -> Submission:
    """EventBridge Scheduler, with the input that `events/schedule` shows."""
    unknown = set(event) - {"scheduledTime", "scheduleArn", "request"}
    if unknown or "request" not in event:
        raise _refused("request", "a schedule sends scheduledTime, scheduleArn and request")
    schedule = _schedule_in(str(event.get("scheduleArn", "")))
    moment = _moment("scheduledTime", event["scheduledTime"])
    return Submission(event["request"], f"schedule:{schedule}"[:LONGEST_ACTOR], moment)


def _schedule_in(arn: str) -> str:
    """The name of a schedule, after its group unless that is the default one.

    A name is unique in its group only, and a caller may be listed by name.
    """
    return arn.partition(":schedule/")[2].removeprefix("default/")


def _published(event: EventBridgeEvent) -> Submission:
    """EventBridge, with the request as the event's detail."""
    try:
        detail, source, time = event.detail, event.source, event.time
    except KeyError as error:
        raise _refused("request", "an event has detail, source and time") from error
    return Submission(detail, f"event:{source}"[:LONGEST_ACTOR], _moment("time", time))


def _moment(path: str, value: object) -> datetime:
    try:
        return TypeAdapter(Instant).validate_json(orjson.dumps(value))
    except (ValidationError, orjson.JSONEncodeError) as error:
        raise _refused(path, NOT_A_TIME) from error


def _refused(path: str, message: str) -> InvalidRequest:
    return InvalidRequest([FieldError(path, message)])
