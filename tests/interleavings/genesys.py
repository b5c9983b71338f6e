"""The simulated Genesys of this room: logins, and one platform part behind them.

It is small and runs on the virtual clock. `simulator/` is the faithful one; this one only has to
execute, refuse or lose calls at the moments that a seed chooses.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, NamedTuple, Protocol
from urllib.parse import parse_qsl

import httpx
import orjson

from tests.interleavings.notebook import Sent
from tests.interleavings.stage import Stage

TOKEN_SECONDS = 3_600
LOGIN = "/oauth/token"


class Call(NamedTuple):
    """A request as the simulated Genesys sees it; `sent` is set for a deleting one."""

    verb: str
    path: str
    query: Mapping[str, str]
    body: Mapping[str, Any]
    sent: Sent | None = None


class Reply(NamedTuple):
    """The status and the JSON body of an answer."""

    status: int
    body: Any


class Part(Protocol):
    """One part of the platform."""

    def what(self, call: Call) -> frozenset[str] | None:
        """What a call deletes that needs a permit of the guard; None for any other call."""

    def answer(self, call: Call) -> Reply:
        """Execute the call."""


class Genesys:
    """Checks tokens, and lets its part answer."""

    def __init__(self, stage: Stage, part: Part) -> None:
        self._stage = stage
        self._part = part
        self._tokens: dict[str, float] = {}

    def call_of(self, request: httpx.Request) -> Call:
        content = request.content
        is_json = bool(content) and request.url.path != LOGIN
        body = orjson.loads(content) if is_json else {}
        return Call(request.method, request.url.path, _query(request.url.query), body)

    def what(self, call: Call) -> frozenset[str] | None:
        """What a deleting call names; None for any other call."""
        return self._part.what(call)

    def execute(self, call: Call, token: str) -> Reply:
        """The answer of a request that arrives now."""
        if call.path == LOGIN:
            return self._log_in()
        if self._tokens.get(token, 0.0) <= self._stage.now:
            return Reply(401, {"message": "the token is not valid"})
        return self._part.answer(call)

    def revoke(self, token: str) -> None:
        """End a token before its time."""
        self._tokens.pop(token, None)

    def _log_in(self) -> Reply:
        token = f"token-{len(self._tokens) + 1}-{self._stage.now:.3f}"
        self._tokens[token] = self._stage.now + TOKEN_SECONDS
        return Reply(200, {"access_token": token, "expires_in": TOKEN_SECONDS})


@cache
def _query(query: bytes) -> Mapping[str, str]:
    return dict(parse_qsl(query.decode()))


NOT_FOUND = Reply(404, {"message": "there is no such thing"})
