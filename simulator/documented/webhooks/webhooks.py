"""Webhooks: `POST /api/v2/platform/webhooks`, and the event of each rule execution."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal
from uuid import uuid4

import httpx
import orjson
from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from simulator.documented.purge_rules.rule_book import Execution, RuleBook, StoredRule
from simulator.documented.webhooks.deliveries import Deliveries, Delivery, DeliveryState
from simulator.http.answer import Answer
from simulator.http.request import Request
from simulator.http.routing import Route
from simulator.http.wire import Body, format_instant, parse_body
from simulator.organisation.words import Operation

PATH = "/api/v2/platform/webhooks"
SCOPES = ("webhooks:write",)
EVENT = "purgerules:rule:execute"
LARGEST_PORT = 65_535


def check_url(value: str) -> str:
    """Checks an http or https URL with a host."""
    try:
        url = httpx.URL(value)
    except httpx.InvalidURL:
        url = httpx.URL()
    if url.scheme not in ("http", "https") or not url.host or (url.port or 0) > LARGEST_PORT:
        raise PydanticCustomError("url", "must be an http or https URL")
    return value


class Config(Body):
    """The purge rule of a webhook."""

    rule_id: str


class WebhookBody(Body):
    """The submitted body."""

    name: str = Field(min_length=1)
    description: str = ""
    callback_url: Annotated[str, AfterValidator(check_url)]
    events: tuple[Literal["purgerules:rule:execute"], ...] = Field(min_length=1)
    config: Config


@dataclass(frozen=True, slots=True)
class Webhook:
    """A registered webhook."""

    webhook_id: str
    body: WebhookBody

    @property
    def wire(self) -> dict[str, object]:
        """The webhook with its id."""
        return {"id": self.webhook_id, **self.body.model_dump(mode="json", by_alias=True)}


class Webhooks:
    """Registers webhooks, and queues a delivery to each webhook of a rule that executed."""

    def __init__(self, book: RuleBook, deliveries: Deliveries) -> None:
        self._book = book
        self._deliveries = deliveries
        self._webhooks: list[Webhook] = []

    def routes(self) -> tuple[Route, ...]:
        """Register, and the simulator's own list of webhooks."""
        return (
            Route("POST", PATH, self.register, Operation.REGISTER_WEBHOOK, scopes=SCOPES),
            Route("GET", "/_simulator/webhooks", self.listed),
        )

    def register(self, request: Request) -> Answer:
        """The webhook and its `id`; 400 for another event, 404 for an unknown rule."""
        body = parse_body(WebhookBody, request)
        self._book.get(body.config.rule_id)
        webhook = Webhook(str(uuid4()), body)
        self._webhooks.append(webhook)
        return Answer.json(201, webhook.wire)

    def listed(self, _: Request) -> Answer:
        """`{webhooks: [the webhook, id, deliveries: [{id, state, dueAt, body, attempts}]]}`."""
        rows = [
            each.wire
            | {"deliveries": [_row(sent) for sent in self._deliveries.of(each.webhook_id)]}
            for each in self._webhooks
        ]
        return Answer.json(200, {"webhooks": rows})

    def announce(self, stored: StoredRule, execution: Execution) -> None:
        """Queues the event of an execution for the rule's webhooks."""
        body = orjson.dumps(
            {
                "ruleId": stored.rule_id,
                "event": EVENT,
                "deletedCount": execution.deleted,
                "timestamp": format_instant(execution.at),
                "complianceOk": execution.compliance_ok,
            }
        )
        for each in self._webhooks:
            if each.body.config.rule_id == stored.rule_id:
                self._deliveries.add(each.webhook_id, each.body.callback_url, body, execution.at)


def _row(delivery: Delivery) -> dict[str, object]:
    waits = delivery.state is DeliveryState.WAITING
    return {
        "id": delivery.delivery_id,
        "state": delivery.state,
        "dueAt": format_instant(delivery.due_at) if waits else None,
        "body": orjson.loads(delivery.body),
        "attempts": [
            {"at": format_instant(each.at), "status": each.status, "error": each.error}
            for each in delivery.attempts
        ],
    }
