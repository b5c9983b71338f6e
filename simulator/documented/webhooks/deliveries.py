"""The queue of webhook deliveries: signed, sent and reattempts until one succeeds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from hmac import new as new_hmac
from threading import RLock
from typing import Protocol
from uuid import uuid4

import httpx

from simulator.http.answer import JSON
from simulator.organisation.settings import SimulatorSettings

SIGNATURE = "X-Genesys-Webhook-Signature"
TIMEOUT_SECONDS = 10.0
# The resolver raises UnicodeError for a host name that it cannot encode.
UNDELIVERED = (httpx.HTTPError, httpx.InvalidURL, OSError, UnicodeError)


class Sender(Protocol):
    """The part of httpx.Client that sends a delivery."""

    def post(self, url: str, *, content: bytes, headers: dict[str, str]) -> httpx.Response:
        """Returns the answer of any status."""


class DirectSender:
    """Sends each delivery over its own connection, without proxies and redirects."""

    def post(self, url: str, *, content: bytes, headers: dict[str, str]) -> httpx.Response:
        """Returns the answer; raises httpx.HTTPError."""
        return httpx.post(
            url, content=content, headers=headers, timeout=TIMEOUT_SECONDS, trust_env=False
        )


class DeliveryState(StrEnum):
    """The states of a delivery."""

    WAITING = "waiting"
    SENDING = "sending"
    DELIVERED = "delivered"
    ABANDONED = "abandoned"


@dataclass(frozen=True, slots=True)
class Attempt:
    """When a delivery was sent, and the status of the answer or the error."""

    at: datetime
    status: int | None = None
    error: str | None = None

    @property
    def succeeded(self) -> bool:
        """Whether the answer was a 2xx."""
        return self.status is not None and httpx.codes.is_success(self.status)


@dataclass(slots=True)
class Delivery:
    """One event for one webhook; `due_at` is the time of the next attempt."""

    webhook_id: str
    url: str
    body: bytes
    due_at: datetime
    delivery_id: str = field(default_factory=lambda: str(uuid4()))
    state: DeliveryState = DeliveryState.WAITING
    attempts: list[Attempt] = field(default_factory=list)


class Deliveries:
    """The queue; it does not send under the lock, so that receivers can call the simulator."""

    def __init__(
        self,
        settings: SimulatorSettings,
        now: Callable[[], datetime],
        lock: RLock,
        sender: Sender,
    ) -> None:
        self._settings = settings
        self._now = now
        self._lock = lock
        self._sender = sender
        self._deliveries: list[Delivery] = []

    def add(self, webhook_id: str, url: str, body: bytes, at: datetime) -> None:
        """Queues a delivery that is due immediately."""
        with self._lock:
            self._deliveries.append(Delivery(webhook_id, url, body, at))

    def of(self, webhook_id: str) -> list[Delivery]:
        """Every delivery to a webhook, in order."""
        with self._lock:
            return [each for each in self._deliveries if each.webhook_id == webhook_id]

    def deliver_due(self) -> None:
        """Sends each due delivery once, in order; concurrent callers never send the same one."""
        for each in self._take():
            attempt = self._send(each)
            with self._lock:
                self._note(each, attempt)

    def _take(self) -> list[Delivery]:
        with self._lock:
            now = self._now()
            waiting = [each for each in self._deliveries if each.state is DeliveryState.WAITING]
            due = [each for each in waiting if each.due_at <= now]
            for each in due:
                each.state = DeliveryState.SENDING
            return due

    def _send(self, delivery: Delivery) -> Attempt:
        at = self._now()
        headers = {
            "Content-Type": JSON,
            SIGNATURE: sign(delivery.body, self._settings.webhook_secret),
        }
        try:
            answer = self._sender.post(delivery.url, content=delivery.body, headers=headers)
        except UNDELIVERED as error:
            return Attempt(at, error=type(error).__name__)
        return Attempt(at, status=answer.status_code)

    def _note(self, delivery: Delivery, attempt: Attempt) -> None:
        delivery.attempts.append(attempt)
        attempts = len(delivery.attempts)
        if attempt.succeeded:
            delivery.state = DeliveryState.DELIVERED
        elif attempts >= self._settings.webhook_attempts:
            delivery.state = DeliveryState.ABANDONED
        else:
            delivery.state = DeliveryState.WAITING
            pause = self._settings.webhook_backoff_seconds * 2 ** (attempts - 1)
            delivery.due_at = self._now() + self._settings.lasting(pause)


def sign(body: bytes, secret: str) -> str:
    """`sha256=` and the hex HMAC-SHA256 of the raw body."""
    return f"sha256={new_hmac(secret.encode(), body, sha256).hexdigest()}"
