"""PublishNotifications: the notifications of each new audit record, to bus and subscribers."""

from __future__ import annotations

from genesys_purge.model.audit import AuditRecord
from genesys_purge.ports import Runs
from genesys_purge.webhooks.outbound.bodies import notifications
from genesys_purge.webhooks.outbound.notification import Delivery
from genesys_purge.webhooks.ports import Deliveries, Directory, EventBus


class PublishNotifications:
    """Reads the stream of the audit table, so no record is missed and no purge waits for it."""

    def __init__(
        self, runs: Runs, directory: Directory, deliveries: Deliveries, bus: EventBus
    ) -> None:
        self._runs = runs
        self._directory = directory
        self._deliveries = deliveries
        self._bus = bus

    def __call__(self, record: AuditRecord) -> None:
        """Publish the notifications of the record; a repeated record publishes the same ids."""
        for notification in notifications(record, self._runs):
            self._bus.publish(notification)
            for subscriber in self._directory.subscribers().subscribers:
                if subscriber.wants(notification.event):
                    self._deliveries.send(
                        Delivery(subscriber=subscriber.name, notification=notification)
                    )
