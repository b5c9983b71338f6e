"""The ports of webhooks and notifications, beside those of all features."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from genesys_purge.ports import Queue
from genesys_purge.webhooks.outbound.notification import Delivery, Notification
from genesys_purge.webhooks.outbound.subscribers import Subscribers

Deliveries = Queue[Delivery]
# The secrets that may have signed a webhook, the current one first.
WebhookSecrets = Callable[[], Sequence[bytes]]


class EventBus(Protocol):
    """The application's own events, for other AWS services."""

    def publish(self, notification: Notification) -> None:
        """Publish the notification as an event."""


class Directory(Protocol):
    """The subscribers to notifications."""

    def subscribers(self) -> Subscribers:
        """Every subscriber; Misconfigured if they cannot be read."""


class Sender(Protocol):
    """Sends a notification to a subscriber."""

    def post(self, url: str, headers: Mapping[str, str], body: bytes) -> int:
        """The HTTP status of the answer; DestinationRefused or NoAnswer if there is none."""
