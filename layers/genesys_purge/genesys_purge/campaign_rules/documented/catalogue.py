"""The rules of campaigns as D5 has them at Genesys: read page by page, changed one at a time."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from genesys_purge.campaign_rules.contents import sent
from genesys_purge.campaign_rules.rules import DeployedRule
from genesys_purge.errors import OutcomeUnknown, RefusedByGenesys, UnreadableAnswer
from genesys_purge.ports import Genesys, Operation

RULES = "/api/v2/outbound/campaigns/{campaign_id}/rules"
READ = ("outbound:campaign:read",)
WRITE = ("outbound:campaign:write", "outbound:rule:write")
# Not repeated by the client: whoever reads has a wait loop of its own.
INSTEAD = (
    "GenesysPlatform=live, with which rules go to /api/v2/outbound/campaignrules for what a "
    "campaign does, to /api/v2/outbound/rulesets for what depends on a contact"
)
LIST = Operation(
    "GET", f"{RULES}?pageSize=100&pageNumber={{page}}", READ, retried=False, instead=INSTEAD
)
CREATE = Operation("POST", RULES, WRITE, instead=INSTEAD)
UPDATE = Operation("PUT", f"{RULES}/{{rule_id}}", WRITE, instead=INSTEAD)
REMOVE = Operation("DELETE", f"{RULES}/{{rule_id}}", WRITE, instead=INSTEAD)

NOT_FOUND = 404
MOST_PAGES = 200
# It becomes part of a path, where dots alone would mean another one.
IDENTIFIER = re.compile(r"(?!\.+$)[A-Za-z0-9._:-]{1,100}").fullmatch


class Catalogue:
    """The one place that calls the documented contract's Genesys about campaign rules."""

    def __init__(self, genesys: Genesys) -> None:
        self._genesys = genesys

    def rules(self, campaign_id: str) -> list[DeployedRule]:
        """Every rule of a campaign, each once; JobLost where Genesys has no such campaign."""
        found: dict[str, DeployedRule] = {}
        for page in range(1, MOST_PAGES + 1):
            answer = self._genesys.read(LIST, campaign_id=campaign_id, page=str(page))
            entities, known = answer.get("entities"), len(found)
            if not isinstance(entities, list):
                raise UnreadableAnswer("the list of a campaign's rules has no entities")
            found |= {_id(rule): rule for rule in map(_rule, entities)}
            # Only whether there is a next page counts: where it leads is not the server's to say.
            if not answer.get("nextUri"):
                return list(found.values())
            if len(found) == known:
                break
        raise UnreadableAnswer("the list of a campaign's rules does not end")

    def create(self, campaign_id: str, wanted: Mapping[str, Any]) -> DeployedRule:
        """The new rule, in the version that it wants."""
        body = sent(wanted, wanted["version"])
        return _answered(self._genesys.change(CREATE, body, campaign_id=campaign_id))

    def update(
        self, campaign_id: str, current: DeployedRule, wanted: Mapping[str, Any]
    ) -> DeployedRule:
        """The rule as changed, in the version after the current one; refused with 409 otherwise."""
        body = sent(wanted, current.version + 1, replaced=current.to_json())
        path = {"campaign_id": campaign_id, "rule_id": _id(current)}
        return _answered(self._genesys.change(UPDATE, body, **path))

    def remove(self, campaign_id: str, rule_id: str) -> None:
        """The rule is gone, or was gone before."""
        try:
            self._genesys.change(REMOVE, campaign_id=campaign_id, rule_id=rule_id)
        except RefusedByGenesys as error:
            if error.status != NOT_FOUND:
                raise


def _rule(entity: object) -> DeployedRule:
    try:
        rule = DeployedRule.parse(entity)
    except (ValueError, TypeError):
        raise UnreadableAnswer("Genesys answered with something else than a rule") from None
    if rule.execution_order is None:
        raise UnreadableAnswer("Genesys answered with a rule without an execution order")
    if rule.id is None or not IDENTIFIER(rule.id):
        raise UnreadableAnswer("Genesys answered with a rule without a readable id")
    return rule


def _answered(answer: Mapping[str, Any]) -> DeployedRule:
    """The rule that a changing call answered with; what it changed is not known without it."""
    try:
        return _rule(answer)
    except UnreadableAnswer as error:
        raise OutcomeUnknown(error.message) from None


def _id(rule: DeployedRule) -> str:
    return rule.id or ""
