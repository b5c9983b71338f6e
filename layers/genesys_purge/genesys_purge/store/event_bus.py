"""The application's own EventBridge bus."""

from __future__ import annotations

from typing import TYPE_CHECKING

from genesys_purge.errors import TryLater
from genesys_purge.webhooks.outbound.notification import Notification

if TYPE_CHECKING:
    from mypy_boto3_events import EventBridgeClient

SOURCE = "genesys-purge"


class EventBridgeBus:
    """Implements the `EventBus` port: the notification is the event's detail."""

    def __init__(self, client: EventBridgeClient, name: str) -> None:
        self._client = client
        self._name = name

    def publish(self, notification: Notification) -> None:
        """TryLater if the bus refuses the event."""
        answer = self._client.put_events(
            Entries=[
                {
                    "EventBusName": self._name,
                    "Source": SOURCE,
                    "DetailType": notification.event,
                    "Time": notification.at,
                    "Detail": notification.model_dump_json(by_alias=True, exclude_none=True),
                }
            ]
        )
        if answer["FailedEntryCount"]:
            code = answer["Entries"][0].get("ErrorCode", "no reason")
            raise TryLater(f"the event bus did not accept {notification.event}: {code}")
