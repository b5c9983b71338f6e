"""PublishNotifications: new audit records, for the subscribers and the event bus."""

from genesys_purge.consumers import streamed
from genesys_purge.model.audit import AuditRecord
from genesys_purge.wiring import auditing, webhooks


@streamed(auditing.stored_records().read)
def handler(record: AuditRecord) -> None:
    webhooks.publish_notifications()(record)
