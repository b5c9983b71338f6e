"""Where a notification may go: the form of the URL, the host, and every address of the host."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from genesys_purge.webhooks.outbound.addresses import is_loopback, is_public

DEFAULT_PORTS = {"https": 443, "http": 80}
LONGEST_PORT = 65_535
# Narrower than any standard, so that every reader finds the same host in the URL.
FORM = re.compile(
    r"(?P<scheme>[A-Za-z]{1,9})://"
    r"(?P<host>[A-Za-z0-9.-]{1,253}|\[[0-9A-Fa-f]{0,4}:[0-9A-Fa-f:.]{1,40}\])"
    r"(?::(?P<port>[1-9][0-9]{0,4}))?"
    r"(?P<rest>[/?][!\"$-~]{0,2000})?"
)
# The last label starts with a letter: some resolvers read `127.1` and `0x7f000001` as addresses.
NAME = re.compile(r"(?:[a-z0-9-]{1,63}\.)*[a-z][a-z0-9-]{0,62}")


class DestinationRefused(Exception):
    """We send nothing to this URL until an operator changes the URL or the allow-list."""


class Destination(NamedTuple):
    """The parts of a URL: `host` in lower case without brackets, `path` with its query."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def authority(self) -> str:
        """The host as a URL and the Host header write it, with a port unless it is the default."""
        is_default = self.port == DEFAULT_PORTS[self.scheme]
        return self._bracketed if is_default else f"{self._bracketed}:{self.port}"

    @property
    def entries(self) -> frozenset[str]:
        """The entries of the allow-list that permit this host; a bare host means port 443."""
        bare = {self._bracketed} if self.port == DEFAULT_PORTS["https"] else set()
        return frozenset({f"{self._bracketed}:{self.port}"} | bare)

    @property
    def _bracketed(self) -> str:
        return f"[{self.host}]" if ":" in self.host else self.host


def check_url(url: str, allowed_hosts: frozenset[str], *, loopback: bool) -> Destination:
    """The destination of the URL; DestinationRefused for its form, scheme, host or port.

    `allowed_hosts` are `host`, which means port 443, or `host:port`, with IPv6 in brackets.
    `loopback` also allows http to this machine, for local runs.
    """
    destination = _parsed(url)
    if destination.scheme != "https" and not loopback:
        raise DestinationRefused(f"{destination.host} must be called over https")
    if destination.entries.isdisjoint(each.lower() for each in allowed_hosts):
        raise DestinationRefused(
            f"{destination.authority} is not on the list of allowed hosts (NotificationHosts)"
        )
    if not NAME.fullmatch(destination.host):
        check_addresses(destination, [destination.host], loopback=loopback)
    return destination


def check_addresses(destination: Destination, addresses: Iterable[str], *, loopback: bool) -> None:
    """DestinationRefused if one of the addresses is not allowed.

    `loopback` also allows this machine, which is the only host allowed over http.
    """
    for address in addresses:
        is_here = loopback and is_loopback(address)
        if not is_here and not (destination.scheme == "https" and is_public(address)):
            raise DestinationRefused(
                f"{destination.host} has the address {address}, "
                f"which is not allowed over {destination.scheme}"
            )


def _parsed(url: str) -> Destination:
    match = FORM.fullmatch(url)
    scheme = match["scheme"].lower() if match else ""
    if match is None or scheme not in DEFAULT_PORTS:
        raise DestinationRefused(
            "the URL must be https://host[:port]/path in ASCII, without user name and fragment"
        )
    port = int(match["port"] or DEFAULT_PORTS[scheme])
    if port > LONGEST_PORT:
        raise DestinationRefused(f"{match['host']} cannot have the port {port}")
    rest = match["rest"] or ""
    path = rest if rest.startswith("/") else f"/{rest}"
    return Destination(scheme, match["host"].strip("[]").lower(), port, path)
