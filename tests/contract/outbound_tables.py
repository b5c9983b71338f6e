"""Tables: the requests and answers of a deployment of campaign rules on the live platform."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from genesys_purge.campaign_rules.live import (
    audit_entry,
    audit_query,
    rule_sets,
    terms,
    trigger_catalogue,
)
from genesys_purge.campaign_rules.live.catalogue import LiveCatalogue
from genesys_purge.campaign_rules.live.contact_rules import BEFORE_CALLS, ON_A_COLUMN
from genesys_purge.model.dates import Window
from genesys_purge.operation import Operation

from tests.clock import NOON
from tests.scripted_genesys import ScriptedGenesys
from tests.unit.campaign_rules.deploying.live_bench import contact_rule, trigger_rule
from tests.unit.campaign_rules.examples import condition

KEPT = {"id": "5b0f0b5e-2f6d-4d0e-9a57-0e2f3c1d4b5a", "version": 1}
CAMPAIGN = {
    "id": "campaign-1",
    "name": "Winter",
    "version": 4,
    "contactList": {"id": "contacts"},
    "campaignStatus": "on",
    "ruleSets": [],
}
COLUMNS = [
    condition("column", operator, {"number": 5, "date": "2026-11-21"}.get(kind, "x"), kind)
    for kind, operators in terms.COMPARISONS.items()
    for operator in operators
]
CONTACTS = contact_rule(
    conditions=COLUMNS, actions=[{"type": each} for each in sorted(terms.CONTACT_ACTIONS)]
)
NUMBERS = [
    condition(terms.CAMPAIGN + each, operator, 0.5, "number")
    for each in sorted(terms.CAMPAIGN_NUMBERS)
    for operator in terms.CAMPAIGN_OPERATORS
]
TRIGGER = trigger_rule(
    enabled=False,
    conditions=NUMBERS,
    actions=[{"type": each} for each in sorted(terms.CAMPAIGN_ACTIONS)],
)


def outbound(operation: Operation) -> Mapping[str, Any]:
    """The body of one operation in a deployment that creates, enables and changes full rules."""
    genesys = ScriptedGenesys()
    genesys.on(rule_sets.READ_CAMPAIGN, CAMPAIGN)
    genesys.on(rule_sets.UPDATE_CAMPAIGN, CAMPAIGN)
    genesys.on(rule_sets.FIND, {"entities": []})
    genesys.on(rule_sets.CREATE, lambda sent: {**sent, **KEPT})
    genesys.on(rule_sets.READ, lambda _: {**_body(genesys, rule_sets.CREATE), **KEPT})
    genesys.on(rule_sets.UPDATE, lambda sent: {**sent, **KEPT})
    genesys.on(trigger_catalogue.CREATE, lambda sent: {**sent, **KEPT})
    genesys.on(trigger_catalogue.UPDATE, lambda sent: {**sent, **KEPT})
    catalogue = LiveCatalogue(genesys)
    about_contacts = catalogue.create("campaign-1", {**CONTACTS, "enabled": False})
    catalogue.update("campaign-1", about_contacts, {**CONTACTS, "enabled": True})
    changed = {**CONTACTS, "enabled": False, "executionOrder": 7}
    catalogue.update("campaign-1", about_contacts, changed)
    about_campaign = catalogue.create("campaign-1", TRIGGER)
    catalogue.update("campaign-1", about_campaign, {**TRIGGER, "enabled": True})
    return _body(genesys, operation)


def audited() -> Mapping[str, Any]:
    """The body that starts an audit query."""
    genesys = ScriptedGenesys()
    genesys.on(audit_query.START, {"id": "query-1"})
    genesys.on(audit_query.STATE, {"state": "Succeeded"})
    window = Window(start=NOON - timedelta(days=1), end=NOON)
    audit_query.AuditQuery(genesys, lambda _: None, lambda: math.inf).running(window, ())
    return _body(genesys, audit_query.START)


AUDIT_PAGE = {
    "cursor",
    *(
        f"entities.{each}"
        for each in (
            *("id", "serviceName", "eventDate", "action", "status", "entityType"),
            *("entity.id", "entity.name", "propertyChanges.property", "propertyChanges.oldValues"),
            *("propertyChanges.newValues", "entityChanges.entityId", "entityChanges.entityType"),
            *("entityChanges.oldValues", "entityChanges.newValues"),
        )
    ),
}
RULE_FIELDS = {
    "name",
    "campaignRuleEntities",
    "campaignRuleConditions",
    "campaignRuleActions",
    "campaignRuleEntities.campaigns",
}
RULE_SET = {
    "id",
    "name",
    "version",
    "rules.name",
    "rules.order",
    "rules.category",
    "rules.conditions.type",
    "rules.conditions.attributeName",
    "rules.conditions.operator",
    "rules.conditions.inverted",
    "rules.conditions.value",
    "rules.conditions.valueType",
    "rules.actions.type",
    "rules.actions.actionTypeName",
}
CAMPAIGN_RULE = {
    "id",
    "name",
    "version",
    "enabled",
    "matchAnyConditions",
    "conditionGroups",
    "campaignRuleEntities.campaigns.id",
    "campaignRuleConditions.id",
    "campaignRuleConditions.conditionType",
    "campaignRuleConditions.parameters.operator",
    "campaignRuleConditions.parameters.value",
    "campaignRuleActions.id",
    "campaignRuleActions.actionType",
    "campaignRuleActions.campaignRuleActionEntities.campaigns.id",
    "campaignRuleActions.campaignRuleActionEntities.useTriggeringEntity",
}


def _body(genesys: ScriptedGenesys, operation: Operation) -> Mapping[str, Any]:
    return next(call.body for call in genesys.calls if call.operation == operation)


# As in `test_platform_truth`: bodies with their required fields, and the fields that are read.
BODIES: dict[str, Any] = {
    "campaign_rules.live.rule_sets.CREATE": (
        lambda: outbound(rule_sets.CREATE),
        {"name", "rules"},
    ),
    "campaign_rules.live.rule_sets.UPDATE": (
        lambda: outbound(rule_sets.UPDATE),
        {"name", "rules", "version"},
    ),
    "campaign_rules.live.rule_sets.UPDATE_CAMPAIGN": (
        lambda: outbound(rule_sets.UPDATE_CAMPAIGN),
        {"name", "version", "campaignStatus", "ruleSets"},
    ),
    "campaign_rules.live.trigger_catalogue.CREATE": (
        lambda: outbound(trigger_catalogue.CREATE),
        RULE_FIELDS,
    ),
    "campaign_rules.live.trigger_catalogue.UPDATE": (
        lambda: outbound(trigger_catalogue.UPDATE),
        RULE_FIELDS | {"enabled", "version"},
    ),
    "campaign_rules.live.audit_query.START": (audited, {"interval"}),
}
READ: dict[str, set[str]] = {
    "campaign_rules.live.rule_sets.READ_CAMPAIGN": {
        "id",
        "name",
        "version",
        "campaignStatus",
        "contactList.id",
        "ruleSets.id",
    },
    "campaign_rules.live.rule_sets.UPDATE_CAMPAIGN": set(),
    "campaign_rules.live.rule_sets.FIND": {f"entities.{each}" for each in RULE_SET} | {"nextUri"},
    "campaign_rules.live.rule_sets.READ": RULE_SET,
    "campaign_rules.live.rule_sets.CREATE": RULE_SET,
    "campaign_rules.live.rule_sets.UPDATE": RULE_SET,
    "campaign_rules.live.rule_sets.REMOVE": set(),
    "campaign_rules.live.trigger_catalogue.LIST": {f"entities.{each}" for each in CAMPAIGN_RULE}
    | {"nextUri"},
    "campaign_rules.live.trigger_catalogue.CREATE": CAMPAIGN_RULE,
    "campaign_rules.live.trigger_catalogue.UPDATE": CAMPAIGN_RULE,
    "campaign_rules.live.trigger_catalogue.REMOVE": set(),
    "campaign_rules.live.audit_query.START": {"id"},
    "campaign_rules.live.audit_query.STATE": {"state"},
    "campaign_rules.live.audit_query.FIRST_PAGE": AUDIT_PAGE,
    "campaign_rules.live.audit_query.NEXT_PAGE": AUDIT_PAGE,
    "campaign_rules.live.rule_changes.READ_RULE": {"name", "version"},
    "campaign_rules.live.rule_changes.READ_RULE_SET": {"name", "version"},
    "campaign_rules.live.rule_changes.READ_CAMPAIGN": {"ruleSets.id"},
}
WORDS: list[tuple[set[str], str, str]] = [
    ({BEFORE_CALLS}, "DialerRule", "category"),
    ({ON_A_COLUMN}, "Condition", "type"),
    (set(terms.VALUE_TYPES.values()), "Condition", "valueType"),
    (set(terms.CONTACT_ACTIONS), "DialerAction", "actionTypeName"),
    (set(terms.CAMPAIGN_OPERATORS.values()), "CampaignRuleParameters", "operator"),
    (set(terms.CAMPAIGN_NUMBERS), "CampaignRuleCondition", "conditionType"),
    (set(terms.CAMPAIGN_ACTIONS), "CampaignRuleAction", "actionType"),
    ({rule_sets.RUNNING, rule_sets.STOPPED}, "Campaign", "campaignStatus"),
    ({audit_query.SUCCEEDED.title()}, "AuditQueryExecutionStatusResponse", "state"),
    ({each.title() for each in audit_query.ENDED}, "AuditQueryExecutionStatusResponse", "state"),
    ({audit_entry.FAILED.upper()}, "AuditLogMessage", "status"),
    ({audit_entry.SERVICE}, "AuditTopicAuditLogMessage", "serviceName"),
    ({*audit_entry.KINDS, audit_entry.CAMPAIGN}, "AuditTopicAuditLogMessage", "entityType"),
    (
        {*audit_entry.EVENTS, *audit_entry.CHANGES_NOTHING},
        "AuditTopicAuditLogMessage",
        "action",
    ),
]
# Modules that read answers but define no operation.
READERS = {
    "campaign_rules.answers",
    "campaign_rules.live.audit_entry",
    "campaign_rules.live.contact_rules",
    "campaign_rules.live.trigger_rules",
}
# Fields of the documented rule format, which the same modules also read.
OF_D5 = {"attribute", "executionOrder"}
