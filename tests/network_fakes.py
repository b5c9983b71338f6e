"""The systems that the application calls, without a network."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import httpx
from genesys_purge.webhooks.outbound.destination import check_addresses, check_url

from tests.webhook_fakes import Post

PUBLIC = "93.184.216.34"
WEBHOOK_URL = "https://api.test/webhooks/genesys"


class Receivers:
    """The subscribers' systems by host, and the requests that they received.

    A host in `answers` returns its statuses or raises its errors in order, and repeats the last
    one. Other hosts answer 204. A host has the address in `addresses`, or a public one.
    """

    def __init__(self) -> None:
        self.posted: list[Post] = []
        self.answers: dict[str, list[int | Exception]] = {}
        self.addresses: dict[str, str] = {}

    def receiver(self, allowed_hosts: frozenset[str], *, loopback: bool) -> FakeReceiver:
        """The sender of the application, instead of HttpsSender."""
        return FakeReceiver(self, allowed_hosts, loopback=loopback)

    def answer(self, host: str) -> int:
        """The next answer of a host."""
        answers = self.answers.get(host, [204])
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


class FakeReceiver:
    """Implements the `Sender` port: checks URL and address, and connects to nothing."""

    def __init__(
        self, receivers: Receivers, allowed_hosts: frozenset[str], *, loopback: bool
    ) -> None:
        self._receivers = receivers
        self._allowed_hosts = allowed_hosts
        self._loopback = loopback

    def post(self, url: str, headers: Mapping[str, str], body: bytes) -> int:
        target = check_url(url, self._allowed_hosts, loopback=self._loopback)
        address = self._receivers.addresses.get(target.host, PUBLIC)
        check_addresses(target, [address], loopback=self._loopback)
        self._receivers.posted.append(Post(url, dict(headers), body))
        return self._receivers.answer(target.host)


class Callback:
    """Sends the calls of Genesys to our webhook; the next `down` calls get no answer."""

    def __init__(self, call: Callable[[bytes, Mapping[str, str]], Mapping[str, Any]]) -> None:
        self._call = call
        self.sent: list[Post] = []
        self.down = 0

    def post(self, url: str, *, content: bytes, headers: dict[str, str]) -> httpx.Response:
        """Implements the simulator's `Sender`."""
        self.sent.append(Post(url, headers, content))
        if self.down:
            self.down -= 1
            raise httpx.ConnectError("no answer")
        assert url == WEBHOOK_URL
        return httpx.Response(self._call(content, headers)["statusCode"])


def streamed(response: httpx.Response) -> httpx.Response:
    """The same response as a stream that was not read yet, as it comes from a network."""
    content, headers = iter([response.read()]), response.headers.raw
    return httpx.Response(response.status_code, headers=headers, content=content)


def answering(answer: Callable[[httpx.Request], httpx.Response]) -> httpx.Client:
    """A client whose answers come from a function."""
    transport = httpx.MockTransport(lambda request: streamed(answer(request)))
    return httpx.Client(transport=transport)


def is_text(body: bytes) -> bool:
    """Whether the HTTP API passes a body on as text, not as base64."""
    try:
        body.decode()
    except UnicodeDecodeError:
        return False
    return True
