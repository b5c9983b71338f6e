"""The one door through which notifications leave."""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from functools import cached_property
from typing import Any

import httpcore

from genesys_purge.webhooks.addresses import (
    ReceiverRefused,
    Target,
    check_addresses,
    check_url,
)

__all__ = ["HttpsReceiver", "ReceiverRefused", "ReceiverUnreachable", "resolved"]

LONGEST_ANSWER = 64 * 1024
# One TLS record: a longer write could be drawn out beyond the deadline piece by piece.
LONGEST_WRITE = 16 * 1024
# They frame the request, which is ours to do.
OWN_HEADERS = frozenset({"host", "connection", "content-length", "transfer-encoding"})

Resolver = Callable[[str, int], Sequence[str]]
_Lines = list[tuple[bytes | str, bytes | str]]


class ReceiverUnreachable(Exception):
    """The receiver gave no answer; it may or may not have the request, which may be repeated."""


def resolved(host: str, port: int) -> Sequence[str]:
    """The host's addresses in the system's order of preference; OSError where it has none."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(address[0]) for *_, address in found]


class HttpsReceiver:
    """Posts to allowed hosts over a connection to the very address that was checked."""

    def __init__(
        self,
        allowed_hosts: frozenset[str],
        *,
        loopback: bool = False,
        timeout_seconds: float = 10.0,
        resolver: Resolver = resolved,
        ssl_context: Callable[[], ssl.SSLContext] = httpcore.default_ssl_context,
    ) -> None:
        self._allowed_hosts = allowed_hosts
        self._loopback = loopback
        self._timeout_seconds = timeout_seconds
        self._resolver = resolver
        self._ssl_context = ssl_context

    def post(self, url: str, headers: Mapping[str, str], body: bytes) -> int:
        """The status of the receiver's answer, whatever it is; a redirect is not followed.

        ReceiverRefused where the URL, an address or a header does not allow it, whenever tried;
        ReceiverUnreachable where no status came within the time limit, all in all.
        """
        target = check_url(url, self._allowed_hosts, loopback=self._loopback)
        # No error is chained: the library's texts quote headers and answers.
        try:
            return self._status(target, _headers(target, headers), body)
        except (httpcore.LocalProtocolError, UnicodeEncodeError):
            raise ReceiverRefused(f"a header for {target.host} cannot be sent") from None
        except (httpcore.TimeoutException, TimeoutError):
            limit = f"{self._timeout_seconds:g} seconds"
            raise ReceiverUnreachable(f"{target.host} gave no answer within {limit}") from None
        except (httpcore.NetworkError, httpcore.ProtocolError, OSError) as error:
            kind = type(error.__context__ or error).__name__
            raise ReceiverUnreachable(f"{target.host} gave no answer: {kind}") from None

    def _status(self, target: Target, headers: _Lines, body: bytes) -> int:
        deadline = _Deadline(self._timeout_seconds)
        addresses = self._addresses(target, deadline)
        with (
            closing(_connected(addresses, target.port, deadline)) as stream,
            httpcore.ConnectionPool(
                ssl_context=self._tls if target.scheme == "https" else None,
                max_connections=1,
                max_keepalive_connections=0,
                network_backend=_Connected(stream),
            ) as pool,
            pool.stream("POST", _url(target), headers=headers, content=body) as response,
        ):
            return response.status

    def _addresses(self, target: Target, deadline: _Deadline) -> Sequence[str]:
        """The host's addresses, all of them checked, by the one resolution there is."""
        threads = ThreadPoolExecutor(1)
        try:
            # A thread, because the system's resolver knows no time limit.
            found = threads.submit(self._resolver, target.host, target.port)
            addresses = found.result(deadline.left())
        finally:
            threads.shutdown(wait=False)
        if not addresses:
            raise socket.gaierror("no address")
        check_addresses(target, addresses, loopback=self._loopback)
        return addresses

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        return self._ssl_context()


def _url(target: Target) -> httpcore.URL:
    """The parts as they were checked, so that the library has no URL to read."""
    return httpcore.URL(
        scheme=target.scheme, host=target.host, port=target.port, target=target.path
    )


def _headers(target: Target, headers: Mapping[str, str]) -> _Lines:
    own = sorted(name for name in headers if name.lower() in OWN_HEADERS)
    if own:
        raise ReceiverRefused(f"{own[0]} for {target.host} is not the caller's to set")
    framing = {"Host": target.authority, "Connection": "close"}
    lines = {**framing, **headers}.items()
    return [(name.encode("ascii"), value.encode("ascii")) for name, value in lines]


def _connected(addresses: Sequence[str], port: int, deadline: _Deadline) -> _BoundedStream:
    """A connection to the first of the addresses that accepts one."""
    connect = httpcore.SyncBackend().connect_tcp
    *others, last = addresses
    for address in others:
        with suppress(httpcore.ConnectError):
            return _BoundedStream(connect(address, port, timeout=deadline.left()), deadline)
    return _BoundedStream(connect(last, port, timeout=deadline.left()), deadline)


class _Deadline:
    """One end for everything that a delivery does."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    def left(self) -> float:
        """The seconds left, more than none; TimeoutException where none are."""
        left = self._end - time.monotonic()
        if left <= 0:
            raise httpcore.TimeoutException
        return left


class _BoundedStream(httpcore.NetworkStream):
    """A stream that ends at the deadline, or with the longest answer that is read."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: _Deadline) -> None:
        self._stream = stream
        self._deadline = deadline
        self._unread = LONGEST_ANSWER

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002 - the deadline rules
        if not self._unread:
            raise httpcore.RemoteProtocolError("no status in the longest answer that is read")
        left = self._deadline.left()
        received = self._stream.read(min(max_bytes, self._unread), timeout=left)
        self._unread -= len(received)
        return received

    def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002 - the deadline rules
        for start in range(0, len(buffer), LONGEST_WRITE):
            piece = buffer[start : start + LONGEST_WRITE]
            self._stream.write(piece, timeout=self._deadline.left())

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ARG002 - the deadline rules
    ) -> _BoundedStream:
        left = self._deadline.left()
        secured = self._stream.start_tls(ssl_context, server_hostname, timeout=left)
        return _BoundedStream(secured, self._deadline)

    def close(self) -> None:
        self._stream.close()

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


class _Connected(httpcore.NetworkBackend):
    """Gives the connection that there is, whatever host is asked for."""

    def __init__(self, stream: _BoundedStream) -> None:
        self._stream = stream

    def connect_tcp(self, *_: Any, **__: Any) -> _BoundedStream:
        return self._stream
