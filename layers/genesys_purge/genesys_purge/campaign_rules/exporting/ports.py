"""What the export and the evaluation see of the world, beside the ports of all."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO, Protocol

from genesys_purge.campaign_rules.campaign import Campaign
from genesys_purge.campaign_rules.exporting.campaign_export import CampaignExport
from genesys_purge.model.audit import AuditRecord


class ChangeExports(Protocol):
    """How far each campaign is exported; a change and the audit record of it are one write."""

    def get(self, campaign: Campaign) -> CampaignExport | None:
        """The campaign's state, if it was ever exported."""

    def put(self, export: CampaignExport, record: AuditRecord | None = None) -> None:
        """Store the state; LostRace unless the stored one, if any, is its predecessor."""


class Files(Protocol):
    """Objects in S3, by `s3://bucket/key`."""

    def read(self, url: str) -> Iterator[bytes]:
        """The object's bytes, piece by piece; InvalidRequest where it cannot be had."""

    def put(self, url: str, file: IO[bytes]) -> None:
        """Store the whole file under that name, or nothing: TryLater."""
