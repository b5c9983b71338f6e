"""A live platform whose campaign rules change, and exports of its audit."""

from __future__ import annotations

import json
import math
from datetime import timedelta
from typing import Any

from genesys_purge.campaign_rules.campaign import Campaign
from genesys_purge.campaign_rules.exporting.campaign_export import CampaignExport, ExportedWindow
from genesys_purge.campaign_rules.exporting.change_export import ChangeExport, Destination
from genesys_purge.campaign_rules.live.audit_query import AuditQuery
from genesys_purge.campaign_rules.live.rule_changes import LiveChanges
from genesys_purge.campaign_rules.live.trigger_rules import as_new

from simulator import Corpus, LiveSettings, Simulator, SimulatorSettings
from tests.change_fakes import MemoryChangeExports, MemoryFiles
from tests.unit.campaign_rules.deploying.live_bench import (
    CAMPAIGN_RULES,
    RULE_SETS,
    LiveBench,
    trigger_rule,
)

CAMPAIGN, OTHER = "campaign-1", "campaign-2"
QUERY = "/api/v2/audits/query"
SETTLED = 60


class ExportBench(LiveBench):
    """Makes, changes and deletes rules as another client, and exports a minute later."""

    def __init__(self, **live: Any) -> None:
        self._settings = LiveSettings(requests_per_minute=None, **live)
        super().__init__()
        self.exports = MemoryChangeExports(self.audit)
        self.files = MemoryFiles()
        self.seconds_left = math.inf

    def new_simulator(self) -> Simulator:
        return Simulator(Corpus.of(()), SimulatorSettings(live=self._settings), self.clock)

    def export_of(self, organisation: str | None = None) -> ChangeExport:
        """The export of one invocation."""
        genesys = self._client()
        query = AuditQuery(genesys, self.clock.wait, lambda: self.seconds_left)
        return ChangeExport(
            organisation,
            self.exports,
            self.files,
            LiveChanges(genesys, query),
            Destination("changes", timedelta(seconds=SETTLED)),
            self.clock,
        )

    def exported(self, campaign_id: str = CAMPAIGN) -> list[dict[str, Any]]:
        """The records of an export of everything until now."""
        self.clock.wait(SETTLED + 1)
        windows = self.export_of()(campaign_id, "tests")
        return [record for each in windows for record in self.records(each)]

    def records(self, window: ExportedWindow) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.files.objects[window.json_lines].splitlines()]

    def stored(self) -> CampaignExport:
        stored = self.exports.get(Campaign(None, CAMPAIGN))
        assert stored is not None
        return stored

    def trigger(self, campaign_id: str = CAMPAIGN, name: str = "slow") -> dict[str, Any]:
        """A campaign rule of a campaign."""
        body = as_new(campaign_id, trigger_rule(name, enabled=False))
        return self.passed(self.make(CAMPAIGN_RULES, body))

    def rule_set(self, name: str) -> dict[str, Any]:
        return self.passed(self.make(RULE_SETS, {"name": name, "rules": []}))

    def use(self, rule_set: dict[str, Any]) -> None:
        """Make the campaign use the rule set."""
        references = [*self.campaign()["ruleSets"], {"id": rule_set["id"]}]
        self.passed(self.edit(self.campaign(), ruleSets=references))

    def passed(self, made: dict[str, Any]) -> dict[str, Any]:
        self.clock.wait(1)
        return made

    def asked(self, verb: str) -> list[str]:
        """The paths of the calls of the audit, in order."""
        return [
            each.path
            for each in self.simulator.requests
            if each.verb == verb and each.path.startswith(QUERY)
        ]
