"""The use cases of webhooks in and notifications out."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from genesys_purge.wiring import adapters

if TYPE_CHECKING:
    from genesys_purge.store.queues import SqsQueue
    from genesys_purge.webhooks.inbound.ingest_platform_event import IngestPlatformEvent
    from genesys_purge.webhooks.inbound.ingest_webhook import IngestWebhook
    from genesys_purge.webhooks.outbound.deliver_notification import DeliverNotification
    from genesys_purge.webhooks.outbound.publish_notifications import PublishNotifications


@cache
def ingest_webhook() -> IngestWebhook:
    from genesys_purge.store.webhook_secrets import MAX_AGE, StoredWebhookSecrets
    from genesys_purge.webhooks.inbound.ingest_webhook import IngestWebhook

    secret_id = adapters.settings().secrets.webhook
    secrets = StoredWebhookSecrets(adapters.secret(secret_id, MAX_AGE))
    return IngestWebhook(secrets, adapters.ledger(), adapters.meter(), adapters.now)


@cache
def ingest_platform_event() -> IngestPlatformEvent:
    from genesys_purge.webhooks.inbound.ingest_platform_event import IngestPlatformEvent

    return IngestPlatformEvent(adapters.ledger(), adapters.meter(), adapters.now)


@cache
def publish_notifications() -> PublishNotifications:
    from genesys_purge.store.event_bus import EventBridgeBus
    from genesys_purge.webhooks.outbound.publish_notifications import PublishNotifications

    bus = EventBridgeBus(adapters.aws("events"), adapters.settings().stack.event_bus)
    return PublishNotifications(adapters.runs(), adapters.directory(), _deliveries(), bus)


@cache
def deliver_notification() -> DeliverNotification:
    from genesys_purge.calling.backoff import Backoff
    from genesys_purge.webhooks.outbound.deliver_notification import (
        LONGEST_DELAY,
        DeliverNotification,
    )
    from genesys_purge.webhooks.outbound.https_sender import HttpsSender

    this = adapters.settings()
    return DeliverNotification(
        adapters.directory(),
        HttpsSender(this.notification_hosts, loopback=this.loopback_receivers),
        _deliveries(),
        adapters.ledger(),
        adapters.meter(),
        adapters.now,
        Backoff(this.notification_retry_seconds, LONGEST_DELAY),
    )


def _deliveries() -> SqsQueue:
    queues = adapters.settings().queues
    return adapters.queue(queues.deliveries, queues.abandoned_deliveries)
