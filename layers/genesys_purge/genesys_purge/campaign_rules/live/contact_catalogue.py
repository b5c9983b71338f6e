"""The rules about contacts of one campaign on the live platform, all in one rule set of ours."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from genesys_purge.campaign_rules.contents import is_same
from genesys_purge.campaign_rules.live.calls import changed, conflict, readable
from genesys_purge.campaign_rules.live.contact_rules import (
    as_read,
    as_written,
    name_in,
    rule_set_id_in,
)
from genesys_purge.campaign_rules.live.rule_sets import Place, RuleSets
from genesys_purge.campaign_rules.rules import DeployedRule
from genesys_purge.ports import Genesys


class ContactCatalogue:
    """A rule counts as enabled while the campaign refers to the set, for the set is in force whole.

    Set and campaign are read again before each call: every rule that is written changes the set.
    """

    def __init__(self, genesys: Genesys) -> None:
        self._sets = RuleSets(genesys)

    def rules(self, campaign_id: str) -> list[DeployedRule]:
        """Every rule of the set; JobLost where Genesys has no such campaign."""
        place = self._sets.place(campaign_id)
        return [_read(place.rule_set, each, place) for each in place.rules]

    def create(self, campaign_id: str, wanted: Mapping[str, Any]) -> DeployedRule:
        """The new rule, in a new set where there is none."""
        place, rule = self._sets.place(campaign_id), as_written(wanted)
        if any(each["name"] == rule["name"] for each in place.rules):
            raise conflict(f'"{rule["name"]}" is there meanwhile')
        if wanted["enabled"] and not place.is_in_force:
            raise conflict("the campaign does not refer to its rule set meanwhile")
        written = (
            self._sets.write(place.rule_set, [*place.rules, rule])
            if place.rule_set
            else self._sets.create(place, [rule])
        )
        return _answered(written, rule["name"], place)

    def update(
        self, campaign_id: str, current: DeployedRule, wanted: Mapping[str, Any]
    ) -> DeployedRule:
        """The rule as changed, or its set referred to by the campaign or no longer."""
        place = self._sets.place(campaign_id, rule_set_id_in(current.id))
        fresh, enabled = _fresh(place, current), wanted["enabled"]
        if is_same({**fresh.to_json(), "enabled": enabled}, wanted):
            return self._switched(place, fresh, enabled=enabled)
        if enabled is not place.is_in_force:
            raise conflict("whether the campaign refers to its rule set has changed meanwhile")
        rules = [
            {**each, **as_written(wanted)} if each["name"] == current.name else each
            for each in place.rules
        ]
        return _answered(self._sets.write(place.rule_set, rules), current.name, place)

    def remove(self, campaign_id: str, rule_id: str) -> None:
        """The rule is gone, with a set that has no other and that no campaign refers to."""
        place = self._sets.place(campaign_id, rule_set_id_in(rule_id))
        others = [each for each in place.rules if each["name"] != name_in(rule_id)]
        if not place.rule_set or len(others) == len(place.rules):
            return
        if others or place.is_in_force:
            self._sets.write(place.rule_set, others)
        else:
            self._sets.remove(place.rule_set["id"])

    def _switched(self, place: Place, rule: DeployedRule, *, enabled: bool) -> DeployedRule:
        if enabled:
            self._sets.refer(place)
        elif len(place.rules) > 1:
            raise conflict("the rule set has other rules meanwhile, and they are in force")
        else:
            self._sets.let_go(place)
        return rule.model_copy(update={"enabled": enabled})


def _fresh(place: Place, current: DeployedRule) -> DeployedRule:
    """The rule as it is, where that is what the turn saw."""
    named = [each for each in place.rules if each["name"] == current.name]
    found = [_read(place.rule_set, each, place) for each in named]
    if len(found) != 1 or not is_same(found[0].to_json(), current.to_json()):
        raise conflict(f'"{current.name}" has changed meanwhile')
    return found[0]


def _answered(rule_set: Mapping[str, Any], name: str, place: Place) -> DeployedRule:
    def read() -> DeployedRule:
        named = {each["name"]: each for each in rule_set.get("rules") or ()}
        return _read(rule_set, named[name], place)

    return changed(lambda: readable(read))


def _read(rule_set: Mapping[str, Any], rule: Mapping[str, Any], place: Place) -> DeployedRule:
    return readable(lambda: as_read(rule_set, rule, enabled=place.is_in_force))
