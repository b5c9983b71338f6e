"""The HTTP client under the real GenesysClient: it loses, delays and refuses calls as a seed says.

It replaces only the sending of httpx, so that the product's client works on real requests and
answers.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import httpx
import orjson
from genesys_purge.genesys.client import FIRST_BYTE

from tests.interleavings.genesys import LOGIN, Call, Genesys, Reply
from tests.interleavings.stage import Stage
from tests.network_fakes import streamed

READ_TIMEOUT = 25.0
CONNECT_TIMEOUT = 5.0
# A request whose client has stopped waiting may still arrive for so many seconds.
LATEST_ARRIVAL = 30.0
# How long a connection and the bytes of a request may take; mostly milliseconds.
SLOW_CONNECT, SLOW_SEND = 4.0, 1.0
_UNUSED = httpx.MockTransport(lambda _: httpx.Response(500))


class Wire(httpx.Client):
    """Sends each request to the simulated Genesys, with the faults of the seed."""

    def __init__(self, stage: Stage, genesys: Genesys) -> None:
        # The transport of httpx costs milliseconds to build, and is never used.
        super().__init__(transport=_UNUSED, trust_env=False)
        self._stage = stage
        self._genesys = genesys

    def build_request(self, method: str, url: Any, **given: Any) -> httpx.Request:
        """The request without the cookies and redirects of httpx, which no call here needs."""
        return httpx.Request(
            method,
            _url(url),
            headers=given.get("headers"),
            content=given.get("content"),
            extensions=given.get("extensions"),
        )

    def send(self, request: httpx.Request, **_: Any) -> httpx.Response:
        """The answer to the request, or the failure that the seed chose."""
        response = streamed(self._answer(request))
        response.request = request
        return response

    def _answer(self, request: httpx.Request) -> httpx.Response:
        stage, call = self._stage, self._genesys.call_of(request)
        label = f"{call.verb} {call.path}"
        stage.tell(label, "is handed over")
        self._connect(request)
        what = self._genesys.what(call)
        if what is not None:
            sent = stage.notebook.sending(stage.worker, what, label, stage.now)
            call = call._replace(sent=sent)
            stage.counts["deleting requests"] += 1
        self._travel(call)
        stage.die_at("during", label)
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        reply = self._executed(call, token, label)
        stage.tell(label, reply.status)
        self._wait(stage.chances.cost(), label)
        stage.die_at("after", label)
        return _response(reply)

    def _connect(self, request: httpx.Request) -> None:
        """Connect, which may take long, and report that the first byte is sent now."""
        stage = self._stage
        if stage.chances.hits("unsent"):
            stage.tell("the connection fails")
            self._pause(CONNECT_TIMEOUT)
            raise httpx.ConnectTimeout("no connection")
        slow = stage.chances.often(0.03)
        self._pause(stage.chances.between(0.0, SLOW_CONNECT if slow else 0.03))
        if trace := request.extensions.get("trace"):
            trace(FIRST_BYTE, {})

    def _travel(self, call: Call) -> None:
        """The way of the request's bytes to Genesys."""
        stage = self._stage
        slow = stage.chances.often(0.01)
        self._pause(stage.chances.between(0.0, SLOW_SEND if slow else 0.01))
        if call.sent is not None:
            call.sent.last_byte = stage.now

    def _executed(self, call: Call, token: str, label: str) -> Reply:
        """The reply, after the faults around the execution."""
        stage, chances = self._stage, self._stage.chances
        # Faults of the deleting requests are the point; of the others a few are enough.
        scale = 1.0 if call.sent else 0.1
        if refused := self._refused(call, token, scale):
            return refused
        if chances.hits("lost before", scale):
            raise self._silence(f"{label} is lost before its execution")
        if call.sent is not None and chances.hits("late"):
            self._arrive_late(call, token, label)
        reply = self._genesys.execute(call, token)
        if chances.hits("lost after", scale):
            raise self._silence(f"the answer {reply.status} to {label} is lost")
        if chances.hits("5xx after", scale):
            stage.tell(f"{label} was answered {reply.status}, but a gateway says 502")
            return Reply(502, {"message": "bad gateway"})
        if chances.hits("unreadable", scale):
            return Reply(reply.status, None)
        return reply

    def _refused(self, call: Call, token: str, scale: float) -> Reply | None:
        """An answer without an execution, if the seed wants one; or a token that is revoked."""
        chances = self._stage.chances
        if call.path != LOGIN and chances.hits("401", scale):
            self._genesys.revoke(token)
        if chances.hits("429", scale):
            return Reply(429, {"message": "too many requests"})
        if chances.hits("5xx before", scale):
            return Reply(chances.random.choice((500, 502, 503, 504)), {"message": "failure"})
        return None

    def _arrive_late(self, call: Call, token: str, label: str) -> None:
        """Genesys executes the call after its client has stopped waiting."""
        seconds = self._stage.chances.between(0.0, LATEST_ARRIVAL)

        def arrive() -> None:
            reply = self._genesys.execute(call, token)
            self._stage.tell(f"{label} arrives late -> {reply.status}")

        self._stage.scheduler.later(READ_TIMEOUT + seconds, arrive)
        raise self._silence(f"{label} is held up for {READ_TIMEOUT + seconds:.0f} s")

    def _silence(self, event: str) -> httpx.ReadTimeout:
        """No answer arrives in time."""
        self._stage.tell(event)
        self._pause(READ_TIMEOUT)
        return httpx.ReadTimeout("no answer")

    def _wait(self, seconds: float, label: str) -> None:
        """Wait for the answer; a slow one is lost."""
        if seconds > READ_TIMEOUT:
            self._stage.counts["slow answers"] += 1
            raise self._silence(f"the answer to {label} is too slow")
        self._pause(seconds)

    def _pause(self, seconds: float) -> None:
        self._stage.sleep(seconds)


@cache
def _url(url: str) -> httpx.URL:
    return httpx.URL(url)


def _response(reply: Reply) -> httpx.Response:
    headers = {"retry-after": "20"} if reply.status == 429 else None
    if reply.body is None:
        return httpx.Response(reply.status, content=b"<html>", headers=headers)
    return httpx.Response(reply.status, content=orjson.dumps(reply.body), headers=headers)
