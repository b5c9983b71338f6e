"""check_url and check_addresses: each test breaks one condition of an allowed destination."""

from __future__ import annotations

from urllib.parse import urlsplit

import httpx
import pytest
from genesys_purge.webhooks.outbound.destination import (
    Destination,
    DestinationRefused,
    check_addresses,
    check_url,
)
from hypothesis import example, given
from hypothesis import strategies as st

ALLOWED = frozenset({"hooks.example", "hooks.example:8443", "ledger.example:9443"})
HERE = frozenset({"localhost:8080", "127.0.0.1:8080", "[::1]:8080", "hooks.example"})


def refusal(url: str, allowed: frozenset[str] = ALLOWED, *, loopback: bool = False) -> str | None:
    """Why the URL is refused; None if it is allowed."""
    try:
        check_url(url, allowed, loopback=loopback)
    except DestinationRefused as refused:
        return str(refused)
    return None


@pytest.mark.parametrize(
    ("url", "port", "path"),
    [
        ("https://hooks.example", 443, "/"),
        ("https://hooks.example:443/", 443, "/"),
        ("HTTPS://Hooks.Example/A/b", 443, "/A/b"),
        ("https://hooks.example?a=1", 443, "/?a=1"),
        ("https://hooks.example/a?b=c@d:e//", 443, "/a?b=c@d:e//"),
        ("https://hooks.example:8443/a", 8443, "/a"),
    ],
)
def test_allowed_url_is_split_into_its_parts(url: str, port: int, path: str) -> None:
    destination = Destination("https", "hooks.example", port, path)
    assert check_url(url, ALLOWED, loopback=False) == destination


OTHER_FORMS = [
    *("", "hooks.example", "//hooks.example/", "https:hooks.example", "https:/hooks.example"),
    *("https:///hooks.example", "ftp://hooks.example/", "file://hooks.example/etc/passwd"),
    *("unix://hooks.example/", "https://user@hooks.example/", "https://@hooks.example/"),
    *("https://user:secret@hooks.example/", "https://hooks.example/#part"),
    *("https://hooks.example#@evil.example/", "https://evil.example\\@hooks.example/"),
    *("https://hooks.example\\.evil.example/", "https://hooks.example:/"),
    *("https://hooks.example:0443/", "https://hooks.example:443:8443/"),
    *("https://hooks.example:-1/", "https://hooks.example:\u0664\u0664\u0663/"),
    *("https://hooks%2eexample/", "https://hooks\u3002example/", "https://hoo\u212as.example/"),
    *("https://hooks.example/é", "https://hooks.example/a b", "https://hooks.example/a\r\nX: y"),
    *("https://hooks.example/\n", " https://hooks.example/", "\thttps://hooks.example/"),
    *("https://hooks.exam\tple/", "https://[fe80::1%25eth0]/", "https://[fe80::1%eth0]/"),
    *("https://[127.0.0.1]/", "https://[hooks.example]/", f"https://hooks.example/{'a' * 2_001}"),
]


def test_url_of_another_form_is_refused_and_not_quoted() -> None:
    reasons = {refusal(url, loopback=True) for url in OTHER_FORMS}
    assert reasons == {
        "the URL must be https://host[:port]/path in ASCII, without user name and fragment"
    }


def test_host_or_port_that_is_not_on_the_list_is_refused() -> None:
    hosts = ["other.example", "hooks.example.evil.example", "evil-hooks.example", "a.hooks.example"]
    hosts += ["example", "hooks.example.", "hooks.example:80", "hooks.example:8080"]
    hosts += ["ledger.example", "ledger.example:443"]
    reasons = [(host, refusal(f"https://{host}/") or "") for host in hosts]
    assert [each for each in reasons if "is not on the list of allowed hosts" not in each[1]] == []


def test_empty_list_allows_no_host() -> None:
    reason = refusal("https://hooks.example/", frozenset(), loopback=True)
    assert str(reason).startswith("hooks.example is not on the list")


def test_list_is_read_without_case() -> None:
    assert refusal("https://hooks.example/", frozenset({"Hooks.EXAMPLE"})) is None


def test_impossible_port_is_refused_even_on_the_list() -> None:
    allowed = frozenset({"hooks.example:65535", "hooks.example:65536"})
    assert refusal("https://hooks.example:65535", allowed) is None
    reason = refusal("https://hooks.example:65536", allowed)
    assert reason == "hooks.example cannot have the port 65536"


