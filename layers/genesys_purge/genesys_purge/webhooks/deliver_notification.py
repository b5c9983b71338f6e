"""DeliverNotification: post a signed notification to its subscriber, or give up in the end."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import NamedTuple

import orjson

from genesys_purge.model.audit import Action, AuditRecord
from genesys_purge.ports import AuditLog, Clock, Meter, Receipt
from genesys_purge.webhooks.notification import Delivery, Event, Notification, Subscriber
from genesys_purge.webhooks.ports import Deliveries, Directory, Receiver
from genesys_purge.webhooks.receiver import ReceiverRefused, ReceiverUnreachable
from genesys_purge.webhooks.signatures import signed_entry, standard_headers

SOURCE = "genesys-purge-orchestrator"
ATTEMPTS = 8
# SQS hides a message for twelve hours from when it was handed out, of which some have passed.
LONGEST_DELAY = 42_000
GONE = 410


class Answer(NamedTuple):
    """How an attempt went: in words, and what to do next."""

    words: str
    is_delivered: bool = False
    is_final: bool = False


class DeliverNotification:
    """Only a 2xx is success; all else is tried again, save where trying again cannot help."""

    def __init__(
        self,
        directory: Directory,
        receiver: Receiver,
        deliveries: Deliveries,
        audit: AuditLog,
        meter: Meter,
        now: Clock,
        retry_seconds: float,
    ) -> None:
        self._directory = directory
        self._receiver = receiver
        self._deliveries = deliveries
        self._audit = audit
        self._meter = meter
        self._now = now
        self._retry_seconds = retry_seconds

    def __call__(self, delivery: Delivery, receipt: Receipt) -> bool:
        """Whether the queue may forget the message: it was delivered, or buried."""
        answer = self._attempt(delivery)
        if answer.is_delivered:
            self._record(delivery, Action.NOTIFICATION_DELIVERED, answer, receipt)
            self._meter.count("NotificationsDelivered")
            return True
        if not answer.is_final and receipt.times < ATTEMPTS:
            self._deliveries.postpone(receipt, self._delay(receipt.times))
            return False
        self._deliveries.bury(delivery)
        self._record(delivery, Action.NOTIFICATION_ABANDONED, answer, receipt)
        self._meter.count("NotificationsAbandoned")
        return True

    def _attempt(self, delivery: Delivery) -> Answer:
        subscriber = self._directory.subscribers().named(delivery.subscriber)
        if subscriber is None:
            # One that is new may be known to whoever sent the message, and not yet here.
            return Answer("there is no such subscriber")
        body = _body_of(delivery.notification, subscriber.key)
        headers = self._headers(delivery.notification, body, subscriber.key)
        return self._post(subscriber, headers, body)

    def _post(self, subscriber: Subscriber, headers: Mapping[str, str], body: bytes) -> Answer:
        try:
            status = self._receiver.post(subscriber.url, headers, body)
        except ReceiverRefused as error:
            return Answer(f"refused: {error}", is_final=True)
        except ReceiverUnreachable as error:
            return Answer(str(error))
        words = f"answered {status}"
        return Answer(words, is_delivered=200 <= status < 300, is_final=status == GONE)  # noqa: PLR2004

    def _headers(self, notification: Notification, body: bytes, secret: bytes) -> dict[str, str]:
        return {
            "content-type": "application/json",
            "user-agent": SOURCE,
            "x-audit-source": SOURCE,
            "x-request-id": notification.notification_id,
            "x-purge-event": notification.event,
            "x-purge-run": notification.run_id,
        } | standard_headers(
            notification.notification_id, int(self._now().timestamp()), body, secret
        )

    def _delay(self, times: int) -> int:
        """Doubled each time, and a little by chance, so that receivers are not all met at once."""
        delay = self._retry_seconds * 2.0 ** (times - 1)
        return min(round(delay + random.uniform(0, delay / 4)), LONGEST_DELAY)  # noqa: S311

    def _record(self, delivery: Delivery, action: Action, answer: Answer, receipt: Receipt) -> None:
        about, now = delivery.notification, self._now()
        self._audit.append(
            AuditRecord(
                run_id=about.run_id,
                at=now,
                actor="deliver_notification",
                action=action,
                rule_id=about.rule_id,
                latency_seconds=round((now - about.at).total_seconds(), 3),
                detail=f"{about.event} to {delivery.subscriber}, {about.notification_id}: "
                f"{answer.words}, attempt {receipt.times}",
            )
        )


def _body_of(notification: Notification, secret: bytes) -> bytes:
    """The body as bytes, the very ones that are signed; an audit entry is signed in itself, too."""
    if notification.event is Event.RUN_FINISHED:
        return orjson.dumps(signed_entry(notification.body, secret))
    return orjson.dumps(dict(notification.body))
