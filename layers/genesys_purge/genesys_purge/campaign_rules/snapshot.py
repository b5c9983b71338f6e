"""A campaign's rules as last read from Genesys, kept up with what we change ourselves."""

from __future__ import annotations

from collections.abc import Iterable

from genesys_purge.campaign_rules.rules import DeployedRule
from genesys_purge.model.deployment_steps import Step


class Snapshot:
    """The rules by id."""

    def __init__(self, rules: Iterable[DeployedRule]) -> None:
        self._rules = {rule.id: rule for rule in rules}

    def of(self, step: Step) -> DeployedRule | None:
        """The step's rule: by its id, or by its name as long as nobody knows the id."""
        if step.rule_id:
            return self._rules.get(step.rule_id)
        named = (rule for rule in self._rules.values() if rule.name == step.name)
        return next(named, None)

    def in_the_way(self, order: int | None, current: DeployedRule | None) -> DeployedRule | None:
        """Another rule that has the execution order, where there is one at all."""
        if order is None:
            return None
        own = current.id if current else None
        holders = (
            rule
            for rule in self._rules.values()
            if rule.execution_order == order and rule.id != own
        )
        return next(holders, None)

    def keep(self, rule: DeployedRule) -> None:
        self._rules[rule.id] = rule

    def drop(self, rule_id: str) -> None:
        self._rules.pop(rule_id, None)
