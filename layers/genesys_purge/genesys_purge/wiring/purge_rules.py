"""The use cases of purge rules."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from genesys_purge.wiring import adapters

if TYPE_CHECKING:
    from genesys_purge.purge_rules.create_purge_rule import CreatePurgeRule
    from genesys_purge.purge_rules.read_purge_rule import ReadPurgeRule
    from genesys_purge.purge_rules.register_webhook import RegisterWebhook, Registration
    from genesys_purge.purge_rules.target import Platform
    from genesys_purge.store.purge_rules import DynamoPurgeRules
    from genesys_purge.store.queues import SqsQueue


@cache
def create_purge_rule() -> CreatePurgeRule:
    from genesys_purge.calling.guard import Guard
    from genesys_purge.purge_rules.checking import RuleRequests
    from genesys_purge.purge_rules.create_purge_rule import CreatePurgeRule
    from genesys_purge.purge_rules.creation import Creation

    guard = Guard(adapters.policies(), adapters.holds(), adapters.now)
    create = Creation(rules(), guard, adapters.meter(), adapters.now, adapters.sleep)
    return CreatePurgeRule(
        RuleRequests(adapters.policies(), platform_of),
        rules(),
        create,
        _registration(),
        registrations(),
        adapters.settings(),
        adapters.now,
    )


@cache
def register_webhook() -> RegisterWebhook:
    from genesys_purge.purge_rules.register_webhook import RegisterWebhook

    return RegisterWebhook(rules(), _registration(), registrations())


@cache
def read_purge_rule() -> ReadPurgeRule:
    from genesys_purge.purge_rules.read_purge_rule import ReadPurgeRule

    return ReadPurgeRule(adapters.ledger())


@cache
def rules() -> DynamoPurgeRules:
    from genesys_purge.store.purge_rules import DynamoPurgeRules

    table = adapters.settings().named("rules_table")
    return DynamoPurgeRules(adapters.aws("dynamodb"), table, adapters.ledger())


def registrations() -> SqsQueue:
    return adapters.queue("registrations_queue", "abandoned_registrations_queue")


def webhook_url() -> str:
    """The URL of our webhook, at most a minute old."""
    name = adapters.settings().named("webhook_url_parameter")
    return adapters.parameters().value(name, max_age=60)


def platform_of(name: str | None) -> Platform:
    """Read anew each time, for an organisation changes without a deployment; its client is kept."""
    return _live(name) if adapters.is_live(name) else _documented(name)


def _documented(name: str | None) -> Platform:
    from genesys_purge.purge_rules.documented.rule_form import DocumentedForm, DocumentedRules
    from genesys_purge.purge_rules.target import Platform

    return Platform(DocumentedForm(), DocumentedRules(adapters.genesys(name)), has_webhooks=True)


def _live(name: str | None) -> Platform:
    from genesys_purge.purge_rules.live.policy_form import PolicyForm
    from genesys_purge.purge_rules.live.retention_policies import RetentionPolicies
    from genesys_purge.purge_rules.target import Platform

    return Platform(PolicyForm(), RetentionPolicies(adapters.genesys(name)), has_webhooks=False)


def _registration() -> Registration:
    from genesys_purge.purge_rules.register_webhook import Registration

    return Registration(
        rules(),
        adapters.ledger(),
        adapters.genesys,
        adapters.meter(),
        webhook_url,
        adapters.now,
    )
