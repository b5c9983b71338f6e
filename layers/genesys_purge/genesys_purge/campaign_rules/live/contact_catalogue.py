"""The contact rules of one campaign on the live platform, all in one rule set of ours."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from genesys_purge.campaign_rules.answers import conflict, outcome_of, parsed
from genesys_purge.campaign_rules.live.contact_rules import (
    as_read,
    as_written,
    name_in,
    rule_set_id_in,
)
from genesys_purge.campaign_rules.live.rule_sets import CampaignRuleSet, RuleSets
from genesys_purge.campaign_rules.rule_content import is_same
from genesys_purge.campaign_rules.rules import DeployedRule
from genesys_purge.ports import Genesys


class ContactCatalogue:
    """A contact rule is enabled while the campaign uses the rule set, which applies as a whole.

    Rule set and campaign are read again before each call, because each call changes the set.
    """

    def __init__(self, genesys: Genesys) -> None:
        self._sets = RuleSets(genesys)

    def rules(self, campaign_id: str) -> list[DeployedRule]:
        """Every rule of the set; NotAtGenesys if Genesys has no such campaign."""
        state = self._sets.read(campaign_id)
        return [_read(state.rule_set, each, state) for each in state.rules]

    def create(self, campaign_id: str, wanted: Mapping[str, Any]) -> DeployedRule:
        """Add a rule to the set; creates the set if there is none."""
        state, rule = self._sets.read(campaign_id), as_written(wanted)
        if any(each["name"] == rule["name"] for each in state.rules):
            raise conflict(f'"{rule["name"]}" exists meanwhile')
        if wanted["enabled"] and not state.is_in_use:
            raise conflict("the campaign no longer uses its rule set")
        written = (
            self._sets.write(state.rule_set, [*state.rules, rule])
            if state.rule_set
            else self._sets.create(state, [rule])
        )
        return _answered(written, rule["name"], state)

    def update(
        self, campaign_id: str, current: DeployedRule, wanted: Mapping[str, Any]
    ) -> DeployedRule:
        """Change a rule, or make the campaign use the set or stop using it."""
        state = self._sets.read(campaign_id, rule_set_id_in(current.id))
        rule, enabled = _unchanged(state, current), wanted["enabled"]
        if is_same({**rule.to_json(), "enabled": enabled}, wanted):
            return self._switch(state, rule, enabled=enabled)
        if enabled is not state.is_in_use:
            raise conflict("the campaign started or stopped using its rule set meanwhile")
        rules = [
            {**each, **as_written(wanted)} if each["name"] == current.name else each
            for each in state.rules
        ]
        return _answered(self._sets.write(state.rule_set, rules), current.name, state)

    def remove(self, campaign_id: str, rule_id: str) -> None:
        """Remove a rule; deletes the set once it is empty and no campaign uses it."""
        state = self._sets.read(campaign_id, rule_set_id_in(rule_id))
        others = [each for each in state.rules if each["name"] != name_in(rule_id)]
        if not state.rule_set or len(others) == len(state.rules):
            return
        if others or state.is_in_use:
            self._sets.write(state.rule_set, others)
        else:
            self._sets.remove(state.rule_set["id"])

    def _switch(self, state: CampaignRuleSet, rule: DeployedRule, *, enabled: bool) -> DeployedRule:
        if enabled:
            self._sets.use(state)
        elif len(state.rules) > 1:
            raise conflict("the rule set has other rules meanwhile, and they are in use")
        else:
            self._sets.stop_using(state)
        return rule.model_copy(update={"enabled": enabled})


def _unchanged(state: CampaignRuleSet, current: DeployedRule) -> DeployedRule:
    """The rule as it is now; a conflict if it changed since `current` was read."""
    named = [each for each in state.rules if each["name"] == current.name]
    found = [_read(state.rule_set, each, state) for each in named]
    if len(found) != 1 or not is_same(found[0].to_json(), current.to_json()):
        raise conflict(f'"{current.name}" changed meanwhile')
    return found[0]


def _answered(rule_set: Mapping[str, Any], name: str, state: CampaignRuleSet) -> DeployedRule:
    def rule() -> DeployedRule:
        named = {each["name"]: each for each in rule_set.get("rules") or ()}
        return _read(rule_set, named[name], state)

    return outcome_of(lambda: parsed(rule))


def _read(
    rule_set: Mapping[str, Any], rule: Mapping[str, Any], state: CampaignRuleSet
) -> DeployedRule:
    return parsed(lambda: as_read(rule_set, rule, enabled=state.is_in_use))
