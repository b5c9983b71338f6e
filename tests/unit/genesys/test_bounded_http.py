"""BoundedHttp: every call ends in time, and no answer is larger than the limit."""

from __future__ import annotations

import gzip
import math
import tracemalloc
import zlib
from types import SimpleNamespace

import httpx
import pytest
from genesys_purge.errors import GenesysUnavailable, OutcomeUnknown
from genesys_purge.genesys.bounded_http import (
    LONGEST_ANSWER,
    LONGEST_CALL,
    SHORTEST_CALL,
    BoundedHttp,
)
from genesys_purge.genesys.transport import BOUNDS

from tests.unit.genesys.exchange import Answer, Exchange

MEGABYTE = 1024 * 1024


def over(answer: object, time_left: float = math.inf) -> BoundedHttp:
    transport = httpx.MockTransport(answer)  # type: ignore[arg-type]  # a function
    return BoundedHttp(httpx.Client(transport=transport), lambda: time_left)


def in_pieces(body: bytes, encoding: str = "", size: int = 65_536) -> BoundedHttp:
    """Answers with these bytes, as they come from a network."""
    pieces = (body[start : start + size] for start in range(0, len(body), size))
    headers = {"content-encoding": encoding} if encoding else {}
    return over(lambda _: httpx.Response(200, headers=headers, content=pieces))


def bomb(megabytes: int) -> bytes:
    """So many megabytes of blanks as gzip, a hundredth of that."""
    packer = zlib.compressobj(1, zlib.DEFLATED, zlib.MAX_WBITS | 16)
    blanks = b" " * MEGABYTE
    return b"".join(packer.compress(blanks) for _ in range(megabytes)) + packer.flush()


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


def test_deleting_call_without_a_complete_answer_has_an_unknown_outcome() -> None:
    exchange = Exchange(Answer(202, b" " * (LONGEST_ANSWER + 1)))
    with pytest.raises(OutcomeUnknown):
        exchange.delete()
    assert len(exchange.calls) == 1
