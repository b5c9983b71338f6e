"""A connection with one deadline for a whole call, and a limit to what it reads."""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable
from typing import Any

import httpcore

# One TLS record: a slow reader could stretch a longer write beyond the deadline.
LONGEST_WRITE = 16 * 1024


class Bounds:
    """The limits of one call: seconds for all of its steps, and bytes of its answer."""

    def __init__(self, seconds: float, most_bytes: int) -> None:
        self._end = time.monotonic() + seconds
        self.unread = most_bytes

    def left(self) -> float:
        """The seconds left, more than 0; TimeoutException once the deadline has passed."""
        left = self._end - time.monotonic()
        if left <= 0:
            raise httpcore.TimeoutException
        return left


class BoundedStream(httpcore.NetworkStream):
    """A stream within the bounds of the current call; a reused connection serves several calls."""

    def __init__(self, stream: httpcore.NetworkStream, bounds: Callable[[], Bounds]) -> None:
        self._stream = stream
        self._bounds = bounds

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002  the deadline decides
        bounds = self._bounds()
        if not bounds.unread:
            raise httpcore.RemoteProtocolError("the answer is too long")
        left = bounds.left()
        received = self._stream.read(min(max_bytes, bounds.unread), timeout=left)
        bounds.unread -= len(received)
        return received

    def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002  the deadline decides
        for start in range(0, len(buffer), LONGEST_WRITE):
            piece = buffer[start : start + LONGEST_WRITE]
            self._stream.write(piece, timeout=self._bounds().left())

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ARG002  the deadline decides
    ) -> BoundedStream:
        left = self._bounds().left()
        secured = self._stream.start_tls(ssl_context, server_hostname, timeout=left)
        return BoundedStream(secured, self._bounds)

    def close(self) -> None:
        self._stream.close()

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
