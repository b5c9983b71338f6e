"""A campaign's rule set on the live platform: found by its name, referred to by its campaign."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from genesys_purge.campaign_rules.live.calls import (
    changed,
    entities_of,
    identified,
    readable,
    removed,
)
from genesys_purge.errors import JobLost, UnreadableAnswer
from genesys_purge.model.platform import LIVE
from genesys_purge.ports import Genesys, Operation

CAMPAIGN = "/api/v2/outbound/campaigns/{campaign_id}"
RULE_SETS = "/api/v2/outbound/rulesets"
ONE = f"{RULE_SETS}/{{rule_set_id}}"
VIEW = ("outbound:ruleSet:view",)
ADD = ("outbound:ruleSet:add",)
EDIT = ("outbound:ruleSet:edit",)
DELETE = ("outbound:ruleSet:delete",)
READ_CAMPAIGN = Operation(
    "GET", CAMPAIGN, permissions=("outbound:campaign:view",), retried=False, dialect=LIVE
)
UPDATE_CAMPAIGN = Operation("PUT", CAMPAIGN, permissions=("outbound:campaign:edit",), dialect=LIVE)
# The platform looks for names that begin so.
FIND = Operation(
    "GET",
    f"{RULE_SETS}?name={{name}}&pageSize=100&pageNumber={{page}}",
    permissions=VIEW,
    retried=False,
    dialect=LIVE,
)
READ = Operation("GET", ONE, permissions=VIEW, retried=False, dialect=LIVE)
CREATE = Operation("POST", RULE_SETS, permissions=ADD, dialect=LIVE)
UPDATE = Operation("PUT", ONE, permissions=EDIT, dialect=LIVE)
REMOVE = Operation("DELETE", ONE, permissions=DELETE, dialect=LIVE)
SERVERS_OWN = frozenset({"id", "selfUri", "dateCreated", "dateModified", "errors"})
RUNNING, STOPPED = "on", "off"


def name_of(campaign_id: str) -> str:
    """The name of the one rule set that is ours for a campaign."""
    return f"Genesys Purge {campaign_id}"


class Place(NamedTuple):
    """A campaign and its rule set, as read right before a call; empty where there is none yet."""

    campaign: Mapping[str, Any]
    rule_set: Mapping[str, Any]

    @property
    def is_in_force(self) -> bool:
        """Whether the campaign refers to the rule set."""
        return self.rule_set.get("id") in _references(self.campaign)

    @property
    def rules(self) -> list[Mapping[str, Any]]:
        """The rules of the set, in its order."""
        return [*(self.rule_set.get("rules") or ())]


class RuleSets:
    """Each changing call names the version that was read: another one is refused with 409."""

    def __init__(self, genesys: Genesys) -> None:
        self._genesys = genesys

    def place(self, campaign_id: str, rule_set_id: str = "") -> Place:
        """The campaign with its rule set, by its name where its id is not known.

        JobLost where Genesys has no such campaign.
        """
        campaign = identified(self._genesys.read(READ_CAMPAIGN, campaign_id=campaign_id))
        if campaign["id"] != campaign_id:
            raise UnreadableAnswer(f"Genesys answered with another campaign than {campaign_id}")
        found = self._known(rule_set_id) if rule_set_id else self._named(name_of(campaign_id))
        place = Place(campaign, found)
        readable(lambda: (place.is_in_force, [each["name"] for each in place.rules]))
        return place

    def _known(self, rule_set_id: str) -> Mapping[str, Any]:
        try:
            return identified(self._genesys.read(READ, rule_set_id=rule_set_id))
        except JobLost:
            return {}

    def _named(self, name: str) -> Mapping[str, Any]:
        found = entities_of(self._genesys, FIND, name=name)
        return next((each for each in found if each["name"] == name), {})

    def create(self, place: Place, rules: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
        """A rule set with these rules; the campaign does not refer to it yet."""
        lists = place.campaign.get("contactList")
        body: dict[str, Any] = {"name": name_of(place.campaign["id"]), "rules": rules}
        if lists:
            body["contactList"] = {"id": lists["id"]}
        answer = self._genesys.change(CREATE, body)
        return changed(lambda: identified(answer))

    def write(
        self, rule_set: Mapping[str, Any], rules: Sequence[Mapping[str, Any]]
    ) -> Mapping[str, Any]:
        """The rule set with these rules in place of its own."""
        body = {**_own(rule_set), "rules": rules}
        answer = self._genesys.change(UPDATE, body, rule_set_id=rule_set["id"])
        return changed(lambda: identified(answer))

    def remove(self, rule_set_id: str) -> None:
        """The rule set is gone; the platform refuses that while a campaign refers to it."""
        removed(self._genesys, REMOVE, rule_set_id=rule_set_id)

    def refer(self, place: Place) -> None:
        """The campaign refers to its rule set, whose rules are in force from then on."""
        self._write_references(place, [*_references(place.campaign), place.rule_set["id"]])

    def let_go(self, place: Place) -> None:
        """The campaign refers to its rule set no longer."""
        ours = place.rule_set["id"]
        others = [each for each in _references(place.campaign) if each != ours]
        self._write_references(place, others)

    def _write_references(self, place: Place, ids: Sequence[str]) -> None:
        campaign = place.campaign
        # What is stopped, or about to be, is not started by the way.
        status = RUNNING if campaign.get("campaignStatus") == RUNNING else STOPPED
        sets = [{"id": each} for each in ids]
        body = {**_own(campaign), "campaignStatus": status, "ruleSets": sets}
        self._genesys.change(UPDATE_CAMPAIGN, body, campaign_id=campaign["id"])


def _references(campaign: Mapping[str, Any]) -> list[str]:
    return [each["id"] for each in campaign.get("ruleSets") or ()]


def _own(entity: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in entity.items() if name not in SERVERS_OWN}
