"""IngestWebhook: record each execution of a purge rule that Genesys reports, once."""

from __future__ import annotations

from collections.abc import Mapping

from genesys_purge.errors import FieldError, InvalidRequest, MethodNotAllowed, NotGenuine
from genesys_purge.ports import AuditLog, Clock, Meter
from genesys_purge.webhooks.ports import WebhookSecrets
from genesys_purge.webhooks.rule_execution import RuleExecution
from genesys_purge.webhooks.signatures import is_genuine


class IngestWebhook:
    """The way in for Genesys; the signature is the authorisation."""

    def __init__(self, secrets: WebhookSecrets, audit: AuditLog, meter: Meter, now: Clock) -> None:
        self._secrets = secrets
        self._audit = audit
        self._meter = meter
        self._now = now

    def __call__(self, verb: str, signature: str, body: bytes | None) -> Mapping[str, str]:
        """`{"status": "synced"}`, for a repeated delivery as for a new one; no body is no proof.

        MethodNotAllowed, NotGenuine, or InvalidRequest: nothing was stored.
        """
        if verb != "POST":
            raise MethodNotAllowed("only POST is allowed")
        if body is None or not is_genuine(body, signature, self._secrets()):
            raise NotGenuine("unauthorized")
        execution = RuleExecution.read(body)
        if execution is None:
            raise InvalidRequest(
                [FieldError("request", "is not a webhook of purgerules:rule:execute")]
            )
        if self._audit.record_once(execution.record(self._now())):
            self._measure(execution)
        return {"status": "synced"}

    def _measure(self, execution: RuleExecution) -> None:
        self._meter.count("RuleRecordsDeleted", execution.deleted_count)
        if not execution.compliance_ok:
            self._meter.count("RuleNoncompliant")
