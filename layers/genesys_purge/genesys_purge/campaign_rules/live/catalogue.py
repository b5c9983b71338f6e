"""The rules of campaigns on the live platform: contact rules and trigger rules together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from genesys_purge.campaign_rules.answers import conflict
from genesys_purge.campaign_rules.live.contact_catalogue import ContactCatalogue
from genesys_purge.campaign_rules.live.contact_rules import is_contact_rule
from genesys_purge.campaign_rules.live.terms import attributes_of, is_trigger
from genesys_purge.campaign_rules.live.trigger_catalogue import TriggerCatalogue
from genesys_purge.campaign_rules.rule_content import COUNTERPART
from genesys_purge.campaign_rules.rules import DeployedRule
from genesys_purge.ports import Genesys


class LiveCatalogue:
    """Rules on contacts are stored in a rule set, rules on the campaign as campaign rules."""

    def __init__(self, genesys: Genesys) -> None:
        self._contacts = ContactCatalogue(genesys)
        self._triggers = TriggerCatalogue(genesys)

    def rules(self, campaign_id: str) -> list[DeployedRule]:
        """Every rule of a campaign; NotAtGenesys if Genesys has no such campaign."""
        return [*self._contacts.rules(campaign_id), *self._triggers.rules(campaign_id)]

    def create(self, campaign_id: str, wanted: Mapping[str, Any]) -> DeployedRule:
        """Create a rule of the kind that its conditions require."""
        catalogue = self._triggers if is_trigger(attributes_of(wanted)) else self._contacts
        return catalogue.create(campaign_id, wanted)

    def update(
        self, campaign_id: str, current: DeployedRule, wanted: Mapping[str, Any]
    ) -> DeployedRule:
        """Change a rule; refused with 409 unless it is still `current`."""
        is_contact = is_contact_rule(current.id)
        if COUNTERPART not in wanted and is_contact is is_trigger(attributes_of(wanted)):
            raise conflict(f'"{current.name}" is a rule of the other kind meanwhile')
        catalogue = self._contacts if is_contact else self._triggers
        return catalogue.update(campaign_id, current, wanted)

    def remove(self, campaign_id: str, rule_id: str) -> None:
        """Delete a rule; no error if it is gone already."""
        if is_contact_rule(rule_id):
            self._contacts.remove(campaign_id, rule_id)
        else:
            self._triggers.remove(rule_id)
