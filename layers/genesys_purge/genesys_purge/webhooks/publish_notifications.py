"""PublishNotifications: each new fact of the audit to the bus and to the subscribers."""

from __future__ import annotations

from genesys_purge.model.audit import AuditRecord
from genesys_purge.ports import Runs
from genesys_purge.webhooks.notification import Delivery
from genesys_purge.webhooks.notifications import notifications
from genesys_purge.webhooks.ports import Deliveries, Directory, EventBus


class PublishNotifications:
    """Fed by the audit's own stream, so that no fact goes untold and no purge waits for telling."""

    def __init__(
        self, runs: Runs, directory: Directory, deliveries: Deliveries, bus: EventBus
    ) -> None:
        self._runs = runs
        self._directory = directory
        self._deliveries = deliveries
        self._bus = bus

    def __call__(self, record: AuditRecord) -> None:
        """Publish what the record is worth telling; again, under the same ids, where repeated."""
        for notification in notifications(record, self._runs):
            self._bus.publish(notification)
            for subscriber in self._directory.subscribers().subscribers:
                if subscriber.wants(notification.event):
                    self._deliveries.send(
                        Delivery(subscriber=subscriber.name, notification=notification)
                    )
