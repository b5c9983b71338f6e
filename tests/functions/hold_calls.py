"""Requests of people about legal holds, and what is stored of them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from tests.application import http_event
from tests.clock import NOON
from tests.functions.conftest import Invoke
from tests.mocked_aws import client

LEGAL = {"userArn": "arn:aws:iam::123456789012:user/legal", "callerId": "AIDALEGAL"}
MATTER = {"id": "17/2026", "title": "Smith v. Example", "kind": "litigation"}
ID, OTHER = "8f1c7d52-90f4-4a3b-8f33-1e0d7c2a5b64", "11111111-90f4-4a3b-8f33-1e0d7c2a5b64"
RANGE = {"start": "2024-05-01T00:00:00Z", "end": "2024-06-01T00:00:00Z"}
Answer = tuple[int, Any]


def hold(**changes: Any) -> dict[str, Any]:
    """A request for a hold on one conversation; None takes a field away."""
    given = {
        "holdId": "case-17",
        "matter": MATTER,
        "owner": "legal@example.com",
        "reason": "Calls with the claimant are evidence",
        "reviewBy": (NOON + timedelta(days=100)).isoformat(),
        "conversationIds": [ID.upper()],
    }
    return {name: value for name, value in (given | changes).items() if value is not None}


def post(
    invoke: Invoke,
    function: str,
    route: str,
    body: Mapping[str, Any],
    caller: Mapping[str, str] = LEGAL,
    **path: str,
) -> Answer:
    """The answer to a person's request."""
    event = http_event(route, path=path or None, body=json.dumps(body))
    event["requestContext"]["authorizer"] = {"iam": dict(caller)}
    answer = invoke(function, event)
    return answer["statusCode"], json.loads(answer["body"])


def place(invoke: Invoke, **changes: Any) -> Answer:
    return post(invoke, "PlaceHold", "POST /holds", hold(**changes))


def change(invoke: Invoke, name: str, hold_id: str = "case-17", **fields: Any) -> Answer:
    """The answer to a change, such as `widen`."""
    body = {"reason": "Another call was named"} | fields
    return post(invoke, "ChangeHold", f"POST /holds/{{holdId}}/{name}", body, holdId=hold_id)


def get(invoke: Invoke, route: str, hold_id: str | None = None, **query: str) -> Answer:
    path = {"holdId": hold_id} if hold_id else None
    answer = invoke("ReadHolds", http_event(route, path=path, query=query or None))
    return answer["statusCode"], json.loads(answer["body"])


def records(invoke: Invoke, hold_id: str = "case-17") -> list[Mapping[str, Any]]:
    """The audit records of the hold."""
    found: list[Mapping[str, Any]] = get(invoke, "GET /holds/{holdId}/audit", hold_id)[1]["records"]
    return found


def stored() -> list[Mapping[str, Any]]:
    items: list[Mapping[str, Any]] = client("dynamodb").scan(TableName="HoldsTable")["Items"]
    return items


def set_by_hand(hold_id: str = "case-17", **fields: str) -> None:
    """Set fields of a hold as an operator does with `update-item`."""
    client("dynamodb").update_item(
        TableName="HoldsTable",
        Key={"holdId": {"S": hold_id}},
        UpdateExpression="SET " + ", ".join(f"#{name} = :{name}" for name in fields),
        ExpressionAttributeNames={f"#{name}": name for name in fields},
        ExpressionAttributeValues={f":{name}": {"S": value} for name, value in fields.items()},
    )
