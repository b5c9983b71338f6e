"""The EventBridge bus of this stack."""

from __future__ import annotations

from typing import TYPE_CHECKING

from genesys_purge.errors import TryLater
from genesys_purge.webhooks.outbound.notification import Notification

if TYPE_CHECKING:
    from mypy_boto3_events import EventBridgeClient

SOURCE = "genesys-purge"


class EventBridgeBus:
    """Implements the `EventBus` port; the notification is the detail of the event."""

    def __init__(self, client: EventBridgeClient, name: str) -> None:
        self._client = client
        self._name = name

    def publish(self, notification: Notification) -> None:
        """Publishes the notification; raises TryLater if the bus refuses the event."""
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
            code = answer["Entries"][0].get("ErrorCode", "no error code")
            raise TryLater(f"the event bus refused {notification.event}: {code}")
