"""The rules of campaigns in the documented contract (D5)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from genesys_purge.campaign_rules.answers import (
    IDENTIFIER,
    delete,
    entities_of,
    outcome_of,
    parsed,
)
from genesys_purge.campaign_rules.rule_content import request_body
from genesys_purge.campaign_rules.rules import DeployedRule
from genesys_purge.errors import UnreadableAnswer
from genesys_purge.operation import Missing, Operation
from genesys_purge.ports import Genesys

RULES = "/api/v2/outbound/campaigns/{campaign_id}/rules"
READ = ("outbound:campaign:read",)
WRITE = ("outbound:campaign:write", "outbound:rule:write")
# The live alternative of every operation in this module.
INSTEAD = (
    "GenesysPlatform=live, which deploys rules on contacts to /api/v2/outbound/rulesets, and rules "
    "on the campaign to /api/v2/outbound/campaignrules"
)
# The client does not retry it: the wait loop of the deployment does.
LIST = Operation(
    "GET",
    f"{RULES}?pageSize=100&pageNumber={{page}}",
    READ,
    retried=False,
    instead=INSTEAD,
    missing=Missing.ENTITY,
)
CREATE = Operation("POST", RULES, WRITE, instead=INSTEAD, missing=Missing.REFUSED)
UPDATE = Operation("PUT", f"{RULES}/{{rule_id}}", WRITE, instead=INSTEAD, missing=Missing.REFUSED)
REMOVE = Operation("DELETE", f"{RULES}/{{rule_id}}", WRITE, instead=INSTEAD, missing=Missing.ENTITY)


class DocumentedCatalogue:
    """Reads and changes the rules of a campaign, one rule with each call."""

    def __init__(self, genesys: Genesys) -> None:
        self._genesys = genesys

    def rules(self, campaign_id: str) -> list[DeployedRule]:
        """Every rule of a campaign, each once; NotAtGenesys if Genesys has no such campaign."""
        return entities_of(self._genesys, LIST, _rule, _id, campaign_id=campaign_id)

    def create(self, campaign_id: str, wanted: Mapping[str, Any]) -> DeployedRule:
        """Create a rule, in the version that `wanted` names."""
        body = request_body(wanted, wanted["version"])
        answer = self._genesys.change(CREATE, body, campaign_id=campaign_id)
        return outcome_of(lambda: _rule(answer))

    def update(
        self, campaign_id: str, current: DeployedRule, wanted: Mapping[str, Any]
    ) -> DeployedRule:
        """Write the version after the current one; refused with 409 if that exists already."""
        body = request_body(wanted, current.version + 1, replaced=current.to_json())
        path = {"campaign_id": campaign_id, "rule_id": _id(current)}
        answer = self._genesys.change(UPDATE, body, **path)
        return outcome_of(lambda: _rule(answer))

    def remove(self, campaign_id: str, rule_id: str) -> None:
        """Delete a rule; no error if it is gone already."""
        delete(self._genesys, REMOVE, campaign_id=campaign_id, rule_id=rule_id)


def _rule(entity: object) -> DeployedRule:
    rule = parsed(lambda: DeployedRule.parse(entity))
    if rule.execution_order is None:
        raise UnreadableAnswer("Genesys answered with a rule without an execution order")
    if rule.id is None or not IDENTIFIER(rule.id):
        raise UnreadableAnswer("Genesys answered with a rule without a usable id")
    return rule


def _id(rule: DeployedRule) -> str:
    return rule.id or ""
