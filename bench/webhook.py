"""The cost of an accepted and of a forged webhook, compared with one `put_item`."""

from __future__ import annotations

import contextlib
import hmac
import io
import json
import time
from collections.abc import Callable, Iterator
from typing import Any, Self
from unittest.mock import patch

from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from genesys_purge.store.audit_items import items_of
from genesys_purge.webhooks.inbound.rule_webhook import RuleWebhook
from genesys_purge.wiring import adapters

import tests.conftest  # noqa: F401  the import sets credentials without access
from tests import template, wiring_caches
from tests.lambda_context import Context

SECRET = "the secret of the benchmark"  # noqa: S105  an invented secret
CONTEXT = Context("bench")
BOUNDS = {"accepted": 1.5, "forged": 0.15}


class Raw(io.BytesIO):
    """The body of an answer in the form that botocore reads."""

    def stream(self, *_: Any, **__: Any) -> Iterator[bytes]:
        yield self.getvalue()


class Service:
    """Answers every request of a client without a network until it ends, and counts them."""

    def __init__(self, client: Any, answer: Any) -> None:
        self.requests = 0
        self._body = json.dumps(answer).encode()
        self._events = client.meta.events

    def __enter__(self) -> Self:
        self._events.register("before-send", self._reply)
        return self

    def __exit__(self, *_: object) -> None:
        # The client outlives this: the next part of the bench gives it other answers.
        self._events.unregister("before-send", self._reply)

    def _reply(self, request: Any, **_: Any) -> AWSResponse:
        self.requests += 1
        headers = HTTPHeaders()
        headers["content-type"] = "application/x-amz-json-1.0"
        return AWSResponse(request.url, 200, headers, Raw(self._body))


def measure(rounds: int = 100, calls: int = 50) -> dict[str, float]:
    """The CPU seconds of `put_item`, `accepted` and `forged`: the minimum of all rounds.

    Other processes empty the caches of the processor, so they can only slow a round down.
    """
    secrets = {"SecretString": json.dumps({"current": SECRET, "previous": "older"})}
    with (
        patch.dict("os.environ", template.environment()),
        contextlib.redirect_stdout(Nowhere()),
        Service(adapters.aws("dynamodb"), {}) as dynamodb,
        Service(adapters.aws("secretsmanager"), secrets),
    ):
        wiring_caches.forget()
        programs = _programs()
        _check(programs, dynamodb)
        measured: dict[str, list[float]] = {name: [] for name in programs}
        for _ in range(rounds):
            for name, call in programs.items():
                measured[name].append(_seconds(call, calls))
        wiring_caches.forget()
    return {name: min(each) for name, each in measured.items()}


def print_webhook() -> bool:
    """Print the webhooks; returns whether both kinds are within their bounds."""
    cost = measure()
    ratios = {name: cost[name] / cost["put_item"] for name in BOUNDS}
    print("A webhook with logs and metrics: minimum CPU of 100 rounds, in stubbed put_items")
    print(f"put_item       {cost['put_item'] * 1e6:6.0f} us")
    for name, ratio in ratios.items():
        late = "  above the bound" if ratio > BOUNDS[name] else ""
        print(f"{name:<15}{ratio:6.2f}  (bound {BOUNDS[name]}){late}")
    print()
    return all(ratio <= BOUNDS[name] for name, ratio in ratios.items())


def _programs() -> dict[str, Callable[[], Any]]:
    item = items_of(_execution(0).record(adapters.now())).sealed
    handler = template.handler("IngestWebhookFunction")
    accepted, forged = _event(SECRET), _event("guessed")
    return {
        "put_item": lambda: adapters.aws("dynamodb").put_item(
            TableName="AuditTable",
            Item=item,
            ConditionExpression="attribute_not_exists(runId)",
        ),
        "accepted": lambda: handler(accepted, CONTEXT),
        "forged": lambda: handler(forged, CONTEXT),
    }


def _check(programs: dict[str, Callable[[], Any]], dynamodb: Service) -> None:
    """Raises RuntimeError unless an accepted webhook makes one request and a forged one none."""
    for name, status, requests in (("accepted", 200, 1), ("forged", 401, 0)):
        before = dynamodb.requests
        found = (programs[name]()["statusCode"], dynamodb.requests - before)
        if found != (status, requests):
            raise RuntimeError(f"{name}: status and number of requests are {found}")


def _seconds(call: Callable[[], Any], calls: int) -> float:
    start = time.process_time()
    for _ in range(calls):
        call()
    return (time.process_time() - start) / calls


def _execution(number: int) -> RuleWebhook:
    body = json.dumps(
        {
            "ruleId": f"rule-{number}",
            "event": "purgerules:rule:execute",
            "deletedCount": 1_234,
            "timestamp": "2026-11-21T03:00:00Z",
            "complianceOk": False,
        }
    )
    return RuleWebhook.model_validate_json(body)


def _event(secret: str) -> dict[str, Any]:
    body = _execution(1).model_dump_json(by_alias=True, exclude_none=True)
    digest = hmac.digest(secret.encode(), body.encode(), "sha256").hex()
    return {
        "version": "2.0",
        "routeKey": "ANY /webhooks/genesys",
        "headers": {"x-genesys-webhook-signature": f"sha256={digest}"},
        "requestContext": {"http": {"method": "POST"}},
        "body": body,
        "isBase64Encoded": False,
    }


class Nowhere(io.TextIOBase):
    """Discards logs and metrics; stays open for the logger that keeps it."""

    def write(self, text: str) -> int:
        return len(text)
