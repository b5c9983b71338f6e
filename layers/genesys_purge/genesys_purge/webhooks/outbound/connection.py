"""The one connection of a delivery, to a checked address."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import httpcore

from genesys_purge.bounded_stream import BoundedStream, Bounds


class Connected(httpcore.NetworkBackend):
    """Returns one open connection, whatever host the library asks for."""

    def __init__(self, stream: BoundedStream) -> None:
        self._stream = stream

    def connect_tcp(self, *_: Any, **__: Any) -> BoundedStream:
        return self._stream


def connected(addresses: Sequence[str], port: int, bounds: Bounds) -> BoundedStream:
    """A connection to the first of the addresses that accepts one."""
    *others, last = addresses
    for address in others:
        with suppress(httpcore.ConnectError):
            return _connected(address, port, bounds)
    return _connected(last, port, bounds)


def _connected(address: str, port: int, bounds: Bounds) -> BoundedStream:
    stream = httpcore.SyncBackend().connect_tcp(address, port, timeout=bounds.left())
    return BoundedStream(stream, lambda: bounds)
