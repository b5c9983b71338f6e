"""A server with a given behaviour, and a sender that may call it."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from genesys_purge.webhooks.outbound.https_sender import HttpsSender

HOST = "hooks.example"
BODY = b'{"event":"run.finished"}'
NO_CONTENT = b"HTTP/1.1 204 No Content\r\n\r\n"
# Seconds: a deadline in these tests, and how long a server waits for its caller.
SHORT, LONG = 0.1, 2.0

Behaviour = Callable[[socket.socket], None]


class Endpoint:
    """A server on this machine with a given behaviour; it serves one caller after the other."""

    def __init__(
        self, behaviour: Behaviour, *, tls: ssl.SSLContext | None = None, address: str = "127.0.0.1"
    ) -> None:
        self.protocols: list[str | None] = []
        self._received: list[bytes] = []
        self._behaviour = behaviour
        self._tls = tls
        self._family = socket.AF_INET6 if ":" in address else socket.AF_INET
        self._listener = socket.create_server((address, 0), family=self._family)
        self.port: int = self._listener.getsockname()[1]
        self._last_caller: object = None
        self._thread = threading.Thread(target=self._serve)

    def __enter__(self) -> Endpoint:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.received()

    def received(self) -> list[bytes]:
        """The bytes of each caller; stops the server."""
        if self._last_caller is None:
            address = self._listener.getsockname()
            with socket.socket(self._family) as caller:
                caller.bind((address[0], 0))
                self._last_caller = caller.getsockname()
                caller.connect(address)
                self._thread.join()
            self._listener.close()
        return self._received

    def _serve(self) -> None:
        while True:
            caller, address = self._listener.accept()
            caller.settimeout(LONG)
            with caller:
                if address == self._last_caller:
                    return
                self._received.append(b"")
                self._answer(caller)

    def _answer(self, caller: socket.socket) -> None:
        try:
            if self._tls is None:
                self._exchange(caller)
                return
            with self._tls.wrap_socket(caller, server_side=True) as secured:
                self.protocols.append(secured.selected_alpn_protocol())
                self._exchange(secured)
        except OSError:
            # The caller hung up, as many of these tests expect.
            return

    def _exchange(self, caller: socket.socket) -> None:
        while b"\r\n\r\n" not in self._received[-1] or not self._is_whole():
            chunk = caller.recv(65_536)
            if not chunk:
                return
            self._received[-1] += chunk
        self._behaviour(caller)

    def _is_whole(self) -> bool:
        head, _, body = self._received[-1].partition(b"\r\n\r\n")
        _, _, length = head.lower().partition(b"content-length: ")
        return len(body) >= int(length.split(b"\r\n")[0])


def answers(answer: bytes) -> Behaviour:
    return lambda caller: caller.sendall(answer)


def drips(lead: bytes, drop: bytes, end: bytes) -> Behaviour:
    """Answers drop by drop for about ten deadlines, then completely."""

    def drip(caller: socket.socket) -> None:
        caller.sendall(lead)
        caller.settimeout(SHORT / 10)
        for _ in range(100):
            caller.sendall(drop)
            try:
                if caller.recv(1) == b"":
                    return
            except TimeoutError:
                continue
        caller.sendall(end)

    return drip


def hangs(caller: socket.socket) -> None:
    """Answers nothing until the caller hangs up, or for `LONG` seconds."""
    caller.recv(1)


class Names:
    """A resolver with answers in order, the last one again and again; `asked` has its calls."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self._answers = list(answers)
        self.asked: list[tuple[str, int]] = []

    def __call__(self, host: str, port: int) -> Sequence[str]:
        self.asked.append((host, port))
        return self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]


def sender(endpoint: Endpoint, names: Names | None = None, **changes: Any) -> HttpsSender:
    """A sender that may call the endpoint under the name of the host."""
    allowed = frozenset({f"{HOST}:{endpoint.port}"})
    given: dict[str, Any] = {"allowed_hosts": allowed, "loopback": True, **changes}
    return HttpsSender(**{"resolver": names or Names(["127.0.0.1"]), **given})


def url(endpoint: Endpoint, scheme: str = "http", path: str = "/hook") -> str:
    return f"{scheme}://{HOST}:{endpoint.port}{path}"


def diverted(monkeypatch: pytest.MonkeyPatch, endpoint: Endpoint) -> list[tuple[str, int]]:
    """The addresses of later connections, which all go to the endpoint instead."""
    connect = socket.create_connection
    asked: list[tuple[str, int]] = []

    def to_the_endpoint(address: tuple[str, int], *rest: Any, **named: Any) -> socket.socket:
        asked.append(address)
        return connect(("127.0.0.1", endpoint.port), *rest, **named)

    monkeypatch.setattr(socket, "create_connection", to_the_endpoint)
    return asked
