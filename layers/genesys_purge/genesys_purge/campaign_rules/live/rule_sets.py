"""A campaign's rule set on the live platform: found by its name, used by its campaign."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from genesys_purge.campaign_rules.answers import (
    delete,
    entities_of,
    entity_id,
    entity_in,
    outcome_of,
    parsed,
)
from genesys_purge.errors import NotAtGenesys, UnreadableAnswer
from genesys_purge.model.platform import LIVE
from genesys_purge.operation import Missing, Operation
from genesys_purge.ports import Genesys

CAMPAIGN = "/api/v2/outbound/campaigns/{campaign_id}"
RULE_SETS = "/api/v2/outbound/rulesets"
ONE = f"{RULE_SETS}/{{rule_set_id}}"
VIEW = ("outbound:ruleSet:view",)
ADD = ("outbound:ruleSet:add",)
EDIT = ("outbound:ruleSet:edit",)
DELETE = ("outbound:ruleSet:delete",)
READ_CAMPAIGN = Operation(
    "GET",
    CAMPAIGN,
    permissions=("outbound:campaign:view",),
    retried=False,
    dialect=LIVE,
    missing=Missing.ENTITY,
)
UPDATE_CAMPAIGN = Operation(
    "PUT", CAMPAIGN, permissions=("outbound:campaign:edit",), dialect=LIVE, missing=Missing.REFUSED
)
# The platform matches names by their beginning.
FIND = Operation(
    "GET",
    f"{RULE_SETS}?name={{name}}&pageSize=100&pageNumber={{page}}",
    permissions=VIEW,
    retried=False,
    dialect=LIVE,
    missing=Missing.REFUSED,
)
READ = Operation("GET", ONE, permissions=VIEW, retried=False, dialect=LIVE, missing=Missing.ENTITY)
CREATE = Operation("POST", RULE_SETS, permissions=ADD, dialect=LIVE, missing=Missing.REFUSED)
UPDATE = Operation("PUT", ONE, permissions=EDIT, dialect=LIVE, missing=Missing.REFUSED)
REMOVE = Operation("DELETE", ONE, permissions=DELETE, dialect=LIVE, missing=Missing.ENTITY)
SERVERS_OWN = frozenset({"id", "selfUri", "dateCreated", "dateModified", "errors"})
RUNNING, STOPPED = "on", "off"
PREFIX = "Genesys Purge "


def name_of(campaign_id: str) -> str:
    """The name of the one rule set that we manage for a campaign."""
    return f"{PREFIX}{campaign_id}"


class CampaignRuleSet(NamedTuple):
    """A campaign and its rule set as read before a call; the set is empty if there is none."""

    campaign: Mapping[str, Any]
    rule_set: Mapping[str, Any]

    @property
    def is_in_use(self) -> bool:
        """Whether the campaign uses the rule set."""
        return self.rule_set.get("id") in references(self.campaign)

    @property
    def rules(self) -> list[Mapping[str, Any]]:
        """The rules of the set, in their order."""
        return [*(self.rule_set.get("rules") or ())]


class RuleSets:
    """Changing calls name the version that was read; Genesys refuses any other with 409."""

    def __init__(self, genesys: Genesys) -> None:
        self._genesys = genesys

    def read(self, campaign_id: str, rule_set_id: str = "") -> CampaignRuleSet:
        """The campaign with its rule set, found by its id or else by its name.

        NotAtGenesys if Genesys has no such campaign.
        """
        campaign = entity_in(self._genesys.read(READ_CAMPAIGN, campaign_id=campaign_id))
        if campaign["id"] != campaign_id:
            raise UnreadableAnswer(f"Genesys answered with a campaign other than {campaign_id}")
        found = self._by_id(rule_set_id) if rule_set_id else self._by_name(name_of(campaign_id))
        state = CampaignRuleSet(campaign, found)
        parsed(lambda: (state.is_in_use, [each["name"] for each in state.rules]))
        return state

    def _by_id(self, rule_set_id: str) -> Mapping[str, Any]:
        try:
            return entity_in(self._genesys.read(READ, rule_set_id=rule_set_id))
        except NotAtGenesys:
            return {}

    def _by_name(self, name: str) -> Mapping[str, Any]:
        found = entities_of(self._genesys, FIND, entity_in, entity_id, name=name)
        return next((each for each in found if each["name"] == name), {})

    def create(
        self, state: CampaignRuleSet, rules: Sequence[Mapping[str, Any]]
    ) -> Mapping[str, Any]:
        """Create a rule set with these rules; the campaign does not use it yet."""
        contact_list = state.campaign.get("contactList")
        body: dict[str, Any] = {"name": name_of(state.campaign["id"]), "rules": rules}
        if contact_list:
            body["contactList"] = {"id": contact_list["id"]}
        answer = self._genesys.change(CREATE, body)
        return outcome_of(lambda: entity_in(answer))

    def write(
        self, rule_set: Mapping[str, Any], rules: Sequence[Mapping[str, Any]]
    ) -> Mapping[str, Any]:
        """Replace the rules of a rule set."""
        body = {**_writable(rule_set), "rules": rules}
        answer = self._genesys.change(UPDATE, body, rule_set_id=rule_set["id"])
        return outcome_of(lambda: entity_in(answer))

    def remove(self, rule_set_id: str) -> None:
        """Delete a rule set; the platform refuses that while a campaign uses it."""
        delete(self._genesys, REMOVE, rule_set_id=rule_set_id)

    def use(self, state: CampaignRuleSet) -> None:
        """Make the campaign use its rule set, whose rules apply from then on."""
        self._write_references(state, [*references(state.campaign), state.rule_set["id"]])

    def stop_using(self, state: CampaignRuleSet) -> None:
        """Make the campaign stop using its rule set."""
        ours = state.rule_set["id"]
        self._write_references(state, [each for each in references(state.campaign) if each != ours])

    def _write_references(self, state: CampaignRuleSet, ids: Sequence[str]) -> None:
        campaign = state.campaign
        # Only a running campaign is written as running; any other one must not be started.
        status = RUNNING if campaign.get("campaignStatus") == RUNNING else STOPPED
        sets = [{"id": each} for each in ids]
        body = {**_writable(campaign), "campaignStatus": status, "ruleSets": sets}
        self._genesys.change(UPDATE_CAMPAIGN, body, campaign_id=campaign["id"])


def references(campaign: Mapping[str, Any]) -> list[str]:
    """The ids of the rule sets that a campaign uses."""
    return [each["id"] for each in campaign.get("ruleSets") or ()]


def _writable(entity: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in entity.items() if name not in SERVERS_OWN}
