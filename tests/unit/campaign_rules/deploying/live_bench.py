"""Deployments to a simulated live platform: its campaign, rule sets and campaign rules."""

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
from tests.clock import Clock
from tests.unit.campaign_rules.deploying.bench import CAMPAIGN, DeployBench
from tests.unit.campaign_rules.examples import condition, rule

URL = "https://genesys.test"
RULE_SETS = "/api/v2/outbound/rulesets"
CAMPAIGN_RULES = "/api/v2/outbound/campaignrules"
OURS = f"Genesys Purge {CAMPAIGN}"
SERVERS = ("id", "selfUri", "version", "dateCreated", "dateModified")


def contact_rule(name: str = "A", order: int = 1, **fields: Any) -> dict[str, Any]:
    """A rule set's rule about contacts that the live platform takes."""
    made = {
        "conditions": [condition("region", "equals", "eu", "string")],
        "actions": [{"type": "DO_NOT_DIAL"}],
    }
    return rule(name, order, priority=1) | made | fields


def trigger_rule(name: str = "slow", order: int = 50, **fields: Any) -> dict[str, Any]:
    """A rule set's rule about its campaign that the live platform takes."""
    made = {
        "conditions": [condition("campaign.campaignProgress", "greaterThan", 0.5, "number")],
        "actions": [{"type": "turnOffCampaign"}],
    }
    return rule(name, order, priority=1) | made | fields


class LiveBench(DeployBench):
    """As the bench of the documented contract, over the live platform's own dialect."""

    def __init__(self, simulator: Simulator | None = None, clock: Clock | None = None) -> None:
        clock = clock or Clock()
        settings = SimulatorSettings(live=LiveSettings(requests_per_minute=None))
        super().__init__(simulator or Simulator(Corpus.of(()), settings, clock), clock)

    def target(self, genesys: GenesysClient) -> tuple[RuleCatalogue, Platform]:
        self.catalogue = LiveCatalogue(genesys)
        return self.catalogue, LivePlatform()

    def all(self, path: str) -> list[dict[str, Any]]:
        """Every entity of a collection as it is."""
        return list(self.ask("GET", f"{URL}{path}?pageSize=100").json()["entities"])

    def one(self, path: str, name: str) -> dict[str, Any]:
        return next(each for each in self.all(path) if each["name"] == name)

    def campaign(self) -> dict[str, Any]:
        return dict(self.ask("GET", f"{URL}/api/v2/outbound/campaigns/{CAMPAIGN}").json())

    def make(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """What somebody else creates."""
        return dict(self.ask("POST", URL + path, body).raise_for_status().json())

    def edit(self, entity: Mapping[str, Any], **changes: Any) -> dict[str, Any]:
        """What somebody else changes."""
        answer = self.ask("PUT", URL + str(entity["selfUri"]), {**entity, **changes})
        return dict(answer.raise_for_status().json())

    def world(self) -> dict[str, Any]:
        """Everything that a deployment may change, but for versions and dates."""
        return {
            "references": self.campaign()["ruleSets"],
            "ruleSets": {each["name"]: _plain(each) for each in self.all(RULE_SETS)},
            "campaignRules": {each["name"]: _plain(each) for each in self.all(CAMPAIGN_RULES)},
        }

    def contents(self) -> dict[str, dict[str, Any]]:
        """What every rule of the campaign says in D5's words, by name."""
        return {each.name: content(each.to_json()) for each in self.catalogue.rules(CAMPAIGN)}

    def sent(self) -> list[tuple[str, Any]]:
        """The changing calls: verb with what it is about, and body, in order."""
        return [
            (f"{each.verb} {each.path.split('/')[4]}", each.body and orjson.loads(each.body))
            for each in self.simulator.requests
            if each.verb != "GET" and "/outbound/" in each.path
        ]

    def calls(self) -> list[str]:
        """The changing calls: verb and what it is about."""
        return [call for call, _ in self.sent()]


def _plain(entity: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in entity.items() if name not in SERVERS}
