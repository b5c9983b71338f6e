"""RegisterWebhook: register our webhook for a purge rule, retried until it succeeds."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from genesys_purge.calling.backoff import Backoff
from genesys_purge.error_codec import reported
from genesys_purge.errors import LostRace, PurgeError
from genesys_purge.model.answers import created_id
from genesys_purge.model.audit import Action, AuditRecord
from genesys_purge.model.organisation import name_in_metrics
from genesys_purge.model.rule_events import EXECUTED
from genesys_purge.operation import Missing, Operation
from genesys_purge.ports import AuditLog, Clock, GenesysOf, Meter, Receipt
from genesys_purge.purge_rules.ports import PurgeRules, Registrations
from genesys_purge.purge_rules.purge_rule import PurgeRule, RuleRef, RuleStatus

REGISTER = Operation(
    "POST",
    "/api/v2/platform/webhooks",
    ("webhooks:write",),
    instead="our notifications; Genesys reports to EventBridge alone",
    missing=Missing.REFUSED,
)
ACTOR = "register_webhook"
ATTEMPTS = 10
DELAYS = Backoff(first=30, longest=3_600)


class Registration:
    """Registers our webhook for a rule, in the organisation of the rule."""

    def __init__(
        self,
        rules: PurgeRules,
        audit: AuditLog,
        genesys_of: GenesysOf,
        meter: Meter,
        callback_url: Callable[[], str],
        now: Clock,
    ) -> None:
        self._rules = rules
        self._audit = audit
        self._genesys_of = genesys_of
        self._meter = meter
        self._callback_url = callback_url
        self._now = now

    def __call__(self, rule: PurgeRule, actor: str) -> PurgeRule:
        """The registered rule; an error is audited and raised, and the rule stays `created`."""
        began = self._now()
        try:
            webhook_id = self._call(rule)
            return self._registered(rule, webhook_id, actor, self._since(began))
        except PurgeError as error:
            organisation = name_in_metrics(rule.organisation)
            self._meter.count("RuleWebhooksFailed", organisation=organisation)
            facts = {
                "correlation_id": error.correlation_id,
                "latency_seconds": self._since(began),
            }
            self.note(rule, actor, reported(error).reason, **facts)
            raise

    def note(self, rule: PurgeRule, actor: str, reason: str, **facts: Any) -> None:
        """Write an audit record that says why the webhook is missing."""
        record = self._record(rule, actor, Action.RULE_WEBHOOK_FAILED, detail=reason, **facts)
        self._audit.append(record)

    def _since(self, began: datetime) -> float:
        return round((self._now() - began).total_seconds(), 3)

    def _call(self, rule: PurgeRule) -> str:
        # A repeated call may register a second webhook. That is harmless: an execution is recorded
        # once, however often it is delivered.
        body = {
            "name": f"genesys-purge: {rule.name}",
            "description": "Reports each execution of the purge rule to Genesys Purge",
            "callbackUrl": self._callback_url(),
            "events": [EXECUTED],
            "config": {"ruleId": rule.rule_id},
        }
        return created_id(self._genesys_of(rule.organisation).change(REGISTER, body))

    def _registered(
        self, rule: PurgeRule, webhook_id: str, actor: str, seconds: float
    ) -> PurgeRule:
        registered = rule.to(RuleStatus.REGISTERED, webhook_id=webhook_id)
        facts = {"latency_seconds": seconds, "webhook_id": webhook_id}
        record = self._record(rule, actor, Action.RULE_WEBHOOK_REGISTERED, **facts)
        try:
            self._rules.put(registered, record)
        except LostRace:
            stored = self._rules.get(rule.ref)
            if stored is None or stored.status is not RuleStatus.REGISTERED:
                raise
            return stored
        return registered

    def _record(self, rule: PurgeRule, actor: str, action: Action, **facts: Any) -> AuditRecord:
        return AuditRecord(
            run_id=rule.run_id,
            at=self._now(),
            actor=actor,
            action=action,
            organisation=rule.organisation,
            rule_id=rule.rule_id,
            **facts,
        )


class RegisterWebhook:
    """Retries the registrations that failed when the rule was created."""

    def __init__(
        self, rules: PurgeRules, register: Registration, registrations: Registrations
    ) -> None:
        self._rules = rules
        self._register = register
        self._registrations = registrations

    def __call__(self, message: RuleRef, receipt: Receipt) -> bool:
        """True if the message is done: nothing is left to do, or it is a dead letter."""
        rule = self._rules.get(message)
        if rule is None or rule.status is not RuleStatus.CREATED:
            return True
        try:
            self._register(rule, ACTOR)
        except PurgeError as error:
            return self._retry_later(rule, message, receipt, error)
        return True

    def _retry_later(
        self, rule: PurgeRule, message: RuleRef, receipt: Receipt, error: PurgeError
    ) -> bool:
        if receipt.times < ATTEMPTS:
            self._registrations.postpone(receipt, round(DELAYS.ceiling(receipt.times)))
            return False
        self._registrations.bury(message)
        reason = f"given up after {receipt.times} attempts; {reported(error).reason}"
        self._register.note(rule, ACTOR, reason)
        return True
