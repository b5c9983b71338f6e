"""An entry of the platform's own audit about a rule."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from genesys_purge.campaign_rules.answers import IDENTIFIER, parsed
from genesys_purge.errors import UnreadableAnswer
from genesys_purge.model.dates import instant_in

SERVICE = "Outbound"
CAMPAIGN_RULE, RULE_SET = "CampaignRule", "RuleSet"
KINDS = (CAMPAIGN_RULE, RULE_SET)
# The names of D5; D5 has none for a deletion, which the platform reports.
EVENTS = {
    "Create": "outbound.rule.created",
    "Add": "outbound.rule.created",
    "Update": "outbound.rule.updated",
    "Edit": "outbound.rule.updated",
    "Delete": "outbound.rule.deleted",
    "Remove": "outbound.rule.deleted",
}
CHANGES_NOTHING = frozenset({"View", "Read"})
FAILED = "failure"
ACTION = re.compile(r"[A-Za-z]{1,60}").fullmatch
# The field of a campaign rule with its campaigns, and the type of an entity in the audit.
ENTITIES, CAMPAIGN = "campaignRuleEntities", "Campaign"
IDS = re.compile(r'"id"\s*:\s*"([A-Za-z0-9_-]{1,80})"').findall
WORDS = re.compile(r"[A-Za-z0-9_-]{1,80}").findall


class AuditEntry(NamedTuple):
    """One change of a campaign rule or rule set.

    `mentions` are all words of the changed values. `campaigns` are those that the entry certainly
    names as the rule's campaigns, before or after the change.
    """

    id: str
    timestamp: str
    at: datetime
    event: str
    kind: str
    entity_id: str
    entity_name: str
    mentions: frozenset[str]
    campaigns: frozenset[str]


def entry_in(value: object) -> AuditEntry | None:
    """The entry; None if it is about something else, or if nothing was changed.

    UnreadableAnswer if a field cannot be read.
    """
    if not isinstance(value, Mapping):
        raise UnreadableAnswer("an entry of the audit is not an object")
    if value.get("serviceName") not in (SERVICE, None) or value.get("entityType") not in KINDS:
        return None
    entry = parsed(lambda: _entry(value))
    is_failed = str(value.get("status")).lower() == FAILED
    return None if is_failed or value["action"] in CHANGES_NOTHING else entry


def _entry(fields: Mapping[str, Any]) -> AuditEntry:
    entity, timestamp, action = fields["entity"], fields["eventDate"], fields["action"]
    at = instant_in(timestamp)
    if at is None or not ACTION(action) or not IDENTIFIER(entity["id"]):
        raise UnreadableAnswer("an entry of the audit has no readable eventDate, action or entity")
    return AuditEntry(
        id=str(fields["id"]),
        timestamp=timestamp,
        at=at,
        event=EVENTS.get(action, f"outbound.rule.{action[0].lower()}{action[1:]}"),
        kind=fields["entityType"],
        entity_id=entity["id"],
        entity_name=str(entity.get("name") or ""),
        mentions=frozenset(_mentions(fields)),
        campaigns=frozenset(_campaigns(fields)),
    )


def _mentions(fields: Mapping[str, Any]) -> Iterator[str]:
    """The words of every changed value, among them the ids of campaigns.

    Genesys does not document how it writes the campaigns of a rule: as entities or as text.
    """
    for change in _changes(fields):
        yield from WORDS(str(change.get("entityId") or ""))
        for value in _values(change):
            yield from WORDS(value)


def _campaigns(fields: Mapping[str, Any]) -> Iterator[str]:
    for change in _changes(fields):
        if change.get("entityType") == CAMPAIGN:
            yield str(change.get("entityId"))
        if change.get("property") == ENTITIES:
            for value in _values(change):
                yield from IDS(value)


def _changes(fields: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [*(fields.get("propertyChanges") or ()), *(fields.get("entityChanges") or ())]


def _values(change: Mapping[str, Any]) -> Iterator[str]:
    for values in (change.get("oldValues"), change.get("newValues")):
        yield from map(str, values or ())
