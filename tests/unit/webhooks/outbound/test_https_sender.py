"""HttpsSender: the request, the checked address, and the status of the answer."""

from __future__ import annotations

import socket
from collections.abc import Sequence
from typing import Any

import pytest
from genesys_purge.webhooks.outbound.destination import DestinationRefused
from genesys_purge.webhooks.outbound.https_sender import HttpsSender, NoAnswer
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.webhooks.outbound.endpoint import (
    BODY,
    HOST,
    NO_CONTENT,
    Endpoint,
    Names,
    answers,
    hangs,
    sender,
    url,
)


def test_request_is_sent_completely_and_its_status_returned(endpoint: Endpoint) -> None:
    status = sender(endpoint).post(url(endpoint, path="/a?b=c"), {"webhook-id": "msg_1"}, BODY)
    assert status == 204
    (request,) = endpoint.received()
    head, _, body = request.partition(b"\r\n\r\n")
    assert body == BODY
    assert head.split(b"\r\n") == [
        b"POST /a?b=c HTTP/1.1",
        f"Host: {HOST}:{endpoint.port}".encode(),
        b"Connection: close",
        b"webhook-id: msg_1",
        b"Content-Length: 24",
    ]


def test_large_body_arrives_completely(endpoint: Endpoint) -> None:
    body = bytes(range(256)) * 1_024
    assert sender(endpoint).post(url(endpoint), {}, body) == 204
    assert endpoint.received()[0].endswith(b"\r\n\r\n" + body)


@pytest.mark.parametrize("status", [299, 301, 307, 308, 410, 503])
def test_every_status_is_returned_and_no_redirect_followed(status: int) -> None:
    with Endpoint(hangs) as elsewhere:
        answer = f"HTTP/1.1 {status} X\r\nLocation: {url(elsewhere)}\r\nContent-Length: 0\r\n\r\n"
        with Endpoint(answers(answer.encode())) as endpoint:
            allowed = frozenset({f"{HOST}:{endpoint.port}", f"{HOST}:{elsewhere.port}"})
            post = sender(endpoint, allowed_hosts=allowed).post
            assert post(url(endpoint), {}, BODY) == status
        assert (len(endpoint.received()), elsewhere.received()) == (1, [])


def test_each_request_has_its_own_connection(endpoint: Endpoint) -> None:
    post = sender(endpoint).post
    assert [post(url(endpoint), {}, BODY) for _ in range(3)] == [204] * 3
    assert len(endpoint.received()) == 3


def test_informational_answer_is_not_the_status() -> None:
    early = b"HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 202 Accepted\r\n\r\n"
    with Endpoint(answers(early)) as endpoint:
        assert sender(endpoint).post(url(endpoint), {}, BODY) == 202


def test_refused_url_is_not_resolved(endpoint: Endpoint) -> None:
    names = Names(["127.0.0.1"])
    for refusing, target in (
        (sender(endpoint, names, loopback=False), url(endpoint)),
        (sender(endpoint, names, allowed_hosts=frozenset({HOST})), url(endpoint)),
        (sender(endpoint, names), url(endpoint) + "#part"),
    ):
        with pytest.raises(DestinationRefused):
            refusing.post(target, {}, BODY)
    assert (names.asked, endpoint.received()) == ([], [])


@pytest.mark.parametrize(
    ("addresses", "loopback", "closed"),
    [
        (["8.8.8.8", "10.0.0.1"], False, "10.0.0.1"),
        (["10.0.0.1", "8.8.8.8"], False, "10.0.0.1"),
        (["127.0.0.1"], False, "127.0.0.1"),
        (["127.0.0.1", "192.168.0.1"], True, "192.168.0.1"),
    ],
)
def test_name_with_a_closed_address_is_not_connected_to(
    endpoint: Endpoint,
    connections: list[tuple[str, int]],
    addresses: list[str],
    closed: str,
    *,
    loopback: bool,
) -> None:
    post = sender(endpoint, Names(addresses), loopback=loopback).post
    with pytest.raises(DestinationRefused, match=f"^{HOST} has the address {closed}, which is"):
        post(url(endpoint, "https"), {}, BODY)
    assert connections == []


def test_name_is_resolved_once_and_the_checked_address_called(
    endpoint: Endpoint, connections: list[tuple[str, int]]
) -> None:
    names = Names(["127.0.0.1"], ["10.0.0.1"])
    assert sender(endpoint, names).post(url(endpoint), {}, BODY) == 204
    assert names.asked == [(HOST, endpoint.port)]
    assert connections == [("127.0.0.1", endpoint.port)]


