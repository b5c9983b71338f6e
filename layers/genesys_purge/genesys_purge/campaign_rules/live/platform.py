"""The live platform as one that rule sets are deployed to: what it takes, and by which steps."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain

import orjson

from genesys_purge.campaign_rules.contents import is_same
from genesys_purge.campaign_rules.deploying.deployment_steps import DisabledAs
from genesys_purge.campaign_rules.deploying.ports import Staging
from genesys_purge.campaign_rules.live.contact_rules import (
    as_written,
    is_about_contacts,
    rule_set_id_in,
)
from genesys_purge.campaign_rules.live.refusals import refusals_of
from genesys_purge.campaign_rules.live.words import is_about_campaign
from genesys_purge.campaign_rules.rules import DeployedRule, Rule
from genesys_purge.errors import FieldError

# The platform takes 512,000 bytes at once, and a rule set is written whole.
LARGEST_RULE_SET = 480_000


class Live:
    """Both kinds of rules; what has no counterpart is refused with the nearest thing there is."""

    def refused(
        self, rules: Sequence[Rule], deployed: Sequence[DeployedRule] = ()
    ) -> Iterator[FieldError]:
        """Every error that only this platform makes one; what a wrong rule lacks is None."""
        yield from chain.from_iterable(map(refusals_of, range(len(rules)), rules))
        yield from _of_another_kind(rules, deployed)
        yield from _not_referred_to(rules, deployed)
        # A set alone always fits, and may be wrong in other ways.
        if deployed:
            yield from _too_large(rules, deployed)

    def staging(self, deployed: Sequence[DeployedRule]) -> Staging:
        """For one plan: the first rule about contacts brings the rule set into force."""
        return _Stages(deployed)


class _Stages:
    """A rule that the platform must first be given disabled, or have disabled.

    It creates no campaign rule enabled and changes nothing of one but whether it is; a new rule set
    is in force once the campaign refers to it.
    """

    def __init__(self, deployed: Sequence[DeployedRule]) -> None:
        self._is_in_force = any(each.enabled for each in _about_contacts(deployed))

    def __call__(self, rule: Rule, current: DeployedRule | None) -> tuple[DisabledAs, ...]:
        if _is_about_campaign(rule):
            return tuple(_stages_of(rule, current))
        is_in_force, self._is_in_force = self._is_in_force, True
        return () if is_in_force else (DisabledAs.WANTED,)


def _stages_of(rule: Rule, current: DeployedRule | None) -> Iterator[DisabledAs]:
    if current and is_same({**current.to_json(), "enabled": rule.enabled}, rule.to_json()):
        return
    if current and current.enabled:
        yield DisabledAs.BEFORE
    if rule.enabled:
        yield DisabledAs.WANTED


def _is_about_campaign(rule: Rule) -> bool:
    return is_about_campaign(each.attribute for each in rule.conditions or ())


def _about_contacts(deployed: Sequence[DeployedRule]) -> list[DeployedRule]:
    return [each for each in deployed if is_about_contacts(each.id)]


def _of_another_kind(
    rules: Sequence[Rule], deployed: Sequence[DeployedRule]
) -> Iterator[FieldError]:
    """A rule does not change its kind: the one has nothing to be put in place of by the other."""
    contacts = {each.name: is_about_contacts(each.id) for each in deployed}
    for position, rule in enumerate(rules):
        if rule.name in contacts and contacts[rule.name] is _is_about_campaign(rule):
            kind = "contacts" if contacts[rule.name] else "the campaign"
            message = f"the deployed rule of this name is about {kind}; give this one another name"
            yield FieldError(f"rules.{position}.conditions", message)


def _not_referred_to(
    rules: Sequence[Rule], deployed: Sequence[DeployedRule]
) -> Iterator[FieldError]:
    """A rule set that is not in force, and would bring into force what nobody asked for.

    One rule of ours alone in it is what a deployment that died left there.
    """
    idle = [each for each in _about_contacts(deployed) if not each.enabled]
    is_asked_for = any(not _is_about_campaign(rule) for rule in rules)
    is_ours = len(idle) == 1 and idle[0].name in {rule.name for rule in rules}
    if idle and is_asked_for and not is_ours:
        message = (
            f"the campaign does not refer to its rule set {rule_set_id_in(idle[0].id)}, which has "
            f"{len(idle)} rules: delete it at Genesys, or let the campaign refer to it"
        )
        yield FieldError("campaignId", message)


def _too_large(rules: Sequence[Rule], deployed: Sequence[DeployedRule]) -> Iterator[FieldError]:
    replaced = {rule.name for rule in rules}
    staying = [each for each in _about_contacts(deployed) if each.name not in replaced]
    ours = [rule for rule in rules if not _is_about_campaign(rule)]
    size = len(orjson.dumps([as_written(each.to_json()) for each in (*staying, *ours)]))
    if size > LARGEST_RULE_SET:
        message = (
            f"would take {size:,} bytes in the campaign's rule set, which may have "
            f"{LARGEST_RULE_SET:,}; leave some out"
        )
        yield FieldError("rules", message)
