"""Which IP addresses are public."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

LOOPBACK = tuple(ip_network(each) for each in ("127.0.0.0/8", "::1/128"))
# IPv4-mapped and NAT64 addresses are outside it, so they are never public.
GLOBAL_UNICAST = ip_network("2000::/3")
# Networks that some version of `ipaddress` calls global.
NOT_PUBLIC = tuple(
    ip_network(each)
    for each in (
        "192.0.0.0/24",  # protocol assignments
        "192.88.99.0/24",  # 6to4 relays
        "224.0.0.0/4",  # multicast
        "2001::/23",  # protocol assignments, such as Teredo
        "2002::/16",  # 6to4
        "3fff::/20",  # documentation
    )
)


def is_public(address: str) -> bool:
    """Whether the address means the same host on the whole internet; False for other text."""
    read = _read(address)
    if read is None or not read.is_global:
        return False
    if isinstance(read, IPv6Address) and read not in GLOBAL_UNICAST:
        return False
    return not any(read in network for network in NOT_PUBLIC)


def is_loopback(address: str) -> bool:
    """Whether the address is this machine; False for other text."""
    read = _read(address)
    return read is not None and any(read in network for network in LOOPBACK)


def _read(address: str) -> IPv4Address | IPv6Address | None:
    """The address; None for one with a zone, which means another host on each machine."""
    try:
        return None if "%" in address else ip_address(address)
    except ValueError:
        return None
