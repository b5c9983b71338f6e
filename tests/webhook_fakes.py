"""In-memory twins of the ports of webhooks and notifications."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import orjson
from genesys_purge.webhooks import ports as webhook_ports
from genesys_purge.webhooks.outbound.notification import Delivery, Notification
from genesys_purge.webhooks.outbound.subscribers import Subscriber, Subscribers

from tests.rule_fakes import MemoryQueue


class MemoryWebhookSecrets:
    """The secrets `current` and `previous`, if they are not empty."""

    def __init__(self, current: str, previous: str | None = None) -> None:
        self.current = current
        self.previous = previous

    def __call__(self) -> Sequence[bytes]:
        return [each.encode() for each in (self.current, self.previous) if each]


class MemoryDirectory:
    """The subscribers in `subscribed`."""

    def __init__(self) -> None:
        self.subscribed: list[Subscriber] = []

    def subscribers(self) -> Subscribers:
        return Subscribers(subscribers=tuple(self.subscribed))


class MemoryBus:
    """Stores the published notifications; `before_publish` may raise."""

    def __init__(self) -> None:
        self.published: list[Notification] = []
        self.before_publish: Callable[[Notification], None] = lambda notification: None

    def publish(self, notification: Notification) -> None:
        self.before_publish(notification)
        self.published.append(notification)


class Post(NamedTuple):
    """A request as the subscriber receives it."""

    url: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return orjson.loads(self.body)


class MemorySender:
    """Returns or raises `answers` in order, and repeats the last one."""

    def __init__(self) -> None:
        self.answers: list[int | Exception] = [204]
        self.posted: list[Post] = []

    def post(self, url: str, headers: Mapping[str, str], body: bytes) -> int:
        self.posted.append(Post(url, dict(headers), body))
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


if TYPE_CHECKING:
    _secrets: webhook_ports.WebhookSecrets = MemoryWebhookSecrets("")
    _directory: webhook_ports.Directory = MemoryDirectory()
    _bus: webhook_ports.EventBus = MemoryBus()
    _sender: webhook_ports.Sender = MemorySender()
    _deliveries: webhook_ports.Deliveries = MemoryQueue[Delivery]()
