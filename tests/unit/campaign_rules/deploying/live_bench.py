"""Runs deployments to a simulated live platform: its campaign, rule sets and campaign rules."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from genesys_purge.campaign_rules.live.catalogue import LiveCatalogue
from genesys_purge.campaign_rules.live.platform import LivePlatform
from genesys_purge.campaign_rules.ports import Platform, RuleCatalogue
from genesys_purge.campaign_rules.rule_content import content
from genesys_purge.genesys.client import GenesysClient

from simulator import Corpus, LiveSettings, Simulator, SimulatorSettings
from tests.unit.campaign_rules.deploying.bench import CAMPAIGN, URL, DeployBench
from tests.unit.campaign_rules.examples import condition, rule

RULE_SETS = "/api/v2/outbound/rulesets"
CAMPAIGN_RULES = "/api/v2/outbound/campaignrules"
OURS = f"Genesys Purge {CAMPAIGN}"
SERVERS = ("id", "selfUri", "version", "dateCreated", "dateModified")


def contact_rule(name: str = "A", order: int = 1, **fields: Any) -> dict[str, Any]:
    """A contact rule that the live platform supports."""
    made = {
        "conditions": [condition("region", "equals", "eu", "string")],
        "actions": [{"type": "DO_NOT_DIAL"}],
    }
    return rule(name, order, priority=1) | made | fields


def trigger_rule(name: str = "slow", order: int = 50, **fields: Any) -> dict[str, Any]:
    """A trigger rule that the live platform supports."""
    made = {
        "conditions": [condition("campaign.campaignProgress", "greaterThan", 0.5, "number")],
        "actions": [{"type": "turnOffCampaign"}],
    }
    return rule(name, order, priority=1) | made | fields


class LiveBench(DeployBench):
    """The bench over the live platform."""

    def new_simulator(self) -> Simulator:
        settings = SimulatorSettings(live=LiveSettings(requests_per_minute=None))
        return Simulator(Corpus.of(()), settings, self.clock)

    def target(self, genesys: GenesysClient) -> tuple[RuleCatalogue, Platform]:
        self.catalogue = LiveCatalogue(genesys)
        return self.catalogue, LivePlatform()

    def all(self, path: str) -> list[dict[str, Any]]:
        """Every entity of a collection."""
        return list(self.ask("GET", f"{URL}{path}?pageSize=100")["entities"])

    def one(self, path: str, name: str) -> dict[str, Any]:
        return next(each for each in self.all(path) if each["name"] == name)

    def campaign(self) -> dict[str, Any]:
        return dict(self.ask("GET", f"{URL}/api/v2/outbound/campaigns/{CAMPAIGN}"))

    def make(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Create an entity as another client."""
        return dict(self.ask("POST", URL + path, body))

    def edit(self, entity: Mapping[str, Any], **changes: Any) -> dict[str, Any]:
        """Change an entity as another client."""
        return dict(self.ask("PUT", URL + str(entity["selfUri"]), {**entity, **changes}))

    def discard(self, entity: Mapping[str, Any]) -> None:
        """Delete an entity as another client."""
        self.ask("DELETE", URL + str(entity["selfUri"]))

    def world(self) -> dict[str, Any]:
        """Everything that a deployment may change, without ids, versions and dates of rules."""
        return {
            "references": self.campaign()["ruleSets"],
            "ruleSets": {each["name"]: _plain(each) for each in self.all(RULE_SETS)},
            "campaignRules": {each["name"]: _plain(each) for each in self.all(CAMPAIGN_RULES)},
        }

    def contents(self) -> dict[str, dict[str, Any]]:
        """The content of every rule of the campaign in the terms of D5, by name."""
        return {each.name: content(each.to_json()) for each in self.catalogue.rules(CAMPAIGN)}

    def sent(self) -> list[tuple[str, Any]]:
        """The changing calls: verb with entity, and body, in order."""
        return [
            (f"{each.verb} {each.path.split('/')[4]}", each.body and orjson.loads(each.body))
            for each in self.simulator.requests
            if each.verb != "GET" and "/outbound/" in each.path
        ]

    def calls(self) -> list[str]:
        """The changing calls: verb with entity."""
        return [call for call, _ in self.sent()]


def _plain(entity: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in entity.items() if name not in SERVERS}
