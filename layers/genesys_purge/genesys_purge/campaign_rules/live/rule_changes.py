"""The changes of rules on the live platform: entries of its audit, each with its campaign."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cache
from typing import Any

from genesys_purge.campaign_rules.answers import parsed
from genesys_purge.campaign_rules.exporting.campaign_export import CampaignExport
from genesys_purge.campaign_rules.exporting.change_files import Change
from genesys_purge.campaign_rules.exporting.ports import Event
from genesys_purge.campaign_rules.live import rule_sets, trigger_catalogue
from genesys_purge.campaign_rules.live.audit_entry import CAMPAIGN_RULE, AuditEntry
from genesys_purge.campaign_rules.live.audit_query import AuditQuery
from genesys_purge.campaign_rules.live.trigger_rules import campaigns_of
from genesys_purge.errors import NotAtGenesys
from genesys_purge.model.answers import is_count
from genesys_purge.model.platform import LIVE
from genesys_purge.operation import Missing, Operation
from genesys_purge.ports import Genesys

READ_RULE = Operation(
    "GET",
    trigger_catalogue.ONE,
    permissions=trigger_catalogue.VIEW,
    dialect=LIVE,
    missing=Missing.ENTITY,
)
# An export has no wait loop that repeats its reads, so the client does.
READ_RULE_SET = rule_sets.READ._replace(retried=True)
READ_CAMPAIGN = rule_sets.READ_CAMPAIGN._replace(retried=True)


class LiveChanges:
    """Implements the `RuleChanges` port; each rule and campaign is read once.

    A change belongs to a campaign if its entry names the campaign, or if the rule or the campaign
    refers to the other one now.
    """

    def __init__(self, genesys: Genesys, query: AuditQuery) -> None:
        self._genesys = genesys
        self._query = query
        self._rule = cache(self._read_rule)
        self._campaign = cache(self._read_campaign)

    def require_campaign(self, campaign_id: str) -> None:
        self._genesys.read(READ_CAMPAIGN, campaign_id=campaign_id)

    def running(self, export: CampaignExport) -> tuple[str, ...]:
        return self._query.running(export.begun, export.queries)

    def pages(
        self,
        export: CampaignExport,
        now: datetime,  # noqa: ARG002  the port's signature
    ) -> Iterator[list[Event]]:
        """One page, because the entries have ids: none is there twice."""
        entries, found = self._query.entries(export.begun), []
        named: dict[str, set[str]] = defaultdict(set)
        for entry in entries:
            named[entry.entity_id] |= entry.campaigns
        for entry in entries:
            belongs = self._belongs(entry, export.campaign_id, named[entry.entity_id])
            if belongs is not False:
                found.append(_event(entry, has_campaign=belongs is True))
        yield found

    def change(self, campaign_id: str, event: Event) -> Change:
        rule = self._rule(event.kind, event.entity_id)
        name, version = rule.get("name"), rule.get("version")
        return Change(
            timestamp=event.timestamp,
            event_type=event.name,
            entity_id=event.entity_id,
            campaign_id=campaign_id if event.has_campaign else None,
            rule_name=name if isinstance(name, str) else None,
            version=version if is_count(version) else None,
        )

    def _belongs(self, entry: AuditEntry, campaign_id: str, named: set[str]) -> bool | None:
        """Whether it is a change of the campaign's rules; None if Genesys no longer reports it.

        `named` are the campaigns that the window's entries name for the same rule.
        """
        rule = self._rule(entry.kind, entry.entity_id)
        if campaign_id in entry.mentions:
            return True
        if entry.kind == CAMPAIGN_RULE:
            if campaign_id in parsed(lambda: campaigns_of(rule)):
                return True
            return campaign_id in named if rule or named else None
        names = {entry.entity_name, rule.get("name")}
        is_used = entry.entity_id in self._campaign(campaign_id)
        if is_used or rule_sets.name_of(campaign_id) in names:
            return True
        is_of_another = any(str(name).startswith(rule_sets.PREFIX) for name in names)
        return False if rule or is_of_another else None

    def _read_rule(self, kind: str, rule_id: str) -> Mapping[str, Any]:
        """The campaign rule or rule set as it is now; empty if it was deleted."""
        try:
            if kind == CAMPAIGN_RULE:
                return self._genesys.read(READ_RULE, rule_id=rule_id)
            return self._genesys.read(READ_RULE_SET, rule_set_id=rule_id)
        except NotAtGenesys:
            return {}

    def _read_campaign(self, campaign_id: str) -> frozenset[str]:
        """The ids of the rule sets that the campaign uses; none if it was deleted."""
        try:
            campaign = self._genesys.read(READ_CAMPAIGN, campaign_id=campaign_id)
        except NotAtGenesys:
            return frozenset()
        return frozenset(parsed(lambda: rule_sets.references(campaign)))


def _event(entry: AuditEntry, *, has_campaign: bool) -> Event:
    return Event(
        timestamp=entry.timestamp,
        at=entry.at,
        name=entry.event,
        entity_id=entry.entity_id,
        kind=entry.kind,
        has_campaign=has_campaign,
    )
