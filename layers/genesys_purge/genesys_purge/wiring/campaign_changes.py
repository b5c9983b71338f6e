"""The use cases around campaign rules that change nothing: the export and the evaluation."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from genesys_purge.wiring import adapters

if TYPE_CHECKING:
    from genesys_purge.campaign_rules.evaluating.evaluate_contacts import EvaluateContacts
    from genesys_purge.campaign_rules.exporting.change_export import ChangeExport
    from genesys_purge.campaign_rules.exporting.export_campaign_rule_changes import (
        ExportCampaignRuleChanges,
    )
    from genesys_purge.store.campaign_exports import DynamoChangeExports
    from genesys_purge.store.files import S3Files


@cache
def export_campaign_rule_changes() -> ExportCampaignRuleChanges:
    from genesys_purge.campaign_rules.exporting.export_campaign_rule_changes import (
        ExportCampaignRuleChanges,
    )

    return ExportCampaignRuleChanges(_export, adapters.is_live)


@cache
def evaluate_contacts() -> EvaluateContacts:
    from genesys_purge.campaign_rules.evaluating.evaluate_contacts import EvaluateContacts

    return EvaluateContacts(_files(), adapters.meter())


@cache
def exports() -> DynamoChangeExports:
    from genesys_purge.store.campaign_exports import DynamoChangeExports

    table = adapters.settings().named("exports_table")
    return DynamoChangeExports(adapters.aws("dynamodb"), table, adapters.ledger())


def _export(organisation: str | None) -> ChangeExport:
    from datetime import timedelta

    from genesys_purge.campaign_rules.exporting.change_export import ChangeExport, Destination
    from genesys_purge.campaign_rules.exporting.events import EventQuery

    this, genesys = adapters.settings(), adapters.genesys(organisation)
    query = EventQuery(genesys, adapters.organisation(organisation).api_url)
    destination = Destination(
        this.named("changes_bucket"), timedelta(seconds=this.export_settling_seconds)
    )
    return ChangeExport(
        organisation, exports(), _files(), genesys, query, destination, adapters.now
    )


def _files() -> S3Files:
    from genesys_purge.store.files import S3Files

    return S3Files(lambda: adapters.aws("s3"))
