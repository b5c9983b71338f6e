"""IngestWebhook: record each event of a purge rule that Genesys reports once."""

from __future__ import annotations

from collections.abc import Mapping

from genesys_purge.errors import MethodNotAllowed, NotGenuine
from genesys_purge.ports import AuditLog, Clock, Meter
from genesys_purge.webhooks.inbound.rule_webhook import RuleWebhook
from genesys_purge.webhooks.inbound.signature import is_genuine
from genesys_purge.webhooks.ports import WebhookSecrets


class IngestWebhook:
    """The way in for Genesys; the signature is the authorization."""

    def __init__(self, secrets: WebhookSecrets, audit: AuditLog, meter: Meter, now: Clock) -> None:
        self._secrets = secrets
        self._audit = audit
        self._meter = meter
        self._now = now

    def __call__(self, verb: str, signature: str, body: bytes | None) -> Mapping[str, str]:
        """`{"status": "synced"}`, for a new delivery and for a repeated one.

        Nothing is stored if it raises MethodNotAllowed, NotGenuine or InvalidRequest. `body` is
        None if the caller's bytes cannot be decoded.
        """
        if verb != "POST":
            raise MethodNotAllowed("only POST is allowed")
        if body is None or not is_genuine(body, signature, self._secrets()):
            raise NotGenuine("unauthorized")
        webhook, dropped = RuleWebhook.read(body)
        if self._audit.record_once(webhook.record(self._now(), dropped)):
            for name, value in webhook.counts():
                self._meter.count(name, value)
            if dropped:
                self._meter.count("WebhookFieldsDropped", dropped.count)
        return {"status": "synced"}