def test_system_resolver_is_asked_once(endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    resolve, asked = socket.getaddrinfo, []

    def recorded(host: str, *rest: Any, **named: Any) -> Any:
        asked.append(host)
        return resolve("127.0.0.1", *rest, **named)

    monkeypatch.setattr(socket, "getaddrinfo", recorded)
    post = HttpsSender(frozenset({f"{HOST}:{endpoint.port}"}), loopback=True).post
    assert post(url(endpoint), {}, BODY) == 204
    assert asked == [HOST, "127.0.0.1"]


def test_name_without_an_address_gives_no_answer(endpoint: Endpoint) -> None:
    def unknown(*_: object) -> Sequence[str]:
        raise socket.gaierror(socket.EAI_NONAME, "no such name")

    for resolver in (unknown, Names([])):
        with pytest.raises(NoAnswer, match=f"^{HOST} gave no answer: gaierror$"):
            sender(endpoint, resolver=resolver).post(url(endpoint), {}, BODY)
    assert endpoint.received() == []


def test_first_address_is_called_first(
    endpoint: Endpoint, connections: list[tuple[str, int]]
) -> None:
    post = sender(endpoint, Names(["127.0.0.3", "127.0.0.2"])).post
    assert post(url(endpoint), {}, BODY) == 204
    assert connections == [("127.0.0.3", endpoint.port)]


def test_next_address_is_called_if_one_refuses(endpoint: Endpoint) -> None:
    post = sender(endpoint, Names(["127.0.0.2", "127.0.0.1"])).post
    assert post(url(endpoint), {}, BODY) == 204


def test_refused_connection_gives_no_answer(endpoint: Endpoint) -> None:
    with pytest.raises(NoAnswer, match=f"^{HOST} gave no answer: ConnectionRefused"):
        sender(endpoint, Names(["127.0.0.2"])).post(url(endpoint), {}, BODY)


def test_ipv6_host_is_called_and_named_in_brackets() -> None:
    with Endpoint(answers(NO_CONTENT), address="::1") as endpoint:
        post = HttpsSender(frozenset({f"[::1]:{endpoint.port}"}), loopback=True).post
        assert post(f"http://[::1]:{endpoint.port}/", {}, BODY) == 204
    assert f"\r\nHost: [::1]:{endpoint.port}\r\n".encode() in endpoint.received()[0]


def test_proxy_of_the_environment_is_not_used(
    endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Endpoint(answers(b"HTTP/1.1 502 Proxy\r\n\r\n")) as proxy:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        assert sender(endpoint).post(url(endpoint), {}, BODY) == 204
        assert proxy.received() == []


WRONG_HEADERS = [
    ("webhook-id", "a\r\nX-Injected: b"),
    ("webhook-id", "a\nX-Injected: b"),
    ("webhook-id", "a\rb"),
    ("webhook-id", "a\0b"),
    ("webhook-id", "a\r\n\r\nPOST / HTTP/1.1"),
    ("webhook-id", "secret\r\n"),
    ("webhook-id", "é"),
    ("webhook-id\r\nX-Injected", "b"),
    ("webhook-id:", "b"),
    ("webhook id", "b"),
    ("", "b"),
    ("\ufb01", "b"),
]


def test_header_that_injects_another_one_is_refused_and_not_quoted(endpoint: Endpoint) -> None:
    for name, value in WRONG_HEADERS:
        with pytest.raises(DestinationRefused) as refused:
            sender(endpoint).post(url(endpoint), {name: value}, BODY)
        assert str(refused.value) == f"a header for {HOST} cannot be sent"
        assert refused.value.__suppress_context__
    assert not any(endpoint.received())


def test_framing_headers_are_refused(endpoint: Endpoint) -> None:
    for name in ("Host", "connection", "Content-Length", "TRANSFER-ENCODING"):
        with pytest.raises(DestinationRefused, match=f"^the caller must not set {name} for {HOST}"):
            sender(endpoint).post(url(endpoint), {name: "1"}, BODY)
    assert endpoint.received() == []


NO_HTTP = [
    b"",
    b"HTTP/1.1 200",
    b"HTTP/1.1 20 OK\r\n\r\n",
    b"HTTP/1.1 2000 OK\r\n\r\n",
    b"HTTP/2 200 OK\r\n\r\n",
    b"SSH-2.0-OpenSSH_9.6\r\n",
    b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nContent-Length: a\r\n\r\n",
    b"HTTP/1.1 200 OK\r\na b: secret\r\n\r\n",
]


def test_answer_that_is_not_http_gives_no_answer_and_is_not_quoted() -> None:
    for answer in NO_HTTP:
        with Endpoint(answers(answer)) as endpoint, pytest.raises(NoAnswer) as failed:
            sender(endpoint).post(url(endpoint), {}, BODY)
        assert str(failed.value) == f"{HOST} gave no answer: RemoteProtocolError"
        assert failed.value.__suppress_context__


@given(answer=st.binary(max_size=200) | st.binary(max_size=99).map(b"HTTP/1.1 200 ".__add__))
def test_random_bytes_are_a_status_or_no_answer(answer: bytes) -> None:
    with Endpoint(answers(answer)) as endpoint:
        try:
            status = sender(endpoint).post(url(endpoint), {}, BODY)
        except NoAnswer:
            return
    assert 200 <= status < 600
