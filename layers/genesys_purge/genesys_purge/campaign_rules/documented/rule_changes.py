"""The changes of rules in the documented contract: the event query, joined with the rules (D5)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cache
from typing import Any

from genesys_purge.campaign_rules.documented.catalogue import INSTEAD, READ, RULES
from genesys_purge.campaign_rules.documented.event_query import EventQuery
from genesys_purge.campaign_rules.exporting.campaign_export import CampaignExport
from genesys_purge.campaign_rules.exporting.change_files import Change
from genesys_purge.campaign_rules.exporting.ports import Event
from genesys_purge.errors import NotAtGenesys
from genesys_purge.model.answers import is_count
from genesys_purge.operation import Missing, Operation
from genesys_purge.ports import Genesys

READ_RULE = Operation("GET", f"{RULES}/{{rule_id}}", READ, instead=INSTEAD, missing=Missing.ENTITY)
# The contract has no call that reads a campaign, but an unknown campaign has no list of rules.
READ_CAMPAIGN = Operation(
    "GET", f"{RULES}?pageSize=1&pageNumber=1", READ, instead=INSTEAD, missing=Missing.ENTITY
)


class DocumentedChanges:
    """Implements the `RuleChanges` port; each rule is read once."""

    def __init__(self, genesys: Genesys, query: EventQuery) -> None:
        self._genesys = genesys
        self._query = query
        self._rule = cache(self._read_rule)

    def require_campaign(self, campaign_id: str) -> None:
        self._genesys.read(READ_CAMPAIGN, campaign_id=campaign_id)

    def running(self, export: CampaignExport) -> tuple[str, ...]:  # noqa: ARG002  the port's signature
        """None: the event query answers at once."""
        return ()

    def pages(self, export: CampaignExport, now: datetime) -> Iterator[list[Event]]:
        return self._query.pages(export.campaign_id, export.interval(now))

    def change(self, campaign_id: str, event: Event) -> Change:
        rule = self._rule(campaign_id, event.entity_id)
        name, version, priority = map(rule.get, ("name", "version", "priority"))
        return Change(
            timestamp=event.timestamp,
            event_type=event.name,
            entity_id=event.entity_id,
            campaign_id=campaign_id,
            rule_name=name if isinstance(name, str) else None,
            version=version if is_count(version) else None,
            priority=priority if is_count(priority) else None,
        )

    def _read_rule(self, campaign_id: str, rule_id: str) -> Mapping[str, Any]:
        """The rule as it is now; empty if it was deleted."""
        try:
            return self._genesys.read(READ_RULE, campaign_id=campaign_id, rule_id=rule_id)
        except NotAtGenesys:
            return {}
