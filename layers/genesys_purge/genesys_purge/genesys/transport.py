"""Connections to Genesys that keep each call within its bounds."""

from __future__ import annotations

import threading
from typing import Any

import httpcore
import httpx

from genesys_purge.bounded_stream import BoundedStream, Bounds

# The extension of a request that holds its bounds.
BOUNDS = "bounds"
# The extension of a request that must not be sent on a used connection.
FRESH = "fresh"
CONNECT_SECONDS = 5.0
KEEP_ALIVE_SECONDS = 5.0


class BoundedTransport(httpx.HTTPTransport):
    """Sends requests that have bounds: a timeout of httpx alone starts again with each byte.

    It does not read proxies from the environment.
    """

    def __init__(self) -> None:
        # Not `super().__init__`: its pool would have connections without a deadline.
        self._call = _Call()
        self._pool = _Connections(
            ssl_context=httpx.create_ssl_context(),
            keepalive_expiry=KEEP_ALIVE_SECONDS,
            network_backend=_Network(self._call),
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """The answer; KeyError, and nothing sent, for a request without bounds."""
        self._call.bounds = request.extensions[BOUNDS]
        return super().handle_request(request)


class _Connections(httpcore.ConnectionPool):
    """Keeps connections, but never sends a `FRESH` request on one of them.

    A proxy may have written more than one answer to an earlier request. The rest would then count
    as the answer to the next request, although Genesys has not read that request yet.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._fresh = httpcore.ConnectionPool(**options, max_keepalive_connections=0)

    def handle_request(self, request: httpcore.Request) -> httpcore.Response:
        """The answer, on a connection of its own for a `FRESH` request."""
        if request.extensions.get(FRESH):
            return self._fresh.handle_request(request)
        return super().handle_request(request)

    def close(self) -> None:
        """Close every connection."""
        self._fresh.close()
        super().close()


class _Call(threading.local):
    """The bounds of the call that this thread makes; a connection serves one thread at a time."""

    bounds: Bounds


class _Network(httpcore.NetworkBackend):
    def __init__(self, call: _Call) -> None:
        self._call = call
        self._backend = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ARG002  the deadline decides
        *more: Any,
        **named: Any,
    ) -> BoundedStream:
        seconds = min(self._call.bounds.left(), CONNECT_SECONDS)
        stream = self._backend.connect_tcp(host, port, seconds, *more, **named)
        return BoundedStream(stream, lambda: self._call.bounds)
