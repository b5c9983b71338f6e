"""CreatePurgeRule: check a rule completely, have Genesys create it once, register a webhook."""

from __future__ import annotations

from typing import Any

from genesys_purge.errors import PurgeError, RuleExists
from genesys_purge.model.request import fingerprint
from genesys_purge.model.submission import Submission
from genesys_purge.ports import Clock
from genesys_purge.purge_rules.checking import CheckedRule, RuleRequests
from genesys_purge.purge_rules.creation import Creation, being_created
from genesys_purge.purge_rules.ports import PurgeRules, Registrations
from genesys_purge.purge_rules.purge_rule import PurgeRule, RuleStatus, SubmittedRule
from genesys_purge.purge_rules.register_webhook import Registration
from genesys_purge.settings import Settings


class CreatePurgeRule:
    """The use case behind all ways in; a rule's name in its organisation is its idempotency key.

    Where its platform has no webhooks, a rule is done once it is created.
    """

    def __init__(
        self,
        requests: RuleRequests,
        rules: PurgeRules,
        create: Creation,
        register: Registration,
        registrations: Registrations,
        settings: Settings,
        now: Clock,
    ) -> None:
        self._requests = requests
        self._rules = rules
        self._create = create
        self._register = register
        self._registrations = registrations
        self._settings = settings
        self._now = now

    def __call__(self, submission: Submission) -> SubmittedRule:
        """Nothing is stored or sent where the rule is refused, or was created before.

        RuleExists where another rule has its name, TryLater while it is being created.
        """
        checked = self._requests.check(submission.payload)
        stored = self._rules.get(checked.ref)
        rule = self._next(stored, checked, submission.actor)
        if rule.status is RuleStatus.CREATING:
            rule = self._create(rule, checked, submission.actor)
        if rule.status is RuleStatus.CREATED and checked.platform.has_webhooks:
            return self._registered(rule, submission.actor)
        return _told(rule, rule.detail)

    def _next(self, stored: PurgeRule | None, checked: CheckedRule, actor: str) -> PurgeRule:
        """The stored rule where it was created before, otherwise the intent to create it."""
        now = self._now()
        # As it was asked for on this platform: on another the same request is another rule.
        content = fingerprint({**checked.document, **checked.definition}, None)
        asked: dict[str, Any] = {
            "fingerprint": content,
            "definition": checked.definition,
            "requested_by": actor,
            "requested_at": now,
            "intended_at": now,
        }
        if stored is None:
            return PurgeRule(**checked.ref.to_json(), **asked)
        if stored.fingerprint != content and stored.may_exist:
            raise _exists(stored)
        match stored.status:
            case RuleStatus.CREATED | RuleStatus.REGISTERED:
                return stored
            case RuleStatus.CREATING:
                return self._taken_over(stored)
            case RuleStatus.FAILED:
                attempts = stored.attempts + 1
                return stored.to(RuleStatus.CREATING, attempts=attempts, detail=None, **asked)

    def _taken_over(self, stored: PurgeRule) -> PurgeRule:
        """The intent in place of one whose owner has died; it may have called before."""
        now = self._now()
        left = self._settings.intent_lease_seconds - (now - stored.intended_at).total_seconds()
        if left > 0:
            raise being_created(stored.ref, left)
        return stored.to(
            RuleStatus.CREATING,
            attempts=stored.attempts + 1,
            intended_at=now,
            is_uncertain=True,
        )

    def _registered(self, rule: PurgeRule, actor: str) -> SubmittedRule:
        try:
            registered = self._register(rule, actor)
        except PurgeError as error:
            self._registrations.send(rule.ref)
            return _told(rule, f"the webhook is not registered yet: {error}; it is tried again")
        return _told(registered, registered.detail)


def _exists(stored: PurgeRule) -> RuleExists:
    if stored.rule_id:
        known = f"{stored.status}, {stored.rule_id} at Genesys"
    else:
        known = (
            "of which it is not known whether Genesys created it; repeat its request to find out"
        )
    return RuleExists(f"there is another purge rule {stored.ref}, {known}; choose another name")


def _told(rule: PurgeRule, detail: str | None) -> SubmittedRule:
    return SubmittedRule(
        name=rule.name,
        rule_id=rule.rule_id or "",
        status=rule.status,
        webhook_id=rule.webhook_id,
        detail=detail,
    )
