"""RegisterWebhook: have Genesys tell us of each execution of a rule, tried until it does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from genesys_purge.errors import LostRace, PurgeError
from genesys_purge.model.audit import Action, AuditRecord
from genesys_purge.ports import AuditLog, Clock, GenesysOf, Meter, Operation, Receipt
from genesys_purge.purge_rules.answers import id_in, reason_of
from genesys_purge.purge_rules.ports import PurgeRules, Registrations
from genesys_purge.purge_rules.purge_rule import PurgeRule, RuleRef, RuleStatus
from genesys_purge.webhooks.rule_execution import EVENT

REGISTER = Operation(
    "POST",
    "/api/v2/platform/webhooks",
    ("webhooks:write",),
    instead="our notifications; Genesys reports to EventBridge alone",
)
ACTOR = "register_webhook"
ATTEMPTS = 10
FIRST_DELAY, LONGEST_DELAY = 30, 3_600


class Registration:
    """Registers our webhook for a rule, with the organisation that has created it."""

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
        """The rule as registered; any error is audited and raised, and the rule stays created."""
        try:
            return self._registered(rule, self._call(rule), actor)
        except PurgeError as error:
            self._meter.count("RuleWebhooksFailed")
            self.note(rule, actor, reason_of(error), error.correlation_id)
            raise

    def note(
        self, rule: PurgeRule, actor: str, reason: str, correlation_id: str | None = None
    ) -> None:
        """Audit why there is no webhook."""
        facts = {"correlation_id": correlation_id, "detail": reason}
        self._audit.append(self._record(rule, actor, Action.RULE_WEBHOOK_FAILED, **facts))

    def _call(self, rule: PurgeRule) -> str:
        # Sent again after an unanswered call or a lost race it may leave two webhooks, which is
        # harmless: however often an execution is delivered, it is recorded once.
        body = {
            "name": f"genesys-purge: {rule.name}",
            "description": "Tells Genesys Purge of each execution of the purge rule",
            "callbackUrl": self._callback_url(),
            "events": [EVENT],
            "config": {"ruleId": rule.rule_id},
        }
        return id_in(self._genesys_of(rule.organisation).change(REGISTER, body))

    def _registered(self, rule: PurgeRule, webhook_id: str, actor: str) -> PurgeRule:
        registered = rule.to(RuleStatus.REGISTERED, webhook_id=webhook_id)
        detail = f"webhook {webhook_id}"
        record = self._record(rule, actor, Action.RULE_WEBHOOK_REGISTERED, detail=detail)
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
    """Tries again, later each time, what did not succeed when the rule was created."""

    def __init__(
        self, rules: PurgeRules, register: Registration, registrations: Registrations
    ) -> None:
        self._rules = rules
        self._register = register
        self._registrations = registrations

    def __call__(self, message: RuleRef, receipt: Receipt) -> bool:
        """Whether the queue may forget the message: nothing is left to do, or it was buried."""
        rule = self._rules.get(message)
        if rule is None or rule.status is not RuleStatus.CREATED:
            return True
        try:
            self._register(rule, ACTOR)
        except PurgeError as error:
            return self._put_off(rule, message, receipt, error)
        return True

    def _put_off(
        self, rule: PurgeRule, message: RuleRef, receipt: Receipt, error: PurgeError
    ) -> bool:
        if receipt.times < ATTEMPTS:
            delay = FIRST_DELAY * 2 ** (receipt.times - 1)
            self._registrations.postpone(receipt, min(delay, LONGEST_DELAY))
            return False
        self._registrations.bury(message)
        self._register.note(
            rule, ACTOR, f"given up after {receipt.times} times; {reason_of(error)}"
        )
        return True
