"""Builds the export of rule changes."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from genesys_purge.time_left import time_left
from genesys_purge.wiring import adapters, calls

if TYPE_CHECKING:
    from genesys_purge.campaign_rules.exporting.change_export import ChangeExport
    from genesys_purge.campaign_rules.exporting.export_campaign_rule_changes import (
        ExportCampaignRuleChanges,
    )
    from genesys_purge.campaign_rules.exporting.ports import RuleChanges
    from genesys_purge.store.campaign_exports import DynamoChangeExports


@cache
def export_campaign_rule_changes() -> ExportCampaignRuleChanges:
    from genesys_purge.campaign_rules.exporting.export_campaign_rule_changes import (
        ExportCampaignRuleChanges,
    )

    return ExportCampaignRuleChanges(_export)


@cache
def exports() -> DynamoChangeExports:
    from genesys_purge.store.campaign_exports import DynamoChangeExports

    table = adapters.settings().tables.exports
    return DynamoChangeExports(adapters.aws("dynamodb"), table, adapters.ledger())


def _export(organisation: str | None) -> ChangeExport:
    from datetime import timedelta

    from genesys_purge.campaign_rules.exporting.change_export import ChangeExport, Destination

    this = adapters.settings()
    destination = Destination(
        this.stack.changes_bucket, timedelta(seconds=this.export_settling_seconds)
    )
    changes = _changes(organisation)
    return ChangeExport(
        organisation, exports(), adapters.files(), changes, destination, adapters.now
    )


def _changes(organisation: str | None) -> RuleChanges:
    genesys = calls.genesys_in_bulk(organisation)
    if adapters.is_live(organisation):
        from genesys_purge.campaign_rules.live.audit_query import AuditQuery
        from genesys_purge.campaign_rules.live.rule_changes import LiveChanges

        return LiveChanges(genesys, AuditQuery(genesys, adapters.sleep, time_left()))
    from genesys_purge.campaign_rules.documented.event_query import EventQuery
    from genesys_purge.campaign_rules.documented.rule_changes import DocumentedChanges

    query = EventQuery(genesys, adapters.organisation(organisation).api_url)
    return DocumentedChanges(genesys, query)
