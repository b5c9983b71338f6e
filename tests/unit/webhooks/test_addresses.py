"""Where notifications may go: one condition removed at a time, and every disguise of an address."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from urllib.parse import urlsplit

import httpx
import pytest
from genesys_purge.webhooks.addresses import (
    ReceiverRefused,
    Target,
    check_addresses,
    check_url,
    is_public,
)
from hypothesis import example, given
from hypothesis import strategies as st

ALLOWED = frozenset({"hooks.example", "hooks.example:8443", "ledger.example:9443"})
HERE = frozenset({"localhost:8080", "127.0.0.1:8080", "[::1]:8080", "hooks.example"})

CLOSED_4 = [
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
CLOSED_6 = [
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


def addresses_4(network: IPv4Network) -> st.SearchStrategy[IPv4Address]:
    ends = int(network.network_address), int(network.broadcast_address)
    return st.integers(*ends).map(IPv4Address)


def addresses_6(network: IPv6Network) -> st.SearchStrategy[IPv6Address]:
    ends = int(network.network_address), int(network.broadcast_address)
    return st.integers(*ends).map(IPv6Address)


def disguises(address: IPv4Address) -> list[IPv6Address]:
    """The address within every IPv6 address that carries one."""
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


@given(st.one_of(*map(addresses_4, CLOSED_4)))
@example(IPv4Address("169.254.169.254"))
@example(IPv4Address("100.100.100.200"))
@example(IPv4Address("192.0.0.9"))
@example(IPv4Address("239.255.255.255"))
@example(IPv4Address("255.255.255.255"))
def test_no_closed_address_of_ipv4_is_public_in_any_form(address: IPv4Address) -> None:
    assert not is_public(str(address))
    assert not [text for each in disguises(address) for text in spellings(each) if is_public(text)]


@given(st.ip_addresses(v=4).filter(lambda each: not any(each in network for network in CLOSED_4)))
def test_every_other_address_of_ipv4_is_public_but_only_as_itself(address: IPv4Address) -> None:
    assert is_public(str(address))
    assert not [text for each in disguises(address) for text in spellings(each) if is_public(text)]


@given(st.one_of(*map(addresses_6, CLOSED_6)))
@example(IPv6Address("::"))
@example(IPv6Address("::1"))
@example(IPv6Address("fe80::1"))
@example(IPv6Address("fec0::1"))
@example(IPv6Address("fd00:ec2::254"))
@example(IPv6Address("ff0e::1"))
@example(IPv6Address("100::1"))
@example(IPv6Address("2001:4:112::1"))
@example(IPv6Address("5f00::1"))
def test_no_closed_address_of_ipv6_is_public(address: IPv6Address) -> None:
    assert not [text for text in spellings(address) if is_public(text)]


@given(
    addresses_6(IPv6Network("2000::/3")).filter(
        lambda each: not any(each in network for network in CLOSED_6)
    )
)
def test_every_other_address_of_ipv6_is_public_but_never_in_a_zone(address: IPv6Address) -> None:
    assert [text for text in spellings(address) if not is_public(text)] == [
        text for text in spellings(address) if "%" in text
    ]


@pytest.mark.parametrize(
    "address",
    [
        "1.0.0.0",
        "9.255.255.255",
        "11.0.0.0",
        "100.63.255.255",
        "100.128.0.0",
        "126.255.255.255",
        "128.0.0.0",
        "169.253.255.255",
        "172.15.255.255",
        "172.32.0.0",
        "192.0.1.0",
        "192.167.255.255",
        "198.20.0.0",
        "223.255.255.255",
        "2000::",
        "2001:200::",
        "2003::",
        "2606:4700::1111",
        "3fff:1000::",
    ],
)
def test_the_neighbours_of_what_is_closed_are_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " 8.8.8.8",
        "8.8.8.8\n",
        "8.8.8",
        "008.8.8.8",
        "0x8.8.8.8",
        "134744072",
        "8.8.8.8/32",
        "8.8.8.8%eth0",
        "[2606:4700::1111]",
        "٨.8.8.8",
        "hooks.example",
    ],
)
def test_what_is_not_an_address_in_its_usual_spelling_is_not_public(text: str) -> None:
    assert not is_public(text)


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("https://hooks.example", Target("https", "hooks.example", 443, "/")),
        ("https://hooks.example:443/", Target("https", "hooks.example", 443, "/")),
        ("HTTPS://Hooks.Example/A/b", Target("https", "hooks.example", 443, "/A/b")),
        ("https://hooks.example?a=1", Target("https", "hooks.example", 443, "/?a=1")),
        (
            "https://hooks.example/a?b=c@d:e//",
            Target("https", "hooks.example", 443, "/a?b=c@d:e//"),
        ),
        ("https://hooks.example:8443/a", Target("https", "hooks.example", 8443, "/a")),
    ],
)
def test_a_url_is_taken_apart(url: str, target: Target) -> None:
    assert check_url(url, ALLOWED, loopback=False) == target


@pytest.mark.parametrize(
    "url",
    [
        "",
        "hooks.example",
        "//hooks.example/",
        "https:hooks.example",
        "https:/hooks.example",
        "https:///hooks.example",
        "ftp://hooks.example/",
        "file://hooks.example/etc/passwd",
        "unix://hooks.example/",
        "https://user@hooks.example/",
        "https://user:secret@hooks.example/",
        "https://@hooks.example/",
        "https://hooks.example/#part",
        "https://hooks.example#@evil.example/",
        "https://evil.example\\@hooks.example/",
        "https://hooks.example\\.evil.example/",
        "https://hooks.example:/",
        "https://hooks.example:0443/",
        "https://hooks.example:443:8443/",
        "https://hooks.example:-1/",
        "https://hooks.example:٤٤٣/",
        "https://hooks%2eexample/",
        "https://hooks\u3002example/",
        "https://hoo\u212as.example/",
        "https://hooks.example/é",
        "https://hooks.example/a b",
        "https://hooks.example/a\r\nX: y",
        "https://hooks.example/\n",
        " https://hooks.example/",
        "\thttps://hooks.example/",
        "https://hooks.exam\tple/",
        "https://[fe80::1%25eth0]/",
        "https://[fe80::1%eth0]/",
        "https://[127.0.0.1]/",
        "https://[hooks.example]/",
        "https://hooks.example/" + "a" * 2_001,
    ],
)
def test_a_url_in_another_form_is_refused_and_not_repeated(url: str) -> None:
    with pytest.raises(ReceiverRefused) as refused:
        check_url(url, ALLOWED, loopback=True)
    assert str(refused.value).startswith("the receiver's URL is not https://host[:port]/path")
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize(
    "url",
    [
        "https://other.example/",
        "https://hooks.example.evil.example/",
        "https://evil-hooks.example/",
        "https://a.hooks.example/",
        "https://example/",
        "https://hooks.example./",
        "https://hooks.example:80/",
        "https://hooks.example:8080/",
        "https://ledger.example/",
        "https://ledger.example:443/",
    ],
)
def test_a_host_or_port_that_is_not_on_the_list_is_refused(url: str) -> None:
    with pytest.raises(ReceiverRefused, match="is not on the list of allowed hosts"):
        check_url(url, ALLOWED, loopback=False)


def test_no_list_allows_no_host() -> None:
    with pytest.raises(ReceiverRefused, match=r"^hooks\.example is not on the list"):
        check_url("https://hooks.example/", frozenset(), loopback=True)


def test_the_list_is_read_without_case() -> None:
    allowed = frozenset({"Hooks.EXAMPLE"})
    assert check_url("https://hooks.example/", allowed, loopback=False).host == "hooks.example"


def test_a_port_that_cannot_be_is_refused_though_it_is_on_the_list() -> None:
    allowed = frozenset({"hooks.example:65535", "hooks.example:65536"})
    assert check_url("https://hooks.example:65535", allowed, loopback=False).port == 65_535
    with pytest.raises(ReceiverRefused, match=r"^hooks\.example has no port 65536$"):
        check_url("https://hooks.example:65536", allowed, loopback=False)


@pytest.mark.parametrize(
    "host",
    [
        "127.1",
        "2130706433",
        "0x7f.1",
        "0x7f000001",
        "0x7F.0.0.1",
        "0177.0.0.1",
        "127.0.0.01",
        "127.0.0.1.",
        "8.8.2056",
        "8.8.8.8.8",
        "8.8.8.010",
        "evil.0x7f",
        "hooks..example",
        ".hooks.example",
        "hooks.example.",
        "10.0.0.1",
        "169.254.169.254",
        "[::ffff:8.8.8.8]",
        "[64:ff9b::8.8.8.8]",
        "[fd00:ec2::254]",
        "[::]",
        "[:::]",
        "0.0.0.0",  # noqa: S104 - nothing is bound
    ],
)
@pytest.mark.parametrize("loopback", [True, False])
def test_a_closed_or_oddly_spelled_host_is_refused_though_it_is_on_the_list(
    host: str, *, loopback: bool
) -> None:
    with pytest.raises(ReceiverRefused, match="is not called over https"):
        check_url(f"https://{host}/", frozenset({host}), loopback=loopback)


@pytest.mark.parametrize("host", ["8.8.8.8", "[2606:4700::1111]", "xn--bcher-kva.example", "a"])
def test_a_public_address_or_name_on_the_list_is_allowed(host: str) -> None:
    target = check_url(f"https://{host}/", frozenset({host}), loopback=False)
    assert (target.host, target.authority) == (host.strip("[]"), host)


@pytest.mark.parametrize(
    ("url", "authority"),
    [
        ("http://localhost:8080/", "localhost:8080"),
        ("http://127.0.0.1:8080/", "127.0.0.1:8080"),
        ("http://[::1]:8080/", "[::1]:8080"),
        ("https://127.0.0.1:8080/", "127.0.0.1:8080"),
    ],
)
def test_this_machine_may_be_called_where_loopback_is_on_and_nowhere_else(
    url: str, authority: str
) -> None:
    assert check_url(url, HERE, loopback=True).authority == authority
    with pytest.raises(ReceiverRefused, match=r"is (not )?called over https"):
        check_url(url, HERE, loopback=False)


def test_even_on_this_machine_only_what_is_on_the_list_is_called() -> None:
    with pytest.raises(ReceiverRefused, match=r"^localhost:8081 is not on the list"):
        check_url("http://localhost:8081/", HERE, loopback=True)


def test_a_bare_host_on_the_list_is_no_port_of_http() -> None:
    with pytest.raises(ReceiverRefused, match="is not on the list"):
        check_url("http://hooks.example/", HERE, loopback=True)


@pytest.mark.parametrize(
    ("scheme", "loopback", "address", "is_allowed"),
    [
        ("https", False, "8.8.8.8", True),
        ("https", False, "127.0.0.1", False),
        ("https", False, "10.0.0.1", False),
        ("https", True, "8.8.8.8", True),
        ("https", True, "127.0.0.1", True),
        ("https", True, "::1", True),
        ("https", True, "10.0.0.1", False),
        ("https", True, "169.254.169.254", False),
        ("https", True, "0.0.0.0", False),  # noqa: S104 - nothing is bound
        ("https", True, "::", False),
        ("https", True, "::ffff:127.0.0.1", False),
        ("https", True, "::1%lo", False),
        ("https", True, "fe80::1%lo", False),
        ("http", True, "127.255.255.254", True),
        ("http", True, "::1", True),
        ("http", True, "8.8.8.8", False),
        ("http", True, "10.0.0.1", False),
        ("http", False, "8.8.8.8", False),
        ("http", False, "127.0.0.1", False),
    ],
)
def test_an_address_is_called_by_scheme_and_place(
    scheme: str, address: str, *, loopback: bool, is_allowed: bool
) -> None:
    target = Target(scheme, "hooks.example", 443, "/")
    if is_allowed:
        check_addresses(target, [address], loopback=loopback)
        return
    with pytest.raises(ReceiverRefused) as refused:
        check_addresses(target, [address], loopback=loopback)
    assert str(refused.value) == f"hooks.example is {address}, which is not called over {scheme}"


@pytest.mark.parametrize("order", [1, -1])
def test_one_closed_address_among_public_ones_is_enough(order: int) -> None:
    addresses = ["8.8.8.8", "2606:4700::1111", "10.0.0.1"][::order]
    with pytest.raises(ReceiverRefused, match=r"10\.0\.0\.1"):
        check_addresses(Target("https", "hooks.example", 443, "/"), addresses, loopback=False)


pieces = st.sampled_from(
    [
        *"/\\@:#?%. \t\n[]&;|",
        "hooks.example",
        "evil.example",
        "https:",
        "//",
        "443",
        "8443",
        "\u3002",
    ]
)
urls = st.one_of(
    st.text(max_size=40),
    st.lists(pieces, max_size=8).map("".join),
    st.lists(pieces, max_size=6).map("".join).map("https://hooks.example".__add__),
    st.lists(pieces, max_size=4).map("".join).map("https://{}hooks.example/".format),
)


@given(urls)
@example("https://hooks.example:8443?a@evil.example")
@example("https://hooks.example//evil.example\\")
def test_whatever_is_allowed_has_one_reading_and_it_is_on_the_list(url: str) -> None:
    try:
        target = check_url(url, ALLOWED, loopback=False)
    except ReceiverRefused:
        return
    for reading in (urlsplit(url).hostname, httpx.URL(url).host, target.host):
        assert reading == "hooks.example"
    for port in (urlsplit(url).port, httpx.URL(url).port, target.port):
        assert (port or 443) == target.port
    assert target.port in (443, 8443)
