"""The trigger rules of one campaign on the live platform, each an entity of its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from genesys_purge.campaign_rules.answers import (
    delete,
    entities_of,
    entity_id,
    entity_in,
    outcome_of,
    parsed,
)
from genesys_purge.campaign_rules.live.trigger_rules import as_changed, as_new, as_read, is_of
from genesys_purge.campaign_rules.rules import DeployedRule
from genesys_purge.model.platform import LIVE
from genesys_purge.operation import Missing, Operation
from genesys_purge.ports import Genesys

RULES = "/api/v2/outbound/campaignrules"
ONE = f"{RULES}/{{rule_id}}"
VIEW = ("outbound:campaignRule:view",)
ADD = ("outbound:campaignRule:add",)
EDIT = ("outbound:campaignRule:edit",)
DELETE = ("outbound:campaignRule:delete",)
# The client does not retry it: the wait loop of the deployment does.
LIST = Operation(
    "GET",
    f"{RULES}?pageSize=100&pageNumber={{page}}",
    permissions=VIEW,
    retried=False,
    dialect=LIVE,
    missing=Missing.REFUSED,
)
CREATE = Operation("POST", RULES, permissions=ADD, dialect=LIVE, missing=Missing.REFUSED)
UPDATE = Operation("PUT", ONE, permissions=EDIT, dialect=LIVE, missing=Missing.REFUSED)
REMOVE = Operation("DELETE", ONE, permissions=DELETE, dialect=LIVE, missing=Missing.ENTITY)


class TriggerCatalogue:
    """The rules that watch one campaign only; rules of several campaigns are never touched."""

    def __init__(self, genesys: Genesys) -> None:
        self._genesys = genesys

    def rules(self, campaign_id: str) -> list[DeployedRule]:
        """Every trigger rule of the campaign."""
        found = entities_of(self._genesys, LIST, entity_in, entity_id)
        of_campaign = parsed(lambda: [each for each in found if is_of(campaign_id, each)])
        return [_read(campaign_id, each) for each in of_campaign]

    def create(self, campaign_id: str, wanted: Mapping[str, Any]) -> DeployedRule:
        """Create a rule; the platform refuses to create an enabled one."""
        answer = self._genesys.change(CREATE, as_new(campaign_id, wanted))
        return outcome_of(lambda: _read(campaign_id, answer))

    def update(
        self, campaign_id: str, current: DeployedRule, wanted: Mapping[str, Any]
    ) -> DeployedRule:
        """Change a rule; refused with 409 unless it still has the version that was read."""
        body = as_changed(campaign_id, current.to_json(), wanted)
        answer = self._genesys.change(UPDATE, body, rule_id=current.id or "")
        return outcome_of(lambda: _read(campaign_id, answer))

    def remove(self, rule_id: str) -> None:
        """Delete a rule; the platform refuses to delete an enabled one."""
        delete(self._genesys, REMOVE, rule_id=rule_id)


def _read(campaign_id: str, rule: Mapping[str, Any]) -> DeployedRule:
    return parsed(lambda: as_read(campaign_id, entity_in(rule)))
