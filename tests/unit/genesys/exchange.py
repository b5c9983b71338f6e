"""A Genesys client over a scripted HTTP transport that records its requests."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from threading import Lock
from typing import Any, NamedTuple

import httpx
from genesys_purge.calling.permit import Permit
from genesys_purge.genesys.bounded_http import BoundedHttp
from genesys_purge.genesys.client import Circuit, GenesysClient
from genesys_purge.genesys.oauth import Credentials, Tokens
from genesys_purge.operation import Authorised, DeletingCall, Operation

from tests.clock import NOON, Clock
from tests.network_fakes import answering

READ = Operation("POST", "/api/v2/analytics/conversations/details/query", ("analytics:query",))
ONCE = Operation("GET", "/api/v2/jobs/{job_id}", ("purge:read",), retried=False)
DELETE = Operation("POST", "/api/v2/interactions/purge", ("purge:write", "purge:admin"))
PERMIT = Permit("run-1", 0, 1, NOON)


Headers = tuple[tuple[str, str | bytes], ...]


class Answer(NamedTuple):
    """A scripted answer, by default `{}`; text and bytes are sent unchanged."""

    status: int = 200
    body: Any = None
    headers: Headers = ()

    def response(self) -> httpx.Response:
        headers = [(k.encode(), v if isinstance(v, bytes) else v.encode()) for k, v in self.headers]
        if isinstance(self.body, str | bytes):
            return httpx.Response(self.status, content=self.body, headers=headers)
        return httpx.Response(self.status, json=self.body or {}, headers=headers)


Answered = Mapping[str, Any]
Reply = Answer | Exception | Callable[[], Answer]


def token(value: str = "token-1", seconds: object = 3_600, **more: Any) -> Answer:
    return Answer(
        200, {"access_token": value, "token_type": "Bearer", "expires_in": seconds} | more
    )


class Exchange:
    """Answers the API and the login service with their replies in order; the last one repeats."""

    def __init__(
        self,
        *replies: Reply,
        tokens: tuple[Reply, ...] = (token(),),
        circuit: Circuit = lambda send: send(),
        pace: Callable[[], None] = lambda: None,
        time_left: Callable[[], float] = lambda: math.inf,
    ) -> None:
        self.clock = Clock()
        self.slept: list[float] = []
        self.secrets: list[bool] = []
        self.requests: list[httpx.Request] = []
        # How many requests had been sent at each permit.
        self.authorised: list[int] = []
        self._replies = {"/oauth/token": list(tokens), "": list(replies) or [Answer()]}
        self._lock = Lock()
        self.http = BoundedHttp(answering(self._answer), time_left)
        self.tokens = Tokens(self.http, "https://login.test", self._credentials, self.clock)
        self.client = GenesysClient(
            self.http,
            "https://api.test",
            self.tokens,
            circuit,
            self.clock,
            pace,
            sleep=self.slept.append,
        )

    def read(self, operation: Operation = READ, **path: str) -> Mapping[str, Any]:
        return self.client.read(operation, {"entity": "conversation"}, **path)

    def delete(self, *permits: Permit, operation: Operation = DELETE, **path: str) -> Answered:
        """The answer of a deleting call under these permits in turn, or new ones of the moment."""
        given = iter(permits)

        def authorise() -> Authorised:
            new = Permit("run-1", 0, 1, self.clock())
            self.authorised.append(len(self.requests))
            return Authorised(next(given, new), {"interactions": []})

        return self.client.delete(DeletingCall(operation, lambda _: {}, path), authorise)

    @property
    def token_requests(self) -> list[httpx.Request]:
        return [each for each in self.requests if each.url.host == "login.test"]

    @property
    def calls(self) -> list[httpx.Request]:
        """The requests to the API."""
        return [each for each in self.requests if each.url.host == "api.test"]

    def _credentials(self, *, fresh: bool) -> Credentials:
        self.secrets.append(fresh)
        secret = "secret-new" if fresh else "secret-old"
        return Credentials("client-1", secret, "the secret of client-1")

    def _answer(self, request: httpx.Request) -> httpx.Response:
        with self._lock:
            self.requests.append(request)
            replies = self._replies["/oauth/token" if request.url.host == "login.test" else ""]
            reply = replies.pop(0) if len(replies) > 1 else replies[0]
        if isinstance(reply, Exception):
            raise reply
        return (reply() if callable(reply) else reply).response()
