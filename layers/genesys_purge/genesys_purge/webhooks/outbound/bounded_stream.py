"""A connection with one deadline for everything, and a limit to what it reads."""

from __future__ import annotations

import ssl
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import httpcore

LONGEST_ANSWER = 64 * 1024
# One TLS record: a slow reader could stretch a longer write beyond the deadline.
LONGEST_WRITE = 16 * 1024


class Deadline:
    """When a delivery must stop, even in the middle of a step."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    def left(self) -> float:
        """The seconds left, more than 0; TimeoutException once it has passed."""
        left = self._end - time.monotonic()
        if left <= 0:
            raise httpcore.TimeoutException
        return left


class BoundedStream(httpcore.NetworkStream):
    """A stream that ends at the deadline, or at the longest answer."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._stream = stream
        self._deadline = deadline
        self._unread = LONGEST_ANSWER

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002  the deadline decides
        if not self._unread:
            raise httpcore.RemoteProtocolError("the answer is too long")
        left = self._deadline.left()
        received = self._stream.read(min(max_bytes, self._unread), timeout=left)
        self._unread -= len(received)
        return received

    def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002  the deadline decides
        for start in range(0, len(buffer), LONGEST_WRITE):
            piece = buffer[start : start + LONGEST_WRITE]
            self._stream.write(piece, timeout=self._deadline.left())

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ARG002  the deadline decides
    ) -> BoundedStream:
        left = self._deadline.left()
        secured = self._stream.start_tls(ssl_context, server_hostname, timeout=left)
        return BoundedStream(secured, self._deadline)

    def close(self) -> None:
        self._stream.close()

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


class Connected(httpcore.NetworkBackend):
    """Returns one open connection, whatever host the library asks for."""

    def __init__(self, stream: BoundedStream) -> None:
        self._stream = stream

    def connect_tcp(self, *_: Any, **__: Any) -> BoundedStream:
        return self._stream


def connected(addresses: Sequence[str], port: int, deadline: Deadline) -> BoundedStream:
    """A connection to the first of the addresses that accepts one."""
    connect = httpcore.SyncBackend().connect_tcp
    *others, last = addresses
    for address in others:
        with suppress(httpcore.ConnectError):
            return BoundedStream(connect(address, port, timeout=deadline.left()), deadline)
    return BoundedStream(connect(last, port, timeout=deadline.left()), deadline)
