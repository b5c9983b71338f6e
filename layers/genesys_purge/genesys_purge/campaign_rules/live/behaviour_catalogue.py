"""The campaign rules of one campaign on the live platform, each an entity of its own."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from genesys_purge.campaign_rules.live.behaviour_rules import as_changed, as_new, as_read, is_of
from genesys_purge.campaign_rules.live.calls import (
    changed,
    entities_of,
    identified,
    readable,
    removed,
)
from genesys_purge.campaign_rules.rules import DeployedRule
from genesys_purge.model.platform import LIVE
from genesys_purge.ports import Genesys, Operation

RULES = "/api/v2/outbound/campaignrules"
ONE = f"{RULES}/{{rule_id}}"
VIEW = ("outbound:campaignRule:view",)
ADD = ("outbound:campaignRule:add",)
EDIT = ("outbound:campaignRule:edit",)
DELETE = ("outbound:campaignRule:delete",)
# Not repeated by the client: whoever reads has a wait loop of its own.
LIST = Operation(
    "GET",
    f"{RULES}?pageSize=100&pageNumber={{page}}",
    permissions=VIEW,
    retried=False,
    dialect=LIVE,
)
CREATE = Operation("POST", RULES, permissions=ADD, dialect=LIVE)
UPDATE = Operation("PUT", ONE, permissions=EDIT, dialect=LIVE)
REMOVE = Operation("DELETE", ONE, permissions=DELETE, dialect=LIVE)


class BehaviourCatalogue:
    """Rules of which the campaign is the only one they look at; those of several stay untouched."""

    def __init__(self, genesys: Genesys) -> None:
        self._genesys = genesys

    def rules(self, campaign_id: str) -> list[DeployedRule]:
        """Every such rule of the organisation."""
        found = entities_of(self._genesys, LIST)
        return [
            _read(campaign_id, each)
            for each in found
            if readable(partial(is_of, campaign_id, each))
        ]

    def create(self, campaign_id: str, wanted: Mapping[str, Any]) -> DeployedRule:
        """The new rule; the platform refuses one that is enabled."""
        answer = self._genesys.change(CREATE, as_new(campaign_id, wanted))
        return changed(lambda: _read(campaign_id, answer))

    def update(
        self, campaign_id: str, current: DeployedRule, wanted: Mapping[str, Any]
    ) -> DeployedRule:
        """The rule as changed, under the version that was read."""
        body = as_changed(campaign_id, current.to_json(), wanted)
        answer = self._genesys.change(UPDATE, body, rule_id=current.id or "")
        return changed(lambda: _read(campaign_id, answer))

    def remove(self, rule_id: str) -> None:
        """The rule is gone; the platform refuses to delete one that is enabled."""
        removed(self._genesys, REMOVE, rule_id=rule_id)


def _read(campaign_id: str, rule: Mapping[str, Any]) -> DeployedRule:
    return readable(lambda: as_read(campaign_id, identified(rule)))
