"""The use cases of purge rules."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from genesys_purge.wiring import adapters, calls, guarding

if TYPE_CHECKING:
    from genesys_purge.calling.guard import Guard
    from genesys_purge.purge_rules.create_purge_rule import CreatePurgeRule
    from genesys_purge.purge_rules.creation import RuleCreation
    from genesys_purge.purge_rules.ports import Platform
    from genesys_purge.purge_rules.read_purge_rule import ReadPurgeRule
    from genesys_purge.purge_rules.register_webhook import RegisterWebhook, Registration
    from genesys_purge.store.purge_rules import DynamoPurgeRules
    from genesys_purge.store.queues import SqsQueue


@cache
def create_purge_rule() -> CreatePurgeRule:
    from genesys_purge.purge_rules.create_purge_rule import CreatePurgeRule
    from genesys_purge.purge_rules.dry_run import RuleDryRun
    from genesys_purge.purge_rules.validation import RuleValidator

    return CreatePurgeRule(
        RuleValidator(adapters.policies(), platform_of),
        rules(),
        _creation(),
        RuleDryRun(_guard()),
        _registration(),
        registrations(),
        adapters.settings(),
        adapters.now,
    )


def _guard() -> Guard:
    from genesys_purge.calling.guard import Guard

    return Guard(*guarding.checks())


def _creation() -> RuleCreation:
    from genesys_purge.purge_rules.creation import RuleCreation
    from genesys_purge.purge_rules.waiting import Waiting

    return RuleCreation(
        rules(),
        _guard(),
        adapters.meter(),
        Waiting(),
        adapters.now,
        adapters.sleep,
    )


@cache
def register_webhook() -> RegisterWebhook:
    from genesys_purge.purge_rules.register_webhook import RegisterWebhook

    return RegisterWebhook(rules(), _registration(), registrations())


@cache
def read_purge_rule() -> ReadPurgeRule:
    from genesys_purge.purge_rules.read_purge_rule import ReadPurgeRule

    return ReadPurgeRule(rules(), adapters.ledger())


@cache
def rules() -> DynamoPurgeRules:
    from genesys_purge.store.purge_rules import DynamoPurgeRules

    table = adapters.settings().tables.rules
    return DynamoPurgeRules(adapters.aws("dynamodb"), table, adapters.ledger())


def registrations() -> SqsQueue:
    queues = adapters.settings().queues
    return adapters.queue(queues.registrations, queues.abandoned_registrations)


def webhook_url() -> str:
    """The URL of our webhook, at most a minute old."""
    name = adapters.settings().parameters.webhook_url
    return adapters.parameters().value(name, max_age=60)


def platform_of(name: str | None) -> Platform:
    """Read for each request, because an organisation may change without a deployment."""
    return _live(name) if adapters.is_live(name) else _documented(name)


def _documented(name: str | None) -> Platform:
    from genesys_purge.purge_rules.documented.api import DocumentedRulesApi
    from genesys_purge.purge_rules.documented.form import DocumentedForm
    from genesys_purge.purge_rules.ports import Platform

    api = DocumentedRulesApi(calls.genesys(name))
    default = adapters.organisation(name).default_classification
    return Platform(DocumentedForm(), api, has_webhooks=True, default_classification=default)


def _live(name: str | None) -> Platform:
    from genesys_purge.purge_rules.live.api import LivePolicyApi
    from genesys_purge.purge_rules.live.form import LiveForm
    from genesys_purge.purge_rules.ports import Platform

    api = LivePolicyApi(calls.genesys(name))
    default = adapters.organisation(name).default_classification
    return Platform(LiveForm(), api, has_webhooks=False, default_classification=default)


def _registration() -> Registration:
    from genesys_purge.purge_rules.register_webhook import Registration

    return Registration(
        rules(),
        adapters.ledger(),
        calls.genesys,
        adapters.meter(),
        webhook_url,
        adapters.now,
    )
