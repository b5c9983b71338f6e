"""Several people of the embedded AWS: each calls the API with an own key, and own rights."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from local.application import Application, application
from local.aws.people import POLICIES
from local.aws.session import REGION
from local.options.options import Options
from tests.contract.test_people import ROUTES, who_may
from tests.policy_builders import BOUNDS, policy

# One call of each kind; an empty body changes nothing.
CALLS = ["GET /purges", "GET /holds", "POST /purges", "POST /holds", "POST /purge-rules"]
FORBIDDEN = 403


@pytest.fixture(scope="module")
def app() -> Iterator[Application]:
    with application(Options(conversations=20)) as running:
        yield running


def called(
    app: Application, person: str, route: str, body: Any = None, **key: str
) -> httpx.Response:
    """The answer to a signed call; `key` replaces parts of the person's access key."""
    verb, _, path = route.partition(" ")
    keys = app.to_json()["people"][person] | key
    content = b"" if body is None else json.dumps(body).encode()
    request = AWSRequest(verb, app.api_url + path, data=content)
    credentials = Credentials(keys["accessKeyId"], keys["secretAccessKey"])
    SigV4Auth(credentials, "execute-api", REGION).add_auth(request)
    return httpx.request(
        verb,
        str(request.url),
        content=content,
        headers=dict(request.headers),
        trust_env=False,
        timeout=60,
    )


@pytest.mark.parametrize("person", POLICIES)
def test_each_person_may_call_what_the_policy_of_the_role_allows(
    app: Application, person: str
) -> None:
    answered = {
        route
        for route in CALLS
        if called(app, person, route, {} if "POST" in route else None).status_code != FORBIDDEN
    }
    assert answered == {route for route in CALLS if person in who_may(route)}


@pytest.mark.parametrize(
    "key", [{"secretAccessKey": "wrong"}, {"accessKeyId": "AKIAUNKNOWN000000000"}]
)
def test_wrong_secret_or_unknown_key_is_forbidden(app: Application, key: dict[str, str]) -> None:
    assert called(app, "auditor", "GET /purges", **key).status_code == FORBIDDEN


def place_hold(app: Application, hold_id: str) -> None:
    """Place a hold on one conversation."""
    hold = {
        "holdId": hold_id,
        "matter": {"id": "17/2026", "title": "Smith v. Example", "kind": "litigation"},
        "owner": "legal@example.com",
        "reason": "Calls with the claimant are evidence",
        "reviewBy": (datetime.now(UTC) + timedelta(days=90)).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "conversationIds": ["8f1c7d52-90f4-4a3b-8f33-1e0d7c2a5b64"],
    }
    assert called(app, "holds", "POST /holds", hold).status_code == 201


def test_functions_know_the_person_who_signed_the_call(app: Application) -> None:
    place_hold(app, "case-17")

    (record,) = called(app, "auditor", "GET /holds/case-17/audit").json()["records"]

    assert record["actor"] == "arn:aws:iam::123456789012:user/holds"
    assert record["personId"] == app.people["holds"].person_id


def stored(app: Application) -> dict[str, Any]:
    """Every item of every table but that of seals, which follow the audit a moment later."""
    dynamodb = app.session.client("dynamodb")
    return {
        name: dynamodb.scan(TableName=table)["Items"]
        for name, table in app.stack.tables.items()
        if name != "SealsTable"
    }


def test_no_get_route_stores_anything(app: Application) -> None:
    place_hold(app, "case-18")
    before = stored(app)
    for route in ROUTES:
        if route.startswith("GET "):
            path = re.sub(r"\{\w+\}", "case-18", route)
            assert called(app, "auditor", path).status_code in (200, 400, 404), route
    assert stored(app) == before


def test_policy_that_the_operator_applies_gets_a_schedule_without_drift(app: Application) -> None:
    until = (datetime.now(UTC) + timedelta(days=90)).strftime("%Y-%m-%dT00:00:00Z")
    document = policy(validUntil=until, bounds=BOUNDS | {"minimumAgeDays": 400})
    route = "PUT /policies/nightly-voice"
    assert called(app, "operator", route, document).status_code == 201
    group = app.to_json()["outputs"]["PolicyScheduleGroupName"]
    scheduler = app.session.client("scheduler")
    found = scheduler.get_schedule(GroupName=group, Name="nightly-voice")
    assert (found["State"], found["ScheduleExpressionTimezone"]) == ("ENABLED", "Europe/Berlin")
    assert called(app, "operator", "GET /policies/nightly-voice").json()["drift"] == []
    scheduler.delete_schedule(GroupName=group, Name="nightly-voice")
    assert called(app, "operator", "GET /policies/nightly-voice").json()["drift"] == ["missing"]
    assert called(app, "operator", route, document).json()["drift"] == ["missing"]
    assert scheduler.get_schedule(GroupName=group, Name="nightly-voice")["State"] == "ENABLED"
