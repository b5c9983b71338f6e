"""CreatePurgeRule: validate a rule, create it at Genesys once, and register our webhook."""

from __future__ import annotations

from typing import Any

from genesys_purge.calling.lease import seconds_left
from genesys_purge.errors import AlreadyExists, PurgeError
from genesys_purge.model.request import fingerprint
from genesys_purge.model.submission import Submission
from genesys_purge.ports import Clock
from genesys_purge.purge_rules.creation import RuleCreation, being_created
from genesys_purge.purge_rules.dry_run import RuleDryRun
from genesys_purge.purge_rules.ports import PurgeRules, Registrations
from genesys_purge.purge_rules.purge_rule import (
    PlannedRule,
    PurgeRule,
    RuleStatus,
    SubmittedRule,
)
from genesys_purge.purge_rules.register_webhook import Registration
from genesys_purge.purge_rules.validation import RuleValidator, ValidRule
from genesys_purge.settings import Settings


class CreatePurgeRule:
    """The use case behind every way in; the name in its organisation is the idempotency key.

    On a platform without webhooks, a created rule is done.
    """

    def __init__(
        self,
        validator: RuleValidator,
        rules: PurgeRules,
        create: RuleCreation,
        dry_run: RuleDryRun,
        register: Registration,
        registrations: Registrations,
        settings: Settings,
        now: Clock,
    ) -> None:
        self._validator = validator
        self._rules = rules
        self._create = create
        self._dry_run = dry_run
        self._register = register
        self._registrations = registrations
        self._settings = settings
        self._now = now

    def __call__(self, submission: Submission) -> SubmittedRule | PlannedRule:
        """The created rule; a repeated request gets the same answer and sends nothing.

        A dry run answers with the planned rule.

        AlreadyExists if another rule has the name, TryLater while the rule is being created.
        """
        valid = self._validator.validate(submission.payload)
        stored = self._rules.get(valid.ref)
        rule = self._next(stored, valid, submission.actor)
        if valid.is_dry:
            return self._dry_run(valid, rule)
        if rule.status is RuleStatus.CREATING:
            rule = self._create(rule, valid, submission.actor)
        if rule.status is RuleStatus.CREATED and valid.platform.has_webhooks:
            return self._registered(rule, submission.actor)
        return _answer(rule, rule.detail)

    def _next(self, stored: PurgeRule | None, valid: ValidRule, actor: str) -> PurgeRule:
        """The stored rule if Genesys has it, else the rule that is to be created."""
        # With the definition, because the same request is another rule on another platform.
        content = fingerprint({**valid.request, **valid.definition}, None)
        asked: dict[str, Any] = {
            "fingerprint": content,
            "request": valid.request,
            "definition": valid.definition,
            "policy": valid.policy,
            "requested_by": actor,
            "requested_at": self._now(),
        }
        if stored is None:
            return PurgeRule(**valid.ref.to_json(), **asked)
        if stored.fingerprint != content and stored.may_exist:
            raise _name_is_taken(stored)
        match stored.status:
            case RuleStatus.CREATED | RuleStatus.REGISTERED:
                return stored
            case RuleStatus.CREATING:
                return self._taken_over(stored)
            case RuleStatus.FAILED:
                return stored.asked(detail=None, **asked)

    def _taken_over(self, stored: PurgeRule) -> PurgeRule:
        """The rule of a worker that died, perhaps after its call; TryLater within its lease."""
        # Also after a closed call: its worker may be waiting for the next one.
        lease = self._settings.intent_lease_seconds
        if left := seconds_left(stored.attempt.at, self._now(), lease):
            raise being_created(stored.ref, left)
        return stored.asked(attempt=stored.attempt.abandoned())

    def _registered(self, rule: PurgeRule, actor: str) -> SubmittedRule:
        try:
            registered = self._register(rule, actor)
        except PurgeError as error:
            self._registrations.send(rule.ref)
            return _answer(rule, f"the webhook is not registered yet, but will be retried: {error}")
        return _answer(registered, registered.detail)


def _name_is_taken(stored: PurgeRule) -> AlreadyExists:
    if stored.rule_id:
        return AlreadyExists(
            f"another purge rule {stored.ref} exists ({stored.status}, id {stored.rule_id} at "
            "Genesys); choose another name"
        )
    return AlreadyExists(
        f"another purge rule {stored.ref} may exist at Genesys, because a call was not answered; "
        "repeat the request of that rule to find out, or choose another name"
    )


def _answer(rule: PurgeRule, detail: str | None) -> SubmittedRule:
    return SubmittedRule(
        name=rule.name,
        rule_id=rule.rule_id or "",
        status=rule.status,
        webhook_id=rule.webhook_id,
        detail=detail,
    )
