"""The rules of outbound campaigns: create, list, read, update with version, delete."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import quote
from uuid import uuid4

from simulator.documented.campaigns.events import CampaignEvents, EventName, RuleEvent
from simulator.documented.campaigns.rule_body import CampaignRule, RuleBody
from simulator.http.answer import Answer, Refusal
from simulator.http.request import Request
from simulator.http.routing import Route
from simulator.http.wire import parse_body
from simulator.organisation.settings import SimulatorSettings
from simulator.organisation.words import Operation

CAMPAIGNS = "/api/v2/outbound/campaigns"
ALL = f"{CAMPAIGNS}/{{campaignId}}/rules"
ONE = f"{ALL}/{{ruleId}}"
READ = ("outbound:campaign:read",)
WRITE = ("outbound:campaign:write", "outbound:rule:write")
NUMBER = re.compile(r"[0-9]{1,6}")
LARGEST_PAGE = 100


@dataclass(frozen=True, slots=True)
class CampaignRecord:
    """A snapshot of a campaign; its rules are as on the wire, in order."""

    campaign_id: str
    rules: tuple[dict[str, object], ...]
    events: tuple[RuleEvent, ...]


class CampaignRules:
    """The rules of each campaign by id, in order of creation."""

    def __init__(self, settings: SimulatorSettings, events: CampaignEvents) -> None:
        self._events = events
        self._campaigns: dict[str, dict[str, CampaignRule]] = {
            campaign_id: {} for campaign_id in settings.campaigns
        }

    def routes(self) -> tuple[Route, ...]:
        """The collection and its members."""
        return (
            Route("POST", ALL, self.create, Operation.CREATE_CAMPAIGN_RULE, scopes=WRITE),
            Route("GET", ALL, self.page, Operation.LIST_CAMPAIGN_RULES, scopes=READ),
            Route("GET", ONE, self.read, Operation.READ_CAMPAIGN_RULE, scopes=READ),
            Route("PUT", ONE, self.update, Operation.UPDATE_CAMPAIGN_RULE, scopes=WRITE),
            Route("DELETE", ONE, self.delete, Operation.DELETE_CAMPAIGN_RULE, scopes=WRITE),
        )

    def create(self, request: Request) -> Answer:
        """201 and the rule; 400 for a wrong field, 409 for a used order or name."""
        rules = self._rules(request)
        body = parse_body(RuleBody, request)
        require_free(body, rules.values())
        return Answer.json(201, self._keep(str(uuid4()), body, EventName.CREATED, request))

    def page(self, request: Request) -> Answer:
        """`{entities, pageSize, pageNumber, total, nextUri?}` for `?pageSize=&pageNumber=`."""
        rules = list(self._rules(request).values())
        size = number_in(request, "pageSize", default=25, most=LARGEST_PAGE)
        page = number_in(request, "pageNumber", default=1)
        payload: dict[str, object] = {
            "entities": [each.wire for each in rules[(page - 1) * size : page * size]],
            "pageSize": size,
            "pageNumber": page,
            "total": len(rules),
        }
        if page * size < len(rules):
            payload["nextUri"] = f"{uri_of(request)}?pageSize={size}&pageNumber={page + 1}"
        return Answer.json(200, payload)

    def read(self, request: Request) -> Answer:
        """The rule."""
        return Answer.json(200, self._rule(request).wire)

    def update(self, request: Request) -> Answer:
        """The rule; 409 if the version is not the next one, or for a used order or name."""
        rule = self._rule(request)
        body = parse_body(RuleBody, request)
        require_next(body.version, rule.body.version)
        others = (each for each in self._rules(request).values() if each is not rule)
        require_free(body, others)
        return Answer.json(200, self._keep(rule.rule_id, body, EventName.UPDATED, request))

    def delete(self, request: Request) -> Answer:
        """204; the events of the rule are kept."""
        del self._rules(request)[self._rule(request).rule_id]
        return Answer(204, b"")

    def records(self) -> dict[str, CampaignRecord]:
        """Snapshots of all campaigns by id."""
        return {
            campaign_id: CampaignRecord(
                campaign_id,
                tuple(each.wire for each in rules.values()),
                self._events.of(campaign_id),
            )
            for campaign_id, rules in self._campaigns.items()
        }

    def _rules(self, request: Request) -> dict[str, CampaignRule]:
        rules = self._campaigns.get(request.parameters["campaignId"])
        if rules is None:
            raise Refusal(404, "The campaign was not found")
        return rules

    def _rule(self, request: Request) -> CampaignRule:
        rule = self._rules(request).get(request.parameters["ruleId"])
        if rule is None:
            raise Refusal(404, "The campaign has no such rule")
        return rule

    def _keep(
        self, rule_id: str, body: RuleBody, event: EventName, request: Request
    ) -> dict[str, object]:
        rule = CampaignRule(rule_id, f"{uri_of(request)}/{rule_id}", body)
        self._rules(request)[rule_id] = rule
        self._events.record(request.parameters["campaignId"], RuleEvent(request.at, event, rule_id))
        return rule.wire


def require_free(body: RuleBody, others: Iterable[CampaignRule]) -> None:
    """Refuses with 409 an execution order or a name that another rule uses."""
    known = [each.body for each in others]
    if any(each.execution_order == body.execution_order for each in known):
        message = f"executionOrder: another rule of the campaign uses {body.execution_order}"
        raise Refusal(409, message, code="duplicate.execution.order")
    if any(each.name == body.name for each in known):
        raise Refusal(409, "name: another rule of the campaign uses it", code="duplicate.name")


def require_next(version: int, current: int) -> None:
    """Refuses with 409 every version but the next one."""
    if version != current + 1:
        message = f"version: must be {current + 1}, not {version}"
        raise Refusal(409, message, code="version.mismatch")


def number_in(request: Request, name: str, default: int, most: int = 999_999) -> int:
    """A number in the query string, at least 1; else 400."""
    text = request.query.get(name, str(default))
    if not NUMBER.fullmatch(text) or not 1 <= int(text) <= most:
        raise Refusal(400, f"{name}: must be a number from 1 to {most}", code="invalid.query")
    return int(text)


def uri_of(request: Request) -> str:
    """The path of the campaign's rules."""
    return f"{CAMPAIGNS}/{quote(request.parameters['campaignId'])}/rules"
