"""is_public: closed addresses in every spelling, and their public neighbours."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

from genesys_purge.webhooks.outbound.addresses import is_public
from hypothesis import example, given
from hypothesis import strategies as st

CLOSED_V4 = [
    IPv4Network(each)
    for each in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
    )
]
CLOSED_V6 = [
    IPv6Network(each)
    for each in (
        "::/3",
        "2001::/23",
        "2001:db8::/32",
        "2002::/16",
        "3fff::/20",
        "4000::/2",
        "8000::/1",
    )
]
PREFIXES = {
    "mapped": "::ffff:0:0",
    "compatible": "::",
    "translated": "::ffff:0:0:0",
    "NAT64": "64:ff9b::",
    "local NAT64": "64:ff9b:1::",
}


def addresses_v4(network: IPv4Network) -> st.SearchStrategy[IPv4Address]:
    ends = int(network.network_address), int(network.broadcast_address)
    return st.integers(*ends).map(IPv4Address)


def addresses_v6(network: IPv6Network) -> st.SearchStrategy[IPv6Address]:
    ends = int(network.network_address), int(network.broadcast_address)
    return st.integers(*ends).map(IPv6Address)


def disguises(address: IPv4Address) -> list[IPv6Address]:
    """Every IPv6 address that carries the IPv4 address."""
    number = int(address)
    carried = [IPv6Address(int(IPv6Address(each)) | number) for each in PREFIXES.values()]
    six_to_four = IPv6Address((0x2002 << 112) | (number << 80) | 1)
    teredo = IPv6Address((0x20010000 << 96) | (0x08080808 << 64) | (number ^ 0xFFFFFFFF))
    teredo_server = IPv6Address((0x20010000 << 96) | (number << 64) | 0x2)
    return [*carried, six_to_four, teredo, teredo_server]


def spellings(address: IPv6Address) -> list[str]:
    short, long = address.compressed, address.exploded
    tail = IPv4Address(int(address) & 0xFFFFFFFF)
    dotted = f"{long.rsplit(':', 2)[0]}:{tail}"
    return [each for text in (short, long, dotted) for each in (text, text.upper(), f"{text}%eth0")]


@given(st.one_of(*map(addresses_v4, CLOSED_V4)))
@example(IPv4Address("169.254.169.254"))
@example(IPv4Address("100.100.100.200"))
@example(IPv4Address("192.0.0.9"))
@example(IPv4Address("239.255.255.255"))
@example(IPv4Address("255.255.255.255"))
def test_closed_ipv4_address_is_not_public_in_any_form(address: IPv4Address) -> None:
    assert not is_public(str(address))
    assert not [text for each in disguises(address) for text in spellings(each) if is_public(text)]


@given(st.ip_addresses(v=4).filter(lambda each: not any(each in network for network in CLOSED_V4)))
def test_other_ipv4_address_is_public_only_in_its_own_form(address: IPv4Address) -> None:
    assert is_public(str(address))
    assert not [text for each in disguises(address) for text in spellings(each) if is_public(text)]


@given(st.one_of(*map(addresses_v6, CLOSED_V6)))
@example(IPv6Address("::"))
@example(IPv6Address("::1"))
@example(IPv6Address("fe80::1"))
@example(IPv6Address("fec0::1"))
@example(IPv6Address("fd00:ec2::254"))
@example(IPv6Address("ff0e::1"))
@example(IPv6Address("100::1"))
@example(IPv6Address("2001:4:112::1"))
@example(IPv6Address("5f00::1"))
def test_closed_ipv6_address_is_not_public(address: IPv6Address) -> None:
    assert not [text for text in spellings(address) if is_public(text)]


@given(
    addresses_v6(IPv6Network("2000::/3")).filter(
        lambda each: not any(each in network for network in CLOSED_V6)
    )
)
def test_other_ipv6_address_is_public_unless_it_has_a_zone(address: IPv6Address) -> None:
    assert [text for text in spellings(address) if not is_public(text)] == [
        text for text in spellings(address) if "%" in text
    ]


NEIGHBOURS = [
    *("1.0.0.0", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0"),
    *("126.255.255.255", "128.0.0.0", "169.253.255.255", "172.15.255.255", "172.32.0.0"),
    *("192.0.1.0", "192.167.255.255", "198.20.0.0", "223.255.255.255"),
    *("2000::", "2001:200::", "2003::", "2606:4700::1111", "3fff:1000::"),
]


def test_neighbours_of_closed_networks_are_public() -> None:
    assert [each for each in NEIGHBOURS if not is_public(each)] == []


def test_text_that_is_no_usual_address_is_not_public() -> None:
    texts = ["", " 8.8.8.8", "8.8.8.8\n", "8.8.8", "008.8.8.8", "0x8.8.8.8", "134744072"]
    texts += ["8.8.8.8/32", "8.8.8.8%eth0", "[2606:4700::1111]", "\u0668.8.8.8", "hooks.example"]
    assert [each for each in texts if is_public(each)] == []
