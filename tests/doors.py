"""Those whom the application tells, and those who tell it, across the network that tests have."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import httpx
from genesys_purge.webhooks.addresses import check_addresses, check_url

from tests.webhook_fakes import Post

PUBLIC = "93.184.216.34"
WEBHOOK_URL = "https://api.test/webhooks/genesys"


class Receivers:
    """The subscribers' systems, by host: what they were sent, and what they answer.

    A host in `answers` gives its statuses, or raises its errors, in turn and the last one from then
    on; all others answer 204. Hosts in `addresses` are there, all others at a public address.
    """

    def __init__(self) -> None:
        self.posted: list[Post] = []
        self.answers: dict[str, list[int | Exception]] = {}
        self.addresses: dict[str, str] = {}

    def door(self, allowed_hosts: frozenset[str], *, loopback: bool) -> Door:
        """Built in place of HttpsReceiver."""
        return Door(self, allowed_hosts, loopback=loopback)

    def answer(self, host: str) -> int:
        """The next answer of a host."""
        answers = self.answers.get(host, [204])
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


class Door:
    """Implements the `Receiver` port; all that is checked of a URL is, and nothing connects."""

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
    """Genesys's way to our webhook, and to no other URL; `down` is how often nobody answers."""

    def __init__(self, call: Callable[[bytes, Mapping[str, str]], Mapping[str, Any]]) -> None:
        self._call = call
        self.sent: list[Post] = []
        self.down = 0

    def post(self, url: str, *, content: bytes, headers: dict[str, str]) -> httpx.Response:
        """Implements the simulator's `Sender`."""
        self.sent.append(Post(url, headers, content))
        if self.down:
            self.down -= 1
            raise httpx.ConnectError("nobody answers")
        assert url == WEBHOOK_URL
        return httpx.Response(self._call(content, headers)["statusCode"])


def is_text(body: bytes) -> bool:
    """Whether the HTTP API hands a body on as it is, and not as base64."""
    try:
        body.decode()
    except UnicodeDecodeError:
        return False
    return True
