"""`/api/v2/outbound/campaignrules` and `/rulesets`: the live platform's rules for dialling."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from local.simulator.live.collection import Collection, Kind, Named, Operations
from local.simulator.words import Operation

LONGEST_NAME = 64


class Dialling(Named):
    """What a campaign rule and a rule set have in common."""

    name: str = Field(min_length=1, max_length=LONGEST_NAME)
    version: int | None = None
    date_created: str | None = None
    date_modified: str | None = None


class CampaignRule(Dialling):
    """A rule about the progress of campaigns; there is no attribute of a contact in it."""

    campaign_rule_entities: dict[str, object]
    campaign_rule_conditions: tuple[dict[str, object], ...]
    campaign_rule_actions: tuple[dict[str, object], ...]
    match_any_conditions: bool = False
    enabled: bool = False
    campaign_rule_processing: Literal["v2"] | None = None
    condition_groups: tuple[dict[str, object], ...] = ()
    execution_settings: dict[str, object] | None = None
    time_zone_id: str | None = None
    warnings: tuple[dict[str, object], ...] = ()


class RuleSet(Dialling):
    """Rules about contacts, which campaigns refer to."""

    contact_list: dict[str, object] | None = None
    queue: dict[str, object] | None = None
    rules: tuple[dict[str, object], ...] = ()


CAMPAIGN_RULES = Kind(
    path="/api/v2/outbound/campaignrules",
    permission="outbound:campaignRule",
    operations=Operations(
        create=Operation.CREATE_CAMPAIGN_RULE,
        page=Operation.LIST_CAMPAIGN_RULES,
        read=Operation.READ_CAMPAIGN_RULE,
        update=Operation.UPDATE_CAMPAIGN_RULE,
        delete=Operation.DELETE_CAMPAIGN_RULE,
    ),
    body=CampaignRule,
    created="dateCreated",
    modified="dateModified",
    duplicate="duplicate.name",
    versioned=True,
    cannot_create_enabled="cannot.create.enabled.campaign.rule",
    cannot_delete_enabled="cannot.delete.enabled.campaign.rule",
)
RULE_SETS = Kind(
    path="/api/v2/outbound/rulesets",
    permission="outbound:ruleSet",
    operations=Operations(
        create=Operation.CREATE_RULE_SET,
        page=Operation.LIST_RULE_SETS,
        read=Operation.READ_RULE_SET,
        update=Operation.UPDATE_RULE_SET,
        delete=Operation.DELETE_RULE_SET,
    ),
    body=RuleSet,
    created="dateCreated",
    modified="dateModified",
    duplicate="duplicate.name",
    versioned=True,
)


def outbound_collections() -> tuple[Collection, Collection]:
    """Campaign rules and rule sets, none yet."""
    return Collection(CAMPAIGN_RULES), Collection(RULE_SETS)
