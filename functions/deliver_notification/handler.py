"""DeliverNotification: post a queued notification to its subscriber."""

from genesys_purge.consumers import queued
from genesys_purge.ports import Receipt
from genesys_purge.webhooks.outbound.notification import Delivery
from genesys_purge.wiring import webhooks


@queued(Delivery)
def handler(delivery: Delivery, receipt: Receipt) -> bool:
    return webhooks.deliver_notification()(delivery, receipt)
