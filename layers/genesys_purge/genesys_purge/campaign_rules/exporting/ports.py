"""The stored progress of exports."""

from __future__ import annotations

from typing import Protocol

from genesys_purge.campaign_rules.campaign import Campaign
from genesys_purge.campaign_rules.exporting.campaign_export import CampaignExport
from genesys_purge.model.audit import AuditRecord


class ChangeExports(Protocol):
    """The progress of each campaign's export; a change and its audit record are one write."""

    def get(self, campaign: Campaign) -> CampaignExport | None:
        """The campaign's progress; None if it was never exported."""

    def put(self, export: CampaignExport, record: AuditRecord | None = None) -> None:
        """Store the progress; LostRace unless the stored one, if any, is its predecessor."""
