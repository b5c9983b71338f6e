"""The changes of rules at Genesys, and the stored progress of their exports."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple, Protocol

from genesys_purge.campaign_rules.campaign import Campaign
from genesys_purge.campaign_rules.exporting.campaign_export import CampaignExport
from genesys_purge.campaign_rules.exporting.change_files import Change
from genesys_purge.model.audit import AuditRecord


class Event(NamedTuple):
    """One change of one rule; `timestamp` is Genesys's text, `at` is its time.

    `kind` is the type of the rule where the platform has several. `has_campaign` is false if
    Genesys no longer reports the campaign of the rule.
    """

    timestamp: str
    at: datetime
    name: str
    entity_id: str
    kind: str = ""
    has_campaign: bool = True


class RuleChanges(Protocol):
    """The changes of rules on one platform, in the terms of D5."""

    def require_campaign(self, campaign_id: str) -> None:
        """NotAtGenesys if Genesys has no such campaign."""

    def running(self, export: CampaignExport) -> tuple[str, ...]:
        """The ids of queries that Genesys still executes for the open window.

        While there are any, export the window later, with these ids as its `queries`.
        """

    def pages(self, export: CampaignExport, now: datetime) -> Iterator[list[Event]]:
        """The events around the open window; pages may overlap, and events may lie outside."""

    def change(self, campaign_id: str, event: Event) -> Change:
        """The event, joined with its rule as it is now."""


class ChangeExports(Protocol):
    """The progress of each campaign's export; a change and its audit record are one write."""

    def get(self, campaign: Campaign) -> CampaignExport | None:
        """The campaign's progress; None if it was never exported."""

    def put(self, export: CampaignExport, record: AuditRecord | None = None) -> None:
        """Store the progress; LostRace unless the stored one, if any, is its predecessor."""
