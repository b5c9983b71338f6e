"""BoundedHttp: every call ends in time, and no answer is larger than the limit."""

from __future__ import annotations

import gzip
import math
import socket
import tracemalloc
import zlib
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from types import SimpleNamespace

import httpx
import pytest
from genesys_purge.errors import GenesysUnavailable, OutcomeUnknown
from genesys_purge.genesys.bounded_http import (
    LONGEST_ANSWER,
    LONGEST_CALL,
    LONGEST_FRAMING,
    SHORTEST_CALL,
    BoundedHttp,
)
from genesys_purge.genesys.transport import BOUNDS, BoundedTransport

from tests.unit.genesys.exchange import Answer, Exchange
from tests.unit.webhooks.outbound.certificates import Authority
from tests.unit.webhooks.outbound.endpoint import Behaviour, Endpoint, answers, drips

MEGABYTE = 1024 * 1024
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


def in_pieces(body: bytes, encoding: str = "", size: int = 65_536) -> BoundedHttp:
    """Answers with these bytes, as they come from a network."""
    pieces = (body[start : start + size] for start in range(0, len(body), size))
    headers = {"content-encoding": encoding} if encoding else {}
    return over(lambda _: httpx.Response(200, headers=headers, content=pieces))


def over(answer: object, time_left: float = math.inf) -> BoundedHttp:
    transport = httpx.MockTransport(answer)  # type: ignore[arg-type]  # a function
    return BoundedHttp(httpx.Client(transport=transport), lambda: time_left)


def bomb(megabytes: int) -> bytes:
    """So many megabytes of blanks as gzip, a hundredth of that."""
    packer = zlib.compressobj(1, zlib.DEFLATED, zlib.MAX_WBITS | 16)
    blanks = b" " * MEGABYTE
    return b"".join(packer.compress(blanks) for _ in range(megabytes)) + packer.flush()


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


@pytest.mark.parametrize("encoding", ["", "identity", "gzip", "x-gzip", " GZIP"])
def test_answer_is_returned_decoded(encoding: str) -> None:
    plain = b'{"results": []}'
    body = gzip.compress(plain) if "zip" in encoding.lower() else plain
    response = in_pieces(body, encoding, size=7).request("GET", "https://api.test/x")
    assert response.json() == {"results": []}
    assert "content-encoding" not in response.headers
    assert response.request.url.path == "/x"


@pytest.mark.parametrize("encoding", ["gzip", ""])
def test_answer_of_10_megabytes_is_read_and_no_more(encoding: str) -> None:
    for length in (LONGEST_ANSWER, LONGEST_ANSWER + 1):
        plain = b" " * length
        http = in_pieces(gzip.compress(plain) if encoding else plain, encoding)
        if length == LONGEST_ANSWER:
            assert len(http.request("GET", "https://api.test").content) == length
        else:
            with pytest.raises(httpx.RequestError, match=f"more than {LONGEST_ANSWER} bytes"):
                http.request("GET", "https://api.test")


def test_small_gzip_of_a_giant_answer_never_fills_the_memory() -> None:
    body = bomb(64)
    assert len(body) < MEGABYTE
    http = in_pieces(body, "gzip")
    tracemalloc.start()
    with pytest.raises(httpx.RequestError):
        http.request("GET", "https://api.test")
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 3 * LONGEST_ANSWER


def test_answer_that_is_not_gzip_or_not_complete_is_refused() -> None:
    whole = gzip.compress(b'{"id": "1"}')
    for body in (b"{}", whole[:-1], whole[:5]):
        with pytest.raises(httpx.DecodingError):
            in_pieces(body, "gzip").request("GET", "https://api.test")


@pytest.mark.parametrize("encoding", ["br", "zstd", "deflate", "gzip, gzip"])
def test_encoding_that_was_not_asked_for_is_refused(encoding: str) -> None:
    with pytest.raises(httpx.DecodingError, match="was not asked for"):
        in_pieces(b"{}", encoding).request("GET", "https://api.test")
    sent = Exchange()
    sent.read()
    assert {each.headers["accept-encoding"] for each in sent.requests} == {"gzip"}


def test_answer_without_a_body_may_name_an_encoding() -> None:
    assert in_pieces(b"", "gzip").request("GET", "https://api.test").content == b""


@pytest.mark.parametrize(
    ("left", "seconds"),
    [(math.inf, LONGEST_CALL), (LONGEST_CALL + 1, LONGEST_CALL), (SHORTEST_CALL, SHORTEST_CALL)],
)
def test_call_may_last_as_long_as_the_function_has_time(
    left: float, seconds: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = SimpleNamespace(monotonic=lambda: 0.0)
    monkeypatch.setattr("genesys_purge.bounded_stream.time", clock)
    sent: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        return httpx.Response(200, content=iter([b"{}"]))

    over(answer, left).request("GET", "https://api.test")
    assert sent[0].extensions[BOUNDS].left() == seconds


@pytest.mark.parametrize("left", [SHORTEST_CALL - 0.001, 0.0, -60.0])
def test_nothing_is_sent_with_too_little_time_for_an_answer(left: float) -> None:
    for act in (Exchange.read, Exchange.delete):
        exchange = Exchange(time_left=lambda: left)
        with pytest.raises(GenesysUnavailable, match="less than 10 seconds left"):
            act(exchange)
        assert (exchange.requests, exchange.slept) == ([], [])


@pytest.mark.parametrize(("left", "calls"), [(SHORTEST_CALL + 9, 4), (SHORTEST_CALL + 4, 1)])
def test_reading_call_is_retried_only_if_time_is_left_after_the_wait(
    left: float, calls: int
) -> None:
    busy = Answer(503, headers=(("Retry-After", "5"),))
    exchange = Exchange(busy, time_left=lambda: left)
    with pytest.raises(GenesysUnavailable, match="answered 503"):
        exchange.read()
    assert (len(exchange.calls), len(exchange.slept)) == (calls, calls - 1)


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


def test_deleting_call_without_a_complete_answer_has_an_unknown_outcome() -> None:
    exchange = Exchange(Answer(202, b" " * (LONGEST_ANSWER + 1)))
    with pytest.raises(OutcomeUnknown):
        exchange.delete()
    assert len(exchange.calls) == 1
