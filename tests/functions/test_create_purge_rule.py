"""CreatePurgeRule over the real adapters: each rule goes to the hosts of its organisation."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from unittest.mock import patch

import httpx
import pytest
from genesys_purge import wiring
from genesys_purge.calling.seals import SealsTooOld
from genesys_purge.errors import (
    GenesysUnavailable,
    InvalidRequest,
    OnLegalHold,
    OutcomeUnknown,
)
from genesys_purge.model.seal_health import SealHealth
from genesys_purge.purge_rules.purge_rule import RuleRef, RuleStatus
from genesys_purge.store.seal_health import KEY, DynamoSealHealth
from genesys_purge.wiring import adapters, purge_rules

from tests import template, wiring_caches
from tests.application import http_event
from tests.functions.conftest import Invoke
from tests.lambda_context import Context
from tests.mocked_aws import client, mocked_aws
from tests.network_fakes import answering
from tests.unit.purge_rules.rule_bench import CALLBACK, NAME, document

TABLES = (
    "RulesTable",
    "AuditTable",
    "HoldsTable",
    "StopsTable",
    "SealsTable",
    "CircuitTable",
    "SettingsTable",
)
KNOWN = {
    "emea": {"region": "eu-central-1", "platform": "live"},
    "apac": {"region": "ap-southeast-2"},
}
LOGIN, POLICY = "/oauth/token", "/api/v2/recording/mediaretentionpolicies"
RETENTION = "/api/v2/analytics/dataretention/settings"
RULE, WEBHOOK = "/api/v2/purgerules", "/api/v2/platform/webhooks"
LIVE = [LOGIN, RETENTION, POLICY]
DOCUMENTED = [LOGIN, RULE, WEBHOOK]


@pytest.fixture(autouse=True)
def deployed() -> Iterator[None]:
    """The account as the template deploys it, with two further organisations."""
    environment = template.environment() | {"DEFAULT_CLASSIFICATION": "internal"}
    with (
        mocked_aws(*TABLES),
        patch.dict("os.environ", environment),
        patch.object(adapters, "sleep", lambda _: None),
    ):
        values = template.operators_parameters() | {
            environment["ORGANISATIONS_PARAMETER"]: json.dumps({"organisations": KNOWN}),
            environment["WEBHOOK_URL_PARAMETER"]: CALLBACK,
        }
        for name, value in values.items():
            client("ssm").put_parameter(Name=name, Value=value, Type="String")
        secrets = [environment["ORGANISATION_SECRETS"] + name for name in KNOWN]
        for name in (environment["GENESYS_SECRET"], *secrets):
            credentials = json.dumps({"clientId": name, "clientSecret": "s"})
            client("secretsmanager").create_secret(Name=name, SecretString=credentials)
        wiring_caches.forget()
        health = DynamoSealHealth("SealsTable", adapters.ledger())
        health.put(SealHealth(checked_at=adapters.now()))
        yield
        wiring_caches.forget()


@pytest.fixture
def asked() -> Iterator[list[tuple[str, str]]]:
    """The host and the path of every call; Genesys accepts each of them."""
    calls: list[tuple[str, str]] = []

    def answer(request: httpx.Request) -> httpx.Response:
        calls.append((request.url.host.partition(".")[2], request.url.path))
        body: dict[str, Any] = {"id": "id-1", "access_token": "token", "expires_in": 3_600}
        return httpx.Response(200, json=body)

    with answering(answer) as http, patch.object(wiring.calls, "http_client", lambda: http):
        yield calls


@pytest.mark.parametrize(
    ("named", "domain", "paths", "status"),
    [
        ({}, "mypurecloud.com", DOCUMENTED, "registered"),
        ({"organisation": "apac"}, "mypurecloud.com.au", DOCUMENTED, "registered"),
        ({"organisation": "emea"}, "mypurecloud.de", LIVE, "created"),
    ],
)
def test_rule_is_sent_to_the_hosts_of_its_organisation_only(
    invoke: Invoke,
    asked: list[tuple[str, str]],
    named: dict[str, str],
    domain: str,
    paths: list[str],
    status: str,
) -> None:
    answer = invoke("CreatePurgeRule", document(snapshotBeforeDelete=False, **named))
    assert (answer["ruleId"], answer["status"]) == ("id-1", status)
    assert asked == [(domain, path) for path in paths]
    stored = purge_rules.rules().get(RuleRef(name=NAME, **named))
    assert stored is not None
    facts = adapters.ledger().page(stored.run_id, 1, 10).records
    assert {record.organisation for record in facts} == {named.get("organisation")}


def test_rule_is_not_sent_before_the_seals_were_checked(
    invoke: Invoke, asked: list[tuple[str, str]]
) -> None:
    client("dynamodb").delete_item(TableName="SealsTable", Key=KEY)
    with pytest.raises(SealsTooOld, match="were not checked yet"):
        invoke("CreatePurgeRule", document())
    assert asked == []


def test_rule_without_time_for_an_answer_is_not_sent(asked: list[tuple[str, str]]) -> None:
    late = Context("request-1", remaining_milliseconds=14_999)
    with pytest.raises(GenesysUnavailable, match="nothing was sent"):
        template.handler("CreatePurgeRuleFunction")(document(), late)
    assert asked == []


def test_hold_that_is_placed_during_the_login_stops_a_rule(invoke: Invoke) -> None:
    paths: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        paths.append(request.url.path)
        texts = {"holdId": "h1", "reason": "litigation", "placedBy": "legal"}
        item: Any = {name: {"S": text} for name, text in texts.items()}
        item["placedAt"] = {"S": "2026-11-21T12:00:00Z"}
        client("dynamodb").put_item(TableName="HoldsTable", Item=item)
        return httpx.Response(200, json={"access_token": "token", "expires_in": 3_600})

    with (
        answering(answer) as http,
        patch.object(wiring.calls, "http_client", lambda: http),
        pytest.raises(OnLegalHold, match="legal hold h1"),
    ):
        invoke("CreatePurgeRule", document())
    assert paths == [LOGIN]


@pytest.mark.parametrize("status", [303, 425, 499])
def test_rule_that_may_be_created_is_not_reported_as_failed(invoke: Invoke, status: int) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        is_login = request.url.path == LOGIN
        body = {"access_token": "token", "expires_in": 3_600}
        return httpx.Response(200 if is_login else status, json=body)

    with (
        answering(answer) as http,
        patch.object(wiring.calls, "http_client", lambda: http),
        pytest.raises(OutcomeUnknown, match=f"answered {status}"),
    ):
        invoke("CreatePurgeRule", document())
    stored = purge_rules.rules().get(RuleRef(name=NAME))
    assert stored is not None
    assert (stored.status, stored.attempt.is_uncertain) == (RuleStatus.CREATING, True)


def test_unknown_organisation_is_refused_with_the_known_names(
    invoke: Invoke, asked: list[tuple[str, str]]
) -> None:
    with pytest.raises(InvalidRequest, match="must be one of apac, emea, or absent"):
        invoke("CreatePurgeRule", document(organisation="latam"))
    assert asked == []
    assert purge_rules.rules().get(RuleRef(name=NAME, organisation="latam")) is None


DRY: dict[str, Any] = {"dryRun": True, "snapshotBeforeDelete": False}


@pytest.mark.parametrize(
    ("named", "calls"),
    [
        ({}, []),
        ({"organisation": "emea"}, [("mypurecloud.de", LOGIN), ("mypurecloud.de", RETENTION)]),
    ],
)
def test_dry_run_is_200_and_creates_nothing_on_either_platform(
    invoke: Invoke,
    asked: list[tuple[str, str]],
    named: dict[str, str],
    calls: list[tuple[str, str]],
) -> None:
    body = json.dumps(document(**DRY | named))
    answer = invoke("CreatePurgeRule", http_event("POST /purge-rules", body=body))
    planned = json.loads(answer["body"])
    assert (answer["statusCode"], planned["status"]) == (200, "dry_run")
    assert planned["policy"]["minimumDays"] == 730
    assert planned["definition"]["name"] == NAME
    assert not {"organisation", "dryRun"} & planned["definition"].keys()
    assert planned == invoke("CreatePurgeRule", document(**DRY | named))
    assert asked[: len(calls)] == calls
    assert {path for _, path in asked} <= {LOGIN, RETENTION}
    assert purge_rules.rules().get(RuleRef(name=NAME, **named)) is None


def test_created_rule_is_201_over_http(invoke: Invoke, asked: list[tuple[str, str]]) -> None:
    body = json.dumps(document(dryRun=False))
    answer = invoke("CreatePurgeRule", http_event("POST /purge-rules", body=body))
    assert (answer["statusCode"], json.loads(answer["body"])["status"]) == (201, "registered")
    assert [path for _, path in asked] == DOCUMENTED