ODD_HOSTS = [
    *("127.1", "2130706433", "0x7f.1", "0x7f000001", "0x7F.0.0.1", "0177.0.0.1", "127.0.0.01"),
    *("127.0.0.1.", "8.8.2056", "8.8.8.8.8", "8.8.8.010", "evil.0x7f", "hooks..example"),
    *(".hooks.example", "hooks.example.", "10.0.0.1", "169.254.169.254", "[::ffff:8.8.8.8]"),
    *("[64:ff9b::8.8.8.8]", "[fd00:ec2::254]", "[::]", "[:::]"),
    "0.0.0.0",  # noqa: S104  nothing is bound
]


@pytest.mark.parametrize("loopback", [True, False])
def test_closed_or_odd_host_is_refused_even_on_the_list(*, loopback: bool) -> None:
    for host in ODD_HOSTS:
        reason = refusal(f"https://{host}/", frozenset({host}), loopback=loopback)
        assert str(reason).endswith("which is not allowed over https"), host


@pytest.mark.parametrize("host", ["8.8.8.8", "[2606:4700::1111]", "xn--bcher-kva.example", "a"])
def test_public_address_or_name_on_the_list_is_allowed(host: str) -> None:
    destination = check_url(f"https://{host}/", frozenset({host}), loopback=False)
    assert (destination.host, destination.authority) == (host.strip("[]"), host)


def test_this_machine_is_allowed_only_with_loopback() -> None:
    for host in ("localhost:8080", "127.0.0.1:8080", "[::1]:8080"):
        assert check_url(f"http://{host}/", HERE, loopback=True).authority == host
        assert str(refusal(f"http://{host}/", HERE)).endswith("must be called over https")
    assert refusal("https://127.0.0.1:8080/", HERE, loopback=True) is None
    assert str(refusal("https://127.0.0.1:8080/", HERE)).endswith("not allowed over https")


def test_loopback_does_not_replace_the_list() -> None:
    reason = refusal("http://localhost:8081/", HERE, loopback=True)
    assert str(reason).startswith("localhost:8081 is not on the list")


def test_bare_host_on_the_list_does_not_allow_http() -> None:
    reason = refusal("http://hooks.example/", HERE, loopback=True)
    assert "is not on the list" in str(reason)


# Scheme, loopback, addresses that are allowed, addresses that are not.
ADDRESSES = [
    ("https", False, ["8.8.8.8"], ["127.0.0.1", "10.0.0.1"]),
    (
        "https",
        True,
        ["8.8.8.8", "127.0.0.1", "::1"],
        [
            *("10.0.0.1", "169.254.169.254", "::", "::ffff:127.0.0.1", "::1%lo", "fe80::1%lo"),
            "0.0.0.0",  # noqa: S104  nothing is bound
        ],
    ),
    ("http", True, ["127.255.255.254", "::1"], ["8.8.8.8", "10.0.0.1"]),
    ("http", False, [], ["8.8.8.8", "127.0.0.1"]),
]


@pytest.mark.parametrize(("scheme", "loopback", "allowed", "closed"), ADDRESSES)
def test_address_is_allowed_by_scheme_and_loopback(
    scheme: str, allowed: list[str], closed: list[str], *, loopback: bool
) -> None:
    destination = Destination(scheme, "hooks.example", 443, "/")
    check_addresses(destination, allowed, loopback=loopback)
    for address in closed:
        with pytest.raises(DestinationRefused) as refused:
            check_addresses(destination, [address], loopback=loopback)
        assert str(refused.value) == (
            f"hooks.example has the address {address}, which is not allowed over {scheme}"
        )


@pytest.mark.parametrize("order", [1, -1])
def test_one_closed_address_among_public_ones_is_refused(order: int) -> None:
    addresses = ["8.8.8.8", "2606:4700::1111", "10.0.0.1"][::order]
    with pytest.raises(DestinationRefused, match=r"10\.0\.0\.1"):
        check_addresses(Destination("https", "hooks.example", 443, "/"), addresses, loopback=False)


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
def test_allowed_url_is_read_the_same_by_every_parser(url: str) -> None:
    try:
        destination = check_url(url, ALLOWED, loopback=False)
    except DestinationRefused:
        return
    for reading in (urlsplit(url).hostname, httpx.URL(url).host, destination.host):
        assert reading == "hooks.example"
    for port in (urlsplit(url).port, httpx.URL(url).port, destination.port):
        assert (port or 443) == destination.port
    assert destination.port in (443, 8443)
