"""HttpsSender: one deadline for everything, and a limit to what it reads."""

from __future__ import annotations

import socket
import threading
from collections.abc import Sequence
from itertools import count
from types import SimpleNamespace

import pytest
from genesys_purge.webhooks.outbound.https_sender import LONGEST_ANSWER, HttpsSender, NoAnswer

from tests.unit.webhooks.outbound.endpoint import (
    BODY,
    HOST,
    NO_CONTENT,
    SHORT,
    Behaviour,
    Endpoint,
    answers,
    drips,
    hangs,
    sender,
    url,
)


@pytest.mark.parametrize(
    "behaviour",
    [
        pytest.param(hangs, id="silence"),
        pytest.param(drips(b"", b"H", NO_CONTENT), id="no status line"),
        pytest.param(drips(b"HTTP/1.1 200 OK\r\nA: ", b"a", b"\r\n\r\n"), id="an endless header"),
        pytest.param(drips(b"", b"HTTP/1.1 100 C\r\n\r\n", NO_CONTENT), id="patience"),
    ],
)
def test_slow_subscriber_is_left_at_the_deadline(behaviour: Behaviour) -> None:
    with (
        Endpoint(behaviour) as endpoint,
        pytest.raises(NoAnswer, match=f"^{HOST} gave no answer within {SHORT} seconds$"),
    ):
        sender(endpoint, timeout_seconds=SHORT).post(url(endpoint), {}, BODY)


def ticking(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every reading of the clock takes a second."""
    clock = SimpleNamespace(monotonic=count().__next__)
    monkeypatch.setattr("genesys_purge.bounded_stream.time", clock)


def test_deadline_ends_every_step(endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    """The steps: resolve, connect, send the head, send the body, read."""
    for seconds in range(1, 6):
        ticking(monkeypatch)
        with pytest.raises(NoAnswer, match=f"gave no answer within {seconds} seconds$"):
            sender(endpoint, timeout_seconds=seconds).post(url(endpoint), {}, BODY)
    ticking(monkeypatch)
    assert sender(endpoint, timeout_seconds=6).post(url(endpoint), {}, BODY) == 204


def test_subscriber_that_does_not_read_is_left_at_the_deadline() -> None:
    # The system accepts the connection before the server does.
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        allowed = frozenset({f"127.0.0.1:{port}"})
        post = HttpsSender(allowed, loopback=True, timeout_seconds=SHORT).post
        with pytest.raises(NoAnswer, match="gave no answer within"):
            post(f"http://127.0.0.1:{port}/", {}, bytes(16 * 1024 * 1024))


def test_resolver_that_hangs_is_left_at_the_deadline(endpoint: Endpoint) -> None:
    over, waited = threading.Event(), []

    def hanging(*_: object) -> Sequence[str]:
        waited.append(over.wait(10 * SHORT))
        return ["127.0.0.1"]

    post = sender(endpoint, resolver=hanging, timeout_seconds=SHORT).post
    with pytest.raises(NoAnswer, match="gave no answer within"):
        post(url(endpoint), {}, BODY)
    assert waited == []
    over.set()
    assert endpoint.received() == []


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\n" + b"A: a\r\n" * 100_000 + b"\r\n",
        b"HTTP/1.1 200 OK\r\nA: " + b"a" * 600_000 + b"\r\n\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\n" * 30_000 + NO_CONTENT,
        b"a" * 600_000,
    ],
    ids=["headers", "a header", "informational answers", "no answer"],
)
def test_giant_head_is_not_read_to_its_end(answer: bytes) -> None:
    with (
        Endpoint(answers(answer)) as endpoint,
        pytest.raises(NoAnswer, match=f"^{HOST} gave no answer: RemoteProtocolError$"),
    ):
        sender(endpoint).post(url(endpoint), {}, BODY)


def padded(length: int) -> bytes:
    """An answer whose status line is that long."""
    lead, end = b"HTTP/1.1 100 Continue\r\nA: ", b"\r\n\r\n" + NO_CONTENT
    return lead.ljust(length - len(end), b"a") + end


def test_64_kib_of_an_answer_are_read_and_no_more() -> None:
    with Endpoint(answers(padded(LONGEST_ANSWER))) as endpoint:
        assert sender(endpoint).post(url(endpoint), {}, BODY) == 204
    with Endpoint(answers(padded(LONGEST_ANSWER + 1))) as endpoint, pytest.raises(NoAnswer):
        sender(endpoint).post(url(endpoint), {}, BODY)


def test_giant_body_is_not_read() -> None:
    sent: list[int] = []

    def giant(caller: socket.socket) -> None:
        caller.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        for _ in range(10_000):
            caller.sendall(b"FFFF\r\n" + b"a" * 0xFFFF + b"\r\n")
            sent.append(0xFFFF)

    with Endpoint(giant) as endpoint:
        assert sender(endpoint).post(url(endpoint), {}, BODY) == 200
    assert len(sent) < 10_000


def test_missing_body_is_not_waited_for() -> None:
    with Endpoint(drips(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n", b"", b"")) as endpoint:
        assert sender(endpoint).post(url(endpoint), {}, BODY) == 200
