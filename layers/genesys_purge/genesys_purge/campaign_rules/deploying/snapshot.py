"""A campaign's rules as last read from Genesys, changed there and kept up with it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from genesys_purge.campaign_rules.deploying.deployment import Deployment
from genesys_purge.campaign_rules.deploying.deployment_steps import Step
from genesys_purge.campaign_rules.deploying.ports import CatalogueOf
from genesys_purge.campaign_rules.rules import DeployedRule


class Snapshot:
    """The rules by id; what is read and what is changed is in the deployment's organisation."""

    def __init__(self, catalogue_of: CatalogueOf, deployment: Deployment) -> None:
        self._catalogue = catalogue_of(deployment.organisation)
        self._campaign_id = deployment.campaign_id
        self._rules = {rule.id: rule for rule in self._catalogue.rules(self._campaign_id)}

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

    def create(self, wanted: Mapping[str, Any]) -> DeployedRule:
        """The new rule: one changing call."""
        return self._kept(self._catalogue.create(self._campaign_id, wanted))

    def update(self, current: DeployedRule, wanted: Mapping[str, Any]) -> DeployedRule:
        """The rule as changed: one changing call; refused with 409 where it is not `current`."""
        return self._kept(self._catalogue.update(self._campaign_id, current, wanted))

    def remove(self, rule_id: str) -> None:
        """The rule is gone, or was gone before: at most one changing call."""
        self._catalogue.remove(self._campaign_id, rule_id)
        self._rules.pop(rule_id, None)

    def _kept(self, rule: DeployedRule) -> DeployedRule:
        self._rules[rule.id] = rule
        return rule
