"""BoundedTransport: the bounds hold on the network, for the head, the body and TLS."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from types import SimpleNamespace

import httpx
import pytest
from genesys_purge.genesys.bounded_http import (
    LONGEST_ANSWER,
    LONGEST_FRAMING,
    BoundedHttp,
)
from genesys_purge.genesys.client import FIRST_BYTE
from genesys_purge.genesys.transport import FRESH, BoundedTransport

from tests.unit.webhooks.outbound.certificates import Authority
from tests.unit.webhooks.outbound.endpoint import Behaviour, Endpoint, answers, drips

MEGABYTE = 1024 * 1024
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


@pytest.fixture
def network() -> Iterator[BoundedHttp]:
    with httpx.Client(transport=BoundedTransport()) as http:
        yield BoundedHttp(http)


@pytest.fixture
def authority() -> Authority:
    return Authority()


@pytest.fixture
def secured(authority: Authority, tmp_path: Path) -> Iterator[Endpoint]:
    """A server with a certificate of the authority; it answers with an empty object."""
    tls = authority.server(tmp_path, "localhost")
    with Endpoint(answers(HEAD + b"Content-Length: 2\r\n\r\n{}"), tls=tls) as endpoint:
        yield endpoint


def post(http: BoundedHttp, endpoint: Endpoint) -> httpx.Response:
    return http.request("POST", f"http://127.0.0.1:{endpoint.port}/", content=b"{}")


DRIPS = {
    "the head": drips(HEAD + b"A: ", b"a", b"\r\n\r\n{}"),
    "the body": drips(HEAD + b"Content-Length: 99\r\n\r\n", b" ", b""),
    "chunks": drips(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n", b"0\r\n\r\n"),
    "informational answers": drips(b"", b"HTTP/1.1 100 C\r\n\r\n", HEAD + b"\r\n"),
}


def ticking(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every reading of the clock takes a second."""
    clock = SimpleNamespace(monotonic=count().__next__)
    monkeypatch.setattr("genesys_purge.bounded_stream.time", clock)


@pytest.mark.parametrize("dripping", DRIPS.values(), ids=DRIPS)
def test_answer_that_never_ends_is_left_at_the_deadline(
    dripping: Behaviour, network: BoundedHttp, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticking(monkeypatch)
    with Endpoint(dripping) as endpoint, pytest.raises(httpx.TimeoutException):
        post(network, endpoint)


def test_trace_of_a_request_can_stop_it_before_its_first_byte(network: BoundedHttp) -> None:
    def stop(event: str, _: object) -> None:
        if event == FIRST_BYTE:
            raise LookupError

    with Endpoint(answers(HEAD)) as endpoint:
        url = f"http://127.0.0.1:{endpoint.port}/"
        with pytest.raises(LookupError):
            network.request("POST", url, content=b"{}", extensions={"trace": stop})
        assert endpoint.received() == [b""]


def test_bytes_of_an_answer_are_counted_on_the_wire(network: BoundedHttp) -> None:
    def endless(caller: socket.socket) -> None:
        caller.sendall(HEAD + b"Transfer-Encoding: chunked\r\n\r\n")
        for _ in range(64):
            # A chunk of one byte has 70,000 bytes of extension.
            caller.sendall(b"1;" + b"x" * 70_000 + b"\r\n \r\n")
            sent.append(70_000)

    sent: list[int] = []
    with Endpoint(endless) as endpoint, pytest.raises(httpx.RemoteProtocolError):
        post(network, endpoint)
    assert sum(sent) <= LONGEST_ANSWER + 4 * LONGEST_FRAMING


def test_call_over_tls_reaches_a_trusted_server(
    secured: Endpoint, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(httpx, "create_ssl_context", authority.trusting)
    with httpx.Client(transport=BoundedTransport()) as client:
        answer = BoundedHttp(client).request(
            "POST", f"https://localhost:{secured.port}/", content=b"{}"
        )
    assert answer.json() == {}
    assert secured.protocols == ["http/1.1"]


def test_nothing_is_sent_to_a_server_that_is_not_trusted(
    secured: Endpoint, network: BoundedHttp
) -> None:
    with pytest.raises(httpx.ConnectError):
        network.request("POST", f"https://localhost:{secured.port}/", content=b"{}")
    assert secured.received() == [b""]


def test_reused_connection_has_new_bounds_for_each_call(network: BoundedHttp) -> None:
    body = b" " * 6 * MEGABYTE
    answer = HEAD + b"Content-Length: %d\r\n\r\n" % len(body) + body

    def twice(caller: socket.socket) -> None:
        caller.sendall(answer)
        received = b""
        while not received.endswith(b"{}"):
            received += caller.recv(65_536)
        caller.sendall(answer)

    with Endpoint(twice) as endpoint:
        lengths = [len(post(network, endpoint).content) for _ in range(2)]
        assert len(endpoint.received()) == 1
    assert lengths == [len(body)] * 2


def test_surplus_answer_is_none_to_a_call_on_a_fresh_connection(network: BoundedHttp) -> None:
    surplus = b"HTTP/1.1 409 Conflict\r\nContent-Length: 0\r\n\r\n"
    left_open = []

    def twice(caller: socket.socket) -> None:
        left_open.append(caller.dup())
        caller.sendall(HEAD + b"Content-Length: 2\r\n\r\n{}" + surplus)

    with Endpoint(twice) as endpoint:
        url = f"http://127.0.0.1:{endpoint.port}/"
        post(network, endpoint)
        found = [
            network.request("POST", url, content=b"{}", extensions={FRESH: True}) for _ in range(2)
        ]
        assert [answer.status_code for answer in found] == [200, 200]
        assert len(endpoint.received()) == 3
    for caller in left_open:
        caller.close()
