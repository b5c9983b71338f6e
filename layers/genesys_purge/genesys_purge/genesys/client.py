"""The Genesys Cloud client: it retries reading calls and sends changing calls at most once."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote

import httpx
import orjson

from genesys_purge.calling.permit import Permit
from genesys_purge.errors import (
    GenesysUnavailable,
    OutcomeUnknown,
    PermissionMissing,
    UnreadableAnswer,
)
from genesys_purge.genesys.answers import error_in, list_in, object_in
from genesys_purge.genesys.bounded_http import BoundedHttp
from genesys_purge.genesys.oauth import Token, Tokens
from genesys_purge.genesys.refusals import refusal_in
from genesys_purge.genesys.retry import RetryPolicy, retried
from genesys_purge.genesys.transport import FRESH
from genesys_purge.operation import Authorise, DeletingCall, Operation
from genesys_purge.ports import Clock

DEFAULT_RETRY = RetryPolicy()
# Only these failures prove that the request did not reach Genesys.
UNSENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)

# The event of httpx's transport right before it writes a request; connecting may take seconds.
FIRST_BYTE = "http11.send_request_headers.started"

Circuit = Callable[[Callable[[], httpx.Response]], httpx.Response]


class GenesysClient:
    """Implements the `Genesys` port over one HTTP client."""

    def __init__(
        self,
        http: BoundedHttp,
        api_url: str,
        tokens: Tokens,
        circuit: Circuit,
        now: Clock,
        pace: Callable[[], None],
        live_pace: Callable[[], None] | None = None,
        retry: RetryPolicy = DEFAULT_RETRY,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._http = http
        self._api_url = api_url
        self._tokens = tokens
        self._circuit = circuit
        self._now = now
        self._pace = pace
        self._live_pace = live_pace or pace
        self._retry = retry
        self._sleep = sleep

    def read(
        self, operation: Operation, body: Mapping[str, Any] | None = None, **path: str
    ) -> Mapping[str, Any]:
        """The answer of a call that changes nothing."""
        policy = self._retry if operation.retried else self._retry._replace(attempts=1)
        return retried(
            lambda: self._read_once(operation, body, path),
            policy,
            self._sleep,
            self._http.has_time_after,
        )

    def _read_once(
        self, operation: Operation, body: Mapping[str, Any] | None, path: Mapping[str, str]
    ) -> Mapping[str, Any]:
        try:
            response = self._circuit(lambda: self._authorised(operation, body, path))
        except httpx.RequestError as error:
            raise GenesysUnavailable(
                f"{operation.path} got no answer: {type(error).__name__}"
            ) from error
        if not response.is_success:
            raise error_in(response, operation)
        return list_in(response) if operation.lists else object_in(response)

    def delete(self, call: DeletingCall, authorise: Authorise) -> Mapping[str, Any]:
        """The answer of a deleting call; each sending has a permit of its own."""
        return self._accepted(self._sent_once(call.operation, None, call.path, authorise))

    def change(
        self, operation: Operation, body: Mapping[str, Any] | None = None, **path: str
    ) -> Mapping[str, Any]:
        """The answer of a changing call; empty if the answer has no content."""
        response = self._sent_once(operation, body, path)
        return self._accepted(response) if response.content else {}

    def _sent_once(
        self,
        operation: Operation,
        body: Mapping[str, Any] | None,
        path: Mapping[str, str],
        authorise: Authorise | None = None,
    ) -> httpx.Response:
        """The successful answer of a call that is sent at most once."""
        try:
            response = self._circuit(lambda: self._authorised(operation, body, path, authorise))
        except UNSENT as error:
            raise GenesysUnavailable(
                f"{operation.path} was not sent: {type(error).__name__}"
            ) from error
        except httpx.RequestError as error:
            raise OutcomeUnknown(
                f"{operation.path} was sent but got no answer: {type(error).__name__}"
            ) from error
        if not response.is_success:
            raise refusal_in(response, operation)
        return response

    def _accepted(self, response: httpx.Response) -> Mapping[str, Any]:
        try:
            return object_in(response)
        except UnreadableAnswer as error:
            raise error.converted(OutcomeUnknown) from error

    def _authorised(
        self,
        operation: Operation,
        body: Mapping[str, Any] | None,
        path: Mapping[str, str],
        authorise: Authorise | None = None,
    ) -> httpx.Response:
        """The answer; if Genesys refuses the token, the answer to one retry with a new token."""
        token = self._tokens.current()
        self._check_scope(operation, token)
        response = self._send(operation, body, path, token, authorise)
        if response.status_code == httpx.codes.UNAUTHORIZED:
            renewed = self._tokens.renewed(token)
            response = self._send(operation, body, path, renewed, authorise)
        return response

    def _send(
        self,
        operation: Operation,
        body: Mapping[str, Any] | None,
        path: Mapping[str, str],
        token: Token,
        authorise: Authorise | None,
    ) -> httpx.Response:
        url = self._api_url + operation.path.format_map({n: quote(v, "") for n, v in path.items()})
        # The live platform allows half as many requests as the documented contract.
        (self._live_pace if operation.is_live else self._pace)()
        trace = {}
        if authorise:
            self._http.require_time()
            permit, body = authorise()
            trace = self._under(permit)
        return self._http.request(
            operation.verb,
            url,
            content=None if body is None else orjson.dumps(body),
            headers={
                "Authorization": f"Bearer {token.value}",
                "Content-Type": "application/json",
                "Accept": "application/json",
            },
            extensions=trace,
        )

    def _under(self, permit: Permit) -> dict[str, Any]:
        """Use the permit, and check its age again once there is a new connection to send on."""
        permit.use(self._now())

        def trace(event: str, _: Mapping[str, Any]) -> None:
            if event == FIRST_BYTE:
                permit.require_fresh(self._now())

        return {"trace": trace, FRESH: True}

    def _check_scope(self, operation: Operation, token: Token) -> None:
        if token.scopes is None or not operation.scopes:
            return
        if token.scopes.isdisjoint(operation.scopes):
            permission = " or ".join(operation.scopes)
            raise PermissionMissing(
                f"the OAuth client has no scope {permission} for {operation.path}; add it",
                permission=permission,
            )
