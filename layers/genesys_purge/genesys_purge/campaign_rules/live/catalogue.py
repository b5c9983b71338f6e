"""The live platform's rules of campaigns, in D5's words: one catalogue over both kinds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from genesys_purge.campaign_rules.live.behaviour_catalogue import BehaviourCatalogue
from genesys_purge.campaign_rules.live.calls import conflict
from genesys_purge.campaign_rules.live.contact_catalogue import ContactCatalogue
from genesys_purge.campaign_rules.live.contact_rules import is_about_contacts
from genesys_purge.campaign_rules.live.words import COUNTERPART, attributes_of, is_about_campaign
from genesys_purge.campaign_rules.rules import DeployedRule
from genesys_purge.ports import Genesys


class LiveCatalogue:
    """What a rule set says about contacts is in a rule set, what it says of the campaign beside."""

    def __init__(self, genesys: Genesys) -> None:
        self._contacts = ContactCatalogue(genesys)
        self._behaviour = BehaviourCatalogue(genesys)

    def rules(self, campaign_id: str) -> list[DeployedRule]:
        """Every rule of a campaign; JobLost where Genesys has no such campaign."""
        return [*self._contacts.rules(campaign_id), *self._behaviour.rules(campaign_id)]

    def create(self, campaign_id: str, wanted: Mapping[str, Any]) -> DeployedRule:
        """The new rule, of the kind that its conditions make it."""
        kind = self._behaviour if is_about_campaign(attributes_of(wanted)) else self._contacts
        return kind.create(campaign_id, wanted)

    def update(
        self, campaign_id: str, current: DeployedRule, wanted: Mapping[str, Any]
    ) -> DeployedRule:
        """The rule as changed; refused with 409 where it is not `current`."""
        is_contacts = is_about_contacts(current.id)
        if COUNTERPART not in wanted and is_contacts is is_about_campaign(attributes_of(wanted)):
            raise conflict(f'"{current.name}" is a rule of the other kind meanwhile')
        kind = self._contacts if is_contacts else self._behaviour
        return kind.update(campaign_id, current, wanted)

    def remove(self, campaign_id: str, rule_id: str) -> None:
        """The rule is gone, or was gone before."""
        if is_about_contacts(rule_id):
            self._contacts.remove(campaign_id, rule_id)
        else:
            self._behaviour.remove(rule_id)
