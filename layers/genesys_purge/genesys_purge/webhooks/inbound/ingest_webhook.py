"""IngestWebhook: record each execution of a purge rule that Genesys reports once."""

from __future__ import annotations

from collections.abc import Mapping

from genesys_purge.errors import FieldError, InvalidRequest, MethodNotAllowed, NotGenuine
from genesys_purge.model.answers import IMPLAUSIBLE
from genesys_purge.model.strict_json import InvalidJson
from genesys_purge.ports import AuditLog, Clock, Meter
from genesys_purge.webhooks.inbound.rule_execution import RuleExecution
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
        execution = _execution_in(body)
        if self._audit.record_once(execution.record(self._now())):
            self._measure(execution)
        return {"status": "synced"}

    def _measure(self, execution: RuleExecution) -> None:
        if execution.is_implausible:
            self._meter.count(IMPLAUSIBLE)
        else:
            self._meter.count("RuleRecordsDeleted", execution.deleted_count)
        if not execution.compliance_ok:
            self._meter.count("RuleNoncompliant")


def _execution_in(body: bytes) -> RuleExecution:
    """The execution in a genuine body; InvalidRequest for any other body."""
    try:
        execution = RuleExecution.read(body)
    except InvalidJson as error:
        if error.path:
            raise InvalidRequest([FieldError(error.path, error.message)]) from error
        execution = None
    if execution is None:
        raise InvalidRequest([FieldError("request", "is not a webhook of purgerules:rule:execute")])
    return execution
