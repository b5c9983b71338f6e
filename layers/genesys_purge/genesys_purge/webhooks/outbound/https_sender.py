"""The only way out for notifications."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import cached_property

import httpcore

from genesys_purge.bounded_stream import Bounds
from genesys_purge.webhooks.outbound.connection import Connected, connected
from genesys_purge.webhooks.outbound.destination import (
    Destination,
    DestinationRefused,
    check_addresses,
    check_url,
)

# Only the status is read, so that this is the length of the head.
LONGEST_ANSWER = 64 * 1024
# Headers that frame the request, which only this module sets.
OWN_HEADERS = frozenset({"host", "connection", "content-length", "transfer-encoding"})

Resolver = Callable[[str, int], Sequence[str]]
_Lines = list[tuple[bytes | str, bytes | str]]


class NoAnswer(Exception):
    """No status arrived. The subscriber may have the request, which may be sent again."""


def resolved(host: str, port: int) -> Sequence[str]:
    """The addresses of the host in the system's order of preference; OSError if it has none."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(address[0]) for *_, address in found]


class HttpsSender:
    """Implements `Sender`: posts to allowed hosts, over a connection to a checked address."""

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
        """The status of the answer, whatever it is; a redirect is not followed.

        DestinationRefused if the URL, an address or a header is not allowed. NoAnswer if no status
        arrives within the time limit for the whole delivery.
        """
        destination = check_url(url, self._allowed_hosts, loopback=self._loopback)
        # No error is chained: the texts of the library quote headers and answers.
        try:
            return self._status(destination, _headers(destination, headers), body)
        except (httpcore.LocalProtocolError, UnicodeEncodeError):
            raise DestinationRefused(f"a header for {destination.host} cannot be sent") from None
        except (httpcore.TimeoutException, TimeoutError):
            limit = f"{self._timeout_seconds:g} seconds"
            raise NoAnswer(f"{destination.host} gave no answer within {limit}") from None
        except (httpcore.NetworkError, httpcore.ProtocolError, OSError) as error:
            kind = type(error.__context__ or error).__name__
            raise NoAnswer(f"{destination.host} gave no answer: {kind}") from None

    def _status(self, destination: Destination, headers: _Lines, body: bytes) -> int:
        bounds = Bounds(self._timeout_seconds, LONGEST_ANSWER)
        addresses = self._addresses(destination, bounds)
        with (
            closing(connected(addresses, destination.port, bounds)) as stream,
            httpcore.ConnectionPool(
                ssl_context=self._tls if destination.scheme == "https" else None,
                max_connections=1,
                max_keepalive_connections=0,
                network_backend=Connected(stream),
            ) as pool,
            pool.stream("POST", _url(destination), headers=headers, content=body) as response,
        ):
            return response.status

    def _addresses(self, destination: Destination, bounds: Bounds) -> Sequence[str]:
        """The checked addresses of the host, from the only resolution of this delivery."""
        threads = ThreadPoolExecutor(1)
        try:
            # In a thread, because the system's resolver has no time limit.
            found = threads.submit(self._resolver, destination.host, destination.port)
            addresses = found.result(bounds.left())
        finally:
            threads.shutdown(wait=False)
        if not addresses:
            raise socket.gaierror("no address")
        check_addresses(destination, addresses, loopback=self._loopback)
        return addresses

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        return self._ssl_context()


def _url(destination: Destination) -> httpcore.URL:
    """The checked parts, so that the library parses no URL of its own."""
    return httpcore.URL(
        scheme=destination.scheme,
        host=destination.host,
        port=destination.port,
        target=destination.path,
    )


def _headers(destination: Destination, headers: Mapping[str, str]) -> _Lines:
    own = sorted(name for name in headers if name.lower() in OWN_HEADERS)
    if own:
        raise DestinationRefused(f"the caller must not set {own[0]} for {destination.host}")
    framing = {"Host": destination.authority, "Connection": "close"}
    lines = {**framing, **headers}.items()
    return [(name.encode("ascii"), value.encode("ascii")) for name, value in lines]
