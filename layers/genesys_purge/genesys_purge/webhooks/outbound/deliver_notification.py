"""DeliverNotification: post a signed notification to its subscriber, or give it up in the end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import orjson

from genesys_purge.calling.backoff import Backoff
from genesys_purge.model.audit import Action, AuditRecord
from genesys_purge.model.record_facts import DeliveryFacts
from genesys_purge.ports import AuditLog, Clock, Meter, Receipt
from genesys_purge.webhooks.outbound.destination import DestinationRefused
from genesys_purge.webhooks.outbound.https_sender import NoAnswer
from genesys_purge.webhooks.outbound.notification import Delivery, Event, Notification
from genesys_purge.webhooks.outbound.signatures import signed_entry, standard_headers
from genesys_purge.webhooks.outbound.subscribers import Subscriber
from genesys_purge.webhooks.ports import Deliveries, Directory, Sender

SOURCE = "genesys-purge-orchestrator"
ATTEMPTS = 8
# SQS hides a message for at most twelve hours after its receipt, and some time has passed.
LONGEST_DELAY = 42_000
GONE = 410


class Outcome(NamedTuple):
    """The result of one attempt, in words, and what to do next."""

    words: str
    is_delivered: bool = False
    is_final: bool = False


class DeliverNotification:
    """Only a 2xx is a success; everything else is retried, unless a retry cannot help.

    `backoff` has the waits between the attempts, and draws their jitter of up to a quarter.
    """

    def __init__(
        self,
        directory: Directory,
        sender: Sender,
        deliveries: Deliveries,
        audit: AuditLog,
        meter: Meter,
        now: Clock,
        backoff: Backoff,
    ) -> None:
        self._directory = directory
        self._sender = sender
        self._deliveries = deliveries
        self._audit = audit
        self._meter = meter
        self._now = now
        self._backoff = backoff

    def __call__(self, delivery: Delivery, receipt: Receipt) -> bool:
        """True if the message is done: it was delivered, or it is a dead letter."""
        outcome = self._attempt(delivery)
        if outcome.is_delivered:
            self._record(delivery, Action.NOTIFICATION_DELIVERED, outcome, receipt)
            self._meter.count("NotificationsDelivered")
            return True
        if not outcome.is_final and receipt.times < ATTEMPTS:
            self._deliveries.postpone(receipt, self._delay(receipt.times))
            return False
        self._deliveries.bury(delivery)
        self._record(delivery, Action.NOTIFICATION_ABANDONED, outcome, receipt)
        self._meter.count("NotificationsAbandoned")
        return True

    def _attempt(self, delivery: Delivery) -> Outcome:
        subscriber = self._directory.subscribers().named(delivery.subscriber)
        if subscriber is None:
            # Not final: the cached list may be older than the message.
            return Outcome("no such subscriber")
        body = _body_of(delivery.notification, subscriber.keys)
        headers = self._headers(delivery.notification, body, subscriber.keys)
        return self._post(subscriber, headers, body)

    def _post(self, subscriber: Subscriber, headers: Mapping[str, str], body: bytes) -> Outcome:
        try:
            status = self._sender.post(subscriber.url, headers, body)
        except DestinationRefused as error:
            return Outcome(f"refused: {error}", is_final=True)
        except NoAnswer as error:
            return Outcome(str(error))
        is_success = status // 100 == 2  # noqa: PLR2004  every 2xx status
        return Outcome(f"answered {status}", is_delivered=is_success, is_final=status == GONE)

    def _headers(
        self, notification: Notification, body: bytes, keys: Sequence[bytes]
    ) -> dict[str, str]:
        sent_at = int(self._now().timestamp())
        return {
            "content-type": "application/json",
            "user-agent": SOURCE,
            "x-audit-source": SOURCE,
            "x-request-id": notification.notification_id,
            "x-purge-event": notification.event,
            "x-purge-run": notification.run_id,
        } | standard_headers(notification.notification_id, sent_at, body, keys)

    def _delay(self, failures: int) -> int:
        """Doubled for each failure, with jitter so that the messages do not all return at once."""
        delay = self._backoff.ceiling(failures)
        return round(min(delay + self._backoff.uniform(0, delay / 4), self._backoff.longest))

    def _record(
        self, delivery: Delivery, action: Action, outcome: Outcome, receipt: Receipt
    ) -> None:
        notification, now = delivery.notification, self._now()
        self._audit.append(
            AuditRecord(
                run_id=notification.run_id,
                at=now,
                actor="deliver_notification",
                action=action,
                rule_id=notification.rule_id,
                latency_seconds=round((now - notification.at).total_seconds(), 3),
                delivery=DeliveryFacts(
                    event=notification.event,
                    subscriber=delivery.subscriber,
                    notification_id=notification.notification_id,
                    attempt=receipt.times,
                ),
                detail=outcome.words,
            )
        )


def _body_of(notification: Notification, keys: Sequence[bytes]) -> bytes:
    """The bytes that are signed and sent; an audit entry also contains its own signature."""
    if notification.event is Event.RUN_FINISHED:
        return orjson.dumps(signed_entry(notification.body, keys))
    return orjson.dumps(dict(notification.body))
