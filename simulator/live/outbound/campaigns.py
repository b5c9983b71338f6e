"""`/api/v2/outbound/campaigns/{id}`: campaigns and their rule sets."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import orjson

from simulator.http.answer import Answer, Refusal
from simulator.http.permissions import every
from simulator.http.request import Request
from simulator.http.routing import Route
from simulator.http.wire import parse_body
from simulator.live.audits.trail import AuditTrail
from simulator.live.listing import BAD_REQUEST
from simulator.live.outbound.bodies import Campaign
from simulator.organisation.words import Operation

PATH = "/api/v2/outbound/campaigns"
ONE = f"{PATH}/{{id}}"


class OutboundCampaigns:
    """The campaigns by id; `knows` returns whether a rule set exists."""

    def __init__(self, ids: Iterable[str], knows: Callable[[str], bool], trail: AuditTrail) -> None:
        self._knows = knows
        self._trail = trail
        self._campaigns: dict[str, dict[str, object]] = {each: _campaign(each) for each in ids}

    def routes(self) -> tuple[Route, ...]:
        """Read and replace; campaigns are not created or deleted here."""
        view, edit = every("outbound:campaign:view"), every("outbound:campaign:edit")
        return (
            Route("GET", ONE, self.read, Operation.READ_CAMPAIGN, permissions=view),
            Route("PUT", ONE, self.update, Operation.UPDATE_CAMPAIGN, permissions=edit),
        )

    def read(self, request: Request) -> Answer:
        """The campaign."""
        return Answer.json(200, self._one(request))

    def update(self, request: Request) -> Answer:
        """The campaign; 409 for a version that is not current, 400 for an unknown rule set."""
        current = self._one(request)
        body = parse_body(Campaign, request, BAD_REQUEST)
        if body.version is None or body.version != current["version"]:
            message = f"version: must be the current version, {current['version']}"
            raise Refusal(409, message, code="invalid.update.wrong.version")
        if not all(self._knows(each.id) for each in body.rule_sets):
            raise Refusal(400, "ruleSets: a rule set does not exist", code="rule.set.not.found")
        sent: dict[str, object] = orjson.loads(request.body)
        own = {name: current[name] for name in ("id", "selfUri")}
        changed = {**sent, **own, "version": body.version + 1}
        self._trail.record(request, "Campaign", current, changed)
        self._campaigns[request.parameters["id"]] = changed
        return Answer.json(200, changed)

    def refer_to(self, rule_set: str) -> bool:
        """Whether a campaign refers to the rule set."""
        bodies = (Campaign.model_validate_json(orjson.dumps(e)) for e in self._campaigns.values())
        return any(rule_set == each.id for body in bodies for each in body.rule_sets)

    def _one(self, request: Request) -> dict[str, object]:
        campaign_id = request.parameters["id"]
        if campaign_id not in self._campaigns:
            raise Refusal(404, "There is no campaign with this id", entity_id=campaign_id)
        return self._campaigns[campaign_id]


def _campaign(campaign_id: str) -> dict[str, object]:
    return {
        "id": campaign_id,
        "selfUri": f"{PATH}/{campaign_id}",
        "name": f"Campaign {campaign_id}",
        "version": 1,
        "contactList": {"id": f"contacts-of-{campaign_id}"},
        "ruleSets": [],
        "campaignStatus": "off",
        "dialingMode": "preview",
        "phoneColumns": [{"columnName": "Phone", "type": "cell"}],
    }
