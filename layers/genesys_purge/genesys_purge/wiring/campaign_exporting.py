"""Builds the export of rule changes."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from genesys_purge.wiring import adapters, calls

if TYPE_CHECKING:
    from genesys_purge.campaign_rules.exporting.change_export import ChangeExport
    from genesys_purge.campaign_rules.exporting.export_campaign_rule_changes import (
        ExportCampaignRuleChanges,
    )
    from genesys_purge.store.campaign_exports import DynamoChangeExports


@cache
def export_campaign_rule_changes() -> ExportCampaignRuleChanges:
    from genesys_purge.campaign_rules.exporting.export_campaign_rule_changes import (
        ExportCampaignRuleChanges,
    )

    return ExportCampaignRuleChanges(_export, adapters.is_live)


@cache
def exports() -> DynamoChangeExports:
    from genesys_purge.store.campaign_exports import DynamoChangeExports

    table = adapters.settings().tables.exports
    return DynamoChangeExports(adapters.aws("dynamodb"), table, adapters.ledger())


def _export(organisation: str | None) -> ChangeExport:
    from datetime import timedelta

    from genesys_purge.campaign_rules.exporting.change_export import ChangeExport, Destination
    from genesys_purge.campaign_rules.exporting.event_query import EventQuery

    this, genesys = adapters.settings(), calls.genesys_in_bulk(organisation)
    query = EventQuery(genesys, adapters.organisation(organisation).api_url)
    destination = Destination(
        this.stack.changes_bucket, timedelta(seconds=this.export_settling_seconds)
    )
    return ChangeExport(
        organisation, exports(), adapters.files(), genesys, query, destination, adapters.now
    )
