"""The live platform: the rules that it supports, and the interim calls that it needs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain

import orjson

from genesys_purge.campaign_rules.live.contact_rules import (
    as_written,
    is_contact_rule,
    rule_set_id_in,
)
from genesys_purge.campaign_rules.live.terms import is_trigger
from genesys_purge.campaign_rules.live.validation import errors_in
from genesys_purge.campaign_rules.ports import Stage, Staging
from genesys_purge.campaign_rules.rule_content import is_same
from genesys_purge.campaign_rules.rules import DeployedRule, Rule
from genesys_purge.errors import FieldError

# The platform accepts 512,000 bytes in one call, and a rule set is written as a whole.
LARGEST_RULE_SET = 480_000


class LivePlatform:
    """Supports contact rules and trigger rules; each error names the nearest alternative."""

    def errors_in(
        self, rules: Sequence[Rule], deployed: Sequence[DeployedRule] = ()
    ) -> Iterator[FieldError]:
        """Every error that only this platform reports; a rule's wrong fields are None."""
        yield from chain.from_iterable(map(errors_in, range(len(rules)), rules))
        yield from _changed_kinds(rules, deployed)
        yield from _unused_rule_set(rules, deployed)
        # Without deployed rules a valid set always fits, and an invalid one may not be writable.
        if deployed:
            yield from _too_large(rules, deployed)

    def staging(self, deployed: Sequence[DeployedRule]) -> Staging:
        """The staging of one plan: its first contact rule makes the campaign use the rule set."""
        return _LiveStaging(deployed)


class _LiveStaging:
    """The platform creates no enabled campaign rule, and changes only `enabled` of one.

    A new rule set applies once the campaign uses it.
    """

    def __init__(self, deployed: Sequence[DeployedRule]) -> None:
        self._is_in_use = any(each.enabled for each in _contact_rules(deployed))

    def __call__(self, rule: Rule, current: DeployedRule | None) -> tuple[Stage, ...]:
        if _is_trigger(rule):
            return tuple(_trigger_stages(rule, current))
        is_in_use, self._is_in_use = self._is_in_use, True
        return () if is_in_use else (Stage.PREPARE,)


def _trigger_stages(rule: Rule, current: DeployedRule | None) -> Iterator[Stage]:
    if current and is_same({**current.to_json(), "enabled": rule.enabled}, rule.to_json()):
        return
    if current and current.enabled:
        yield Stage.DISABLE
    if rule.enabled:
        yield Stage.PREPARE


def _is_trigger(rule: Rule) -> bool:
    return is_trigger(each.attribute for each in rule.conditions or ())


def _contact_rules(deployed: Sequence[DeployedRule]) -> list[DeployedRule]:
    return [each for each in deployed if is_contact_rule(each.id)]


def _changed_kinds(rules: Sequence[Rule], deployed: Sequence[DeployedRule]) -> Iterator[FieldError]:
    """A rule cannot change its kind, because the two kinds are stored in different places."""
    contacts = {each.name: is_contact_rule(each.id) for each in deployed}
    for position, rule in enumerate(rules):
        if rule.name in contacts and contacts[rule.name] is _is_trigger(rule):
            kind = "contacts" if contacts[rule.name] else "the campaign"
            message = f"the deployed rule of this name is about {kind}; use another name"
            yield FieldError(f"rules.{position}.conditions", message)


def _unused_rule_set(
    rules: Sequence[Rule], deployed: Sequence[DeployedRule]
) -> Iterator[FieldError]:
    """A rule set that the campaign does not use must not start to apply as a side effect.

    The exception is a set with one rule, of this document: a failed deployment left it behind.
    """
    unused = [each for each in _contact_rules(deployed) if not each.enabled]
    needs_set = any(not _is_trigger(rule) for rule in rules)
    is_left_over = len(unused) == 1 and unused[0].name in {rule.name for rule in rules}
    if unused and needs_set and not is_left_over:
        message = (
            f"the campaign does not use its rule set {rule_set_id_in(unused[0].id)}, which has "
            f"{len(unused)} rules; delete the set at Genesys, or make the campaign use it"
        )
        yield FieldError("campaignId", message)


def _too_large(rules: Sequence[Rule], deployed: Sequence[DeployedRule]) -> Iterator[FieldError]:
    replaced = {rule.name for rule in rules}
    staying = [each for each in _contact_rules(deployed) if each.name not in replaced]
    ours = [rule for rule in rules if not _is_trigger(rule)]
    size = len(orjson.dumps([as_written(each.to_json()) for each in (*staying, *ours)]))
    if size > LARGEST_RULE_SET:
        message = (
            f"would take {size:,} bytes in the campaign's rule set, which may have "
            f"{LARGEST_RULE_SET:,}; leave some out"
        )
        yield FieldError("rules", message)
