"""`/_simulator/governance`: receives notifications and checks their signatures."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from hmac import compare_digest
from hmac import new as new_hmac
from http import HTTPStatus
from itertools import repeat

import orjson
from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from simulator.governance.page import page
from simulator.http.answer import Answer, Unanswered
from simulator.http.request import Request
from simulator.http.routing import Route
from simulator.http.wire import Body, format_instant, parse_body

PATH = "/_simulator/governance"
PREFIX = "whsec_"
FINAL = frozenset(each.value for each in HTTPStatus if each >= HTTPStatus.OK)


class ReceiverFault(Body):
    """The next `times` notifications are answered with `status`, or hang without an answer."""

    status: int | None = None
    hang: bool = False
    times: int = Field(default=1, ge=1, le=1000)

    @model_validator(mode="after")
    def _one_of_both(self) -> ReceiverFault:
        if (self.status is None) is not self.hang:
            raise PydanticCustomError("fault", "needs either status or hang")
        if self.status is not None and self.status not in FINAL:
            raise PydanticCustomError("status", "status must be a known final status")
        return self


@dataclass(frozen=True, slots=True)
class Notification:
    """A received notification; `status` is None if it got no answer."""

    at: datetime
    headers: Mapping[str, str]
    body: bytes
    signature_valid: bool
    status: int | None

    @property
    def content(self) -> object:
        """The body as JSON or, if it is not JSON, as text."""
        try:
            return orjson.loads(self.body)
        except orjson.JSONDecodeError:
            return self.body.decode("utf-8", "replace")

    @property
    def wire(self) -> dict[str, object]:
        """The entry in the list."""
        content = self.content
        readable = not isinstance(content, str)
        return {
            "at": format_instant(self.at),
            "event": content.get("event") if isinstance(content, dict) else None,
            "webhookId": self.headers.get("webhook-id"),
            "signatureValid": self.signature_valid,
            "status": self.status,
            "headers": self.headers,
            "body": orjson.Fragment(self.body) if readable else content,
        }


class Governance:
    """Stores every notification, even with a wrong signature or without an answer."""

    def __init__(self, secret: str) -> None:
        self._key = key_of(secret)
        self._faults: deque[int | None] = deque()
        self._received: list[Notification] = []

    def routes(self) -> tuple[Route, ...]:
        """Receive notifications, list them and plan faults."""
        return (
            Route("POST", PATH, self.receive),
            Route("GET", PATH, self.show),
            Route("POST", f"{PATH}/fault", self.fail),
        )

    def receive(self, request: Request) -> Answer:
        """204 for a valid signature, else 401; a planned fault comes first."""
        valid = is_valid(request.headers, request.body, self._key)
        status = self._faults.popleft() if self._faults else 204 if valid else 401
        self._received.append(
            Notification(request.at, request.headers, request.body, valid, status)
        )
        if status is None:
            raise Unanswered(hangs=True)
        return Answer(status, b"")

    def show(self, request: Request) -> Answer:
        """`{received: [...]}`, or an HTML page if the caller accepts HTML."""
        rows = [each.wire for each in self._received]
        if "text/html" in request.headers.get("accept", ""):
            return page(rows)
        return Answer.json(200, {"received": rows})

    def fail(self, request: Request) -> Answer:
        """Plans faults; returns the number of planned faults."""
        fault = parse_body(ReceiverFault, request)
        self._faults.extend(repeat(fault.status, fault.times))
        return Answer.json(201, {"faults": len(self._faults)})


def key_of(secret: str) -> bytes:
    """The key of a `whsec_` secret or of plain text; raises ValueError for wrong base64."""
    if secret.startswith(PREFIX):
        return b64decode(secret.removeprefix(PREFIX), validate=True)
    return secret.encode()


def is_valid(headers: Mapping[str, str], body: bytes, key: bytes) -> bool:
    """Whether one of the Standard Webhooks signatures matches the body."""
    if not {"webhook-id", "webhook-timestamp", "webhook-signature"} <= headers.keys():
        return False
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    expected = b"v1," + b64encode(new_hmac(key, signed, sha256).digest())
    offered = headers["webhook-signature"].split(" ")
    return any(compare_digest(each.encode(), expected) for each in offered)
