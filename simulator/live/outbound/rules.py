"""`/api/v2/outbound/campaignrules` and `/rulesets`: the live rules for dialling."""

from __future__ import annotations

from collections.abc import Iterable

from simulator.live.audits.trail import AuditTrail
from simulator.live.collection import Collection, Kind, Operations
from simulator.live.outbound.bodies import CampaignRule, RuleSet
from simulator.live.outbound.campaigns import OutboundCampaigns
from simulator.organisation.live_settings import LiveSettings
from simulator.organisation.words import Operation

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
    finds=lambda asked, name: name.startswith(asked),
    cannot_create_enabled="cannot.create.enabled.campaign.rule",
    cannot_modify_enabled="cannot.modify.enabled.campaign.rule",
    cannot_delete_enabled="cannot.delete.enabled.campaign.rule",
    audited_as="CampaignRule",
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
    finds=lambda asked, name: name.startswith(asked),
    audited_as="RuleSet",
)


def outbound(
    campaign_ids: Iterable[str], live: LiveSettings, trail: AuditTrail
) -> tuple[Collection, Collection, OutboundCampaigns]:
    """Empty collections of campaign rules and rule sets, and the campaigns without rule sets."""

    def is_in_use(rule_set: str) -> bool:
        return campaigns.refer_to(rule_set)

    rule_sets = Collection(RULE_SETS, live.max_rule_sets, is_in_use, trail)
    campaigns = OutboundCampaigns(campaign_ids, rule_sets.contains, trail)
    rules = Collection(CAMPAIGN_RULES, live.max_campaign_rules, trail=trail)
    return rules, rule_sets, campaigns
