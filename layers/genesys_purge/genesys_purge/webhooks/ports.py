"""What notifications and webhooks see of the world, beside the ports of all."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from genesys_purge.ports import Queue
from genesys_purge.webhooks.notification import Delivery, Notification, Subscribers

Deliveries = Queue[Delivery]


class EventBus(Protocol):
    """The application's own events, for other AWS services."""

    def publish(self, notification: Notification) -> None:
        """Publish the notification as an event."""


class Directory(Protocol):
    """Who subscribes to notifications."""

    def subscribers(self) -> Subscribers:
        """Every subscriber; Misconfigured where they cannot be read."""


class Receiver(Protocol):
    """The way out to a subscriber."""

    def post(self, url: str, headers: Mapping[str, str], body: bytes) -> int:
        """The HTTP status it answers; ReceiverRefused or ReceiverUnreachable where it has none."""


# The secrets under which a webhook may be signed, the current one first.
WebhookSecrets = Callable[[], Sequence[bytes]]
