"""The rules that a campaign has at Genesys, read once and kept up to date with our changes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from genesys_purge.campaign_rules.deploying.deployment import Deployment
from genesys_purge.campaign_rules.deploying.deployment_steps import Step
from genesys_purge.campaign_rules.ports import CatalogueOf
from genesys_purge.campaign_rules.rules import DeployedRule


class DeployedRules:
    """The rules by id; reads and changes go to the deployment's organisation."""

    def __init__(self, catalogue_of: CatalogueOf, deployment: Deployment) -> None:
        self._catalogue = catalogue_of(deployment.organisation)
        self._campaign_id = deployment.campaign_id
        self._rules = {rule.id: rule for rule in self._catalogue.rules(self._campaign_id)}

    def rule_of(self, step: Step) -> DeployedRule | None:
        """The step's rule, found by its id, or by its name while the id is unknown."""
        if step.rule_id:
            return self._rules.get(step.rule_id)
        named = (rule for rule in self._rules.values() if rule.name == step.name)
        return next(named, None)

    def holder_of(self, order: int | None, current: DeployedRule | None) -> DeployedRule | None:
        """The rule, other than `current`, that has the execution order."""
        if order is None:
            return None
        own = current.id if current else None
        holders = (
            rule
            for rule in self._rules.values()
            if rule.execution_order == order and rule.id != own
        )
        return next(holders, None)

    def create(self, wanted: Mapping[str, Any]) -> DeployedRule:
        """Create a rule with one changing call."""
        return self._remember(self._catalogue.create(self._campaign_id, wanted))

    def update(self, current: DeployedRule, wanted: Mapping[str, Any]) -> DeployedRule:
        """Change a rule with one changing call; refused with 409 unless it is still `current`."""
        return self._remember(self._catalogue.update(self._campaign_id, current, wanted))

    def remove(self, rule_id: str) -> None:
        """Delete a rule with at most one changing call; no error if it is gone already."""
        self._catalogue.remove(self._campaign_id, rule_id)
        self._rules.pop(rule_id, None)

    def _remember(self, rule: DeployedRule) -> DeployedRule:
        self._rules[rule.id] = rule
        return rule
