"""Genesys without HTTP: one port call for each request, with the faults of the seed."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import httpx
from genesys_purge.errors import GenesysUnavailable, OutcomeUnknown
from genesys_purge.genesys.answers import error_in
from genesys_purge.genesys.refusals import refusal_in
from genesys_purge.operation import Authorise, DeletingCall, Operation

from tests.interleavings.genesys import Call, Part, Reply
from tests.interleavings.stage import Stage
from tests.interleavings.wire import LATEST_ARRIVAL, READ_TIMEOUT

URL = "https://genesys.test"


class DirectGenesys:
    """Implements the port `Genesys`, with the order of waits, permit and request of the client."""

    def __init__(self, stage: Stage, part: Part) -> None:
        self._stage = stage
        self._part = part

    def read(
        self, operation: Operation, body: Mapping[str, Any] | None = None, **path: str
    ) -> Mapping[str, Any]:
        call = call_of(operation, path, body)
        reply = self._stage.call(f"{call.verb} {call.path}", lambda: self._part.answer(call))
        if self._stage.chances.hits("unread", scale=0.1):
            raise GenesysUnavailable("the answer is lost")
        if reply.status >= httpx.codes.MULTIPLE_CHOICES:
            raise error_in(_response(call, reply), operation)
        return {"entities": reply.body} if operation.lists else reply.body

    def change(
        self, operation: Operation, body: Mapping[str, Any] | None = None, **path: str
    ) -> Mapping[str, Any]:
        return self._sent(operation, call_of(operation, path, body))

    def delete(self, call: DeletingCall, authorise: Authorise) -> Mapping[str, Any]:
        """Wait for token, rate and circuit; then ask for the permit, and send the request."""
        self._stage.call("token", lambda: None)
        if self._stage.chances.hits("401"):
            self._under_permit(call, authorise)
            self._stage.call("new token", lambda: None)
        return self._sent(call.operation, self._under_permit(call, authorise))

    def _under_permit(self, call: DeletingCall, authorise: Authorise) -> Call:
        """The request, as it is right before its first byte is sent."""
        permit, body = authorise()
        permit.use(self._stage.clock())
        self._stage.call("connection", lambda: None)
        permit.require_fresh(self._stage.clock())
        return call_of(call.operation, call.path, body)

    def _sent(self, operation: Operation, call: Call) -> Mapping[str, Any]:
        """The answer of a request that is sent now, or the error that the seed chose."""
        stage, label = self._stage, f"{call.verb} {call.path}"
        what = self._part.what(call)
        if what is not None:
            sent = stage.notebook.sending(stage.worker, what, label, stage.now)
            call = call._replace(sent=sent)
            stage.counts["deleting requests"] += 1
        stage.before(label)
        if call.sent is not None:
            call.sent.last_byte = stage.now
        reply = self._executed(call, label)
        stage.tell(label, reply.status)
        stage.after(label)
        if reply.status >= httpx.codes.MULTIPLE_CHOICES:
            raise refusal_in(_response(call, reply), operation)
        return reply.body or {}

    def _executed(self, call: Call, label: str) -> Reply:
        """The reply, after the faults around the execution."""
        chances = self._stage.chances
        if chances.hits("429"):
            return Reply(429, {"message": "too many requests"})
        if chances.hits("lost before"):
            raise self._silence(f"{label} is lost before its execution")
        if call.sent is not None and chances.hits("late"):
            self._arrive_late(call, label)
        reply = self._part.answer(call)
        if chances.hits("lost after"):
            raise self._silence(f"the answer {reply.status} to {label} is lost")
        if chances.hits("5xx after"):
            return Reply(502, {"message": "bad gateway"})
        return reply

    def _arrive_late(self, call: Call, label: str) -> None:
        """Genesys executes the call after its client has stopped waiting."""
        seconds = READ_TIMEOUT + self._stage.chances.between(0.0, LATEST_ARRIVAL)
        self._stage.scheduler.later(seconds, lambda: self._arrived(call, label))
        raise self._silence(f"{label} is held up for {seconds:.0f} s")

    def _arrived(self, call: Call, label: str) -> None:
        self._stage.tell(f"{label} arrives late -> {self._part.answer(call).status}")

    def _silence(self, event: str) -> OutcomeUnknown:
        """No answer arrives in time."""
        self._stage.tell(event)
        self._stage.sleep(READ_TIMEOUT)
        return OutcomeUnknown("no answer")


def call_of(operation: Operation, path: Mapping[str, str], body: Any) -> Call:
    """The request as a part of the platform sees it."""
    url, query = _parts_of(operation.path.format_map(path))
    return Call(operation.verb, url, query, body or {})


@cache
def _parts_of(path: str) -> tuple[str, Mapping[str, str]]:
    url = httpx.URL(path)
    return url.path, dict(url.params)


def _response(call: Call, reply: Reply) -> httpx.Response:
    request = httpx.Request(call.verb, URL + call.path)
    return httpx.Response(reply.status, json=reply.body, request=request)
