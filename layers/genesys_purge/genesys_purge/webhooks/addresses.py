"""Where a notification may go: the form of its URL, the host, and every address of the host."""

from __future__ import annotations

import re
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import NamedTuple

DEFAULT_PORTS = {"https": 443, "http": 80}
LONGEST_PORT = 65_535
# Narrower than any standard, so that no two readers can differ about the host.
FORM = re.compile(
    r"(?P<scheme>[A-Za-z]{1,9})://"
    r"(?P<host>[A-Za-z0-9.-]{1,253}|\[[0-9A-Fa-f]{0,4}:[0-9A-Fa-f:.]{1,40}\])"
    r"(?::(?P<port>[1-9][0-9]{0,4}))?"
    r"(?P<rest>[/?][!\"$-~]{0,2000})?"
)
# The last label begins with a letter: `127.1` and `0x7f000001` are addresses to some resolvers.
NAME = re.compile(r"(?:[a-z0-9-]{1,63}\.)*[a-z][a-z0-9-]{0,62}")

LOOPBACK = tuple(ip_network(each) for each in ("127.0.0.0/8", "::1/128"))
# Outside it lie IPv4-mapped and NAT64 addresses; whatever they hold, they are never called.
GLOBAL_UNICAST = ip_network("2000::/3")
# What some version of `ipaddress` calls global.
NOT_PUBLIC = tuple(
    ip_network(each)
    for each in (
        "192.0.0.0/24",  # protocol assignments
        "192.88.99.0/24",  # 6to4 relays
        "224.0.0.0/4",  # multicast
        "2001::/23",  # protocol assignments, Teredo among them
        "2002::/16",  # 6to4
        "3fff::/20",  # documentation
    )
)


class ReceiverRefused(Exception):
    """Nothing may be sent to that URL, now or later, until an operator changes something."""


class Target(NamedTuple):
    """What a URL asks for: `host` in lower case and without brackets, `path` with its query."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def authority(self) -> str:
        """The host as a URL and the Host header write it, with any unusual port."""
        usual = self.port == DEFAULT_PORTS[self.scheme]
        return self._bracketed if usual else f"{self._bracketed}:{self.port}"

    @property
    def entries(self) -> frozenset[str]:
        """The entries of a list of allowed hosts that admit it; a bare host means port 443."""
        bare = {self._bracketed} if self.port == DEFAULT_PORTS["https"] else set()
        return frozenset({f"{self._bracketed}:{self.port}"} | bare)

    @property
    def _bracketed(self) -> str:
        return f"[{self.host}]" if ":" in self.host else self.host


def check_url(url: str, allowed_hosts: frozenset[str], *, loopback: bool) -> Target:
    """The URL taken apart; ReceiverRefused where its form, scheme, host or port is not allowed.

    `allowed_hosts` are `host`, which means port 443, or `host:port`, with IPv6 in brackets.
    """
    target = _target(url)
    if target.scheme != "https" and not loopback:
        raise ReceiverRefused(f"{target.host} is called over https only")
    if target.entries.isdisjoint(each.lower() for each in allowed_hosts):
        raise ReceiverRefused(f"{target.authority} is not on the list of allowed hosts")
    if not NAME.fullmatch(target.host):
        check_addresses(target, [target.host], loopback=loopback)
    return target


def check_addresses(target: Target, addresses: Iterable[str], *, loopback: bool) -> None:
    """ReceiverRefused where any of the addresses may not be called.

    With `loopback` this machine may be called as well, and it alone over http.
    """
    for address in addresses:
        here = loopback and _is_loopback(address)
        if not here and not (target.scheme == "https" and is_public(address)):
            raise ReceiverRefused(
                f"{target.host} is {address}, which is not called over {target.scheme}"
            )


def is_public(address: str) -> bool:
    """Whether it is an address that means the same on the whole internet; False for other text."""
    read = _read(address)
    if read is None or not read.is_global:
        return False
    if isinstance(read, IPv6Address) and read not in GLOBAL_UNICAST:
        return False
    return not any(read in network for network in NOT_PUBLIC)


def _is_loopback(address: str) -> bool:
    read = _read(address)
    return read is not None and any(read in network for network in LOOPBACK)


def _read(address: str) -> IPv4Address | IPv6Address | None:
    """The address; None with a zone, in which it would mean something else on each machine."""
    try:
        return None if "%" in address else ip_address(address)
    except ValueError:
        return None


def _target(url: str) -> Target:
    match = FORM.fullmatch(url)
    scheme = match["scheme"].lower() if match else ""
    if match is None or scheme not in DEFAULT_PORTS:
        raise ReceiverRefused(
            "the receiver's URL is not https://host[:port]/path in ASCII, "
            "without user information and fragment"
        )
    port = int(match["port"] or DEFAULT_PORTS[scheme])
    if port > LONGEST_PORT:
        raise ReceiverRefused(f"{match['host']} has no port {port}")
    rest = match["rest"] or ""
    path = rest if rest.startswith("/") else f"/{rest}"
    return Target(scheme, match["host"].strip("[]").lower(), port, path)
