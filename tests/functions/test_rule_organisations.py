"""Rule sets and exports of a named organisation, through the real adapters."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, NamedTuple
from unittest.mock import patch

import httpx
import pytest
from genesys_purge.campaign_rules.deploying.deployment import Deployment
from genesys_purge.errors import InvalidRequest
from genesys_purge.model.audit import Action, AuditRecord
from genesys_purge.wiring import adapters, calls, campaign_deploying

from simulator import Corpus, LiveSettings, Simulator, SimulatorSettings
from simulator.organisation.settings import OAuthClient
from tests import template, wiring_caches
from tests.clock import Clock
from tests.functions.conftest import Invoke
from tests.mocked_aws import client, mocked_aws
from tests.network_fakes import answering
from tests.simulator.documented.campaign_calls import EVENTS
from tests.unit.campaign_rules.deploying.live_bench import contact_rule
from tests.unit.campaign_rules.examples import rule, rule_set, set_list

EMEA = {
    "region": "eu-central-1",
    "platform": "live",
    "apiUrl": "https://api.emea.test",
    "loginUrl": "https://login.emea.test",
}
LATAM = {
    "region": "sa-east-1",
    "apiUrl": "https://api.latam.test",
    "loginUrl": "https://login.latam.test",
}
CLIENT = OAuthClient("emea-client", "emea-secret")


class Worlds(NamedTuple):
    """The default organisation, `latam` on the documented platform and `emea` on the live one."""

    own: Simulator
    emea: Simulator
    latam: Simulator

    @property
    def asked(self) -> tuple[bool, bool, bool]:
        """Which organisations received a call."""
        own, emea, latam = (bool(each.requests) for each in self)
        return own, emea, latam


@pytest.fixture
def worlds() -> Iterator[Worlds]:
    variables = {**template.environment(), "CHANGES_BUCKET": "changes"}
    tables = ("DeploymentsTable", "ExportsTable", "AuditTable", "CircuitTable", "SettingsTable")
    with mocked_aws(*tables), patch.dict("os.environ", variables):
        client("s3").create_bucket(Bucket="changes")
        wiring_caches.forget()
        clock = Clock()
        live = simulator(clock, live=LiveSettings(audit_query_seconds=0))
        worlds = Worlds(simulator(clock), live, simulator(clock))
        mounts = {
            str(organisation[url]): there.transport()
            for organisation, there in ((EMEA, worlds.emea), (LATAM, worlds.latam))
            for url in ("apiUrl", "loginUrl")
        }
        http = httpx.Client(transport=worlds.own.transport(), mounts=mounts)
        known(emea=EMEA, latam=LATAM)
        with http, patch.object(calls, "http_client", lambda: http):
            yield worlds
        wiring_caches.forget()


def simulator(clock: Clock, **settings: Any) -> Simulator:
    """A simulated Genesys with one client."""
    settings |= {"requests_per_second": None, "clients": (CLIENT,)}
    return Simulator(Corpus.of(()), SimulatorSettings(**settings), clock)


def known(**organisations: Any) -> None:
    """Store the organisations and the secret of each."""
    this = adapters.settings()
    value = json.dumps({"organisations": organisations})
    client("ssm").put_parameter(Name=this.parameters.organisations, Value=value, Type="String")
    secret = json.dumps({"clientId": CLIENT.client_id, "clientSecret": CLIENT.client_secret})
    for name in (
        this.genesys_secret,
        *(this.secrets.organisations + each for each in organisations),
    ):
        client("secretsmanager").create_secret(Name=name, SecretString=secret)


def stored(document: dict[str, Any]) -> dict[str, str]:
    """Store a submitted dry run; returns the message to its plan."""
    now = adapters.now()
    deployment = Deployment(
        deployment_id="rules-1",
        campaign_id=document["campaignId"],
        fingerprint="0" * 32,
        document=document,
        is_dry=True,
        submitted_by="tests",
        submitted_at=now,
        execution_started_at=now,
    )
    record = AuditRecord(
        run_id="rules-1", at=now, actor="tests", action=Action.DEPLOYMENT_SUBMITTED
    )
    campaign_deploying.deployments().begin(deployment, record)
    return {"deploymentId": "rules-1"}


def refused(invoke: Invoke, function: str, event: Any) -> set[str]:
    with pytest.raises(InvalidRequest) as error:
        invoke(function, event)
    return {each.path for each in error.value.fields}


@pytest.mark.usefixtures("worlds")
def test_set_is_checked_for_the_platform_of_its_organisation(invoke: Invoke) -> None:
    wrong = rule_set(rule("A", 1, priority=1, actions=[set_list("l", "x")]), other=1)
    of_live = {"rules.0.conditions", "rules.0.actions.0.type"}
    assert refused(invoke, "SubmitCampaignRules", wrong) == {"other"}
    for name, more in (("emea", of_live), ("latam", set()), ("apac", {"organisation"})):
        paths = refused(invoke, "SubmitCampaignRules", wrong | {"organisation": name})
        assert paths == {"other", *more}


@pytest.mark.parametrize(
    ("document", "asked"),
    [
        (rule_set(rule("A", 1)), (True, False, False)),
        (rule_set(contact_rule("A", 1), organisation="emea"), (False, True, False)),
        (rule_set(rule("A", 1), organisation="latam"), (False, False, True)),
    ],
)
def test_plan_reads_the_organisation_of_the_set(
    worlds: Worlds, invoke: Invoke, document: dict[str, Any], asked: tuple[bool, bool, bool]
) -> None:
    assert invoke("PlanCampaignRules", stored(document))["next"] == "complete"
    assert campaign_deploying.deployments().get("rules-1").outcome == "dry_run"
    assert worlds.asked == asked


def test_export_reads_the_organisation_of_the_request(worlds: Worlds, invoke: Invoke) -> None:
    request = {"campaignId": "campaign-1", "organisation": "latam"}
    (exported,) = invoke("ExportCampaignRuleChanges", request)["exports"]
    assert exported["jsonLines"].startswith("s3://changes/latam/campaign-1/")
    assert worlds.asked == (False, False, True)
    (exported,) = invoke("ExportCampaignRuleChanges", {"campaignId": "campaign-1"})["exports"]
    assert exported["jsonLines"].startswith("s3://changes/campaign-1/")
    assert worlds.asked == (True, False, True)
    live = request | {"organisation": "emea"}
    (exported,) = invoke("ExportCampaignRuleChanges", live)["exports"]
    assert exported["jsonLines"].startswith("s3://changes/emea/campaign-1/")
    assert worlds.emea.requests[-1].path.startswith("/api/v2/audits/query/")
    unknown = request | {"organisation": "apac", "since": "yesterday"}
    assert refused(invoke, "ExportCampaignRuleChanges", unknown) == {"organisation", "since"}


@pytest.mark.usefixtures("worlds")
def test_next_page_of_changes_is_read_from_the_same_organisation(invoke: Invoke) -> None:
    asked = []

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path != EVENTS:
            return httpx.Response(200, json={"access_token": "t", "expires_in": 3_600})
        asked.append(str(request.url))
        following = {"nextPageUri": f"{LATAM['apiUrl']}{EVENTS}?cursor=2"}
        return httpx.Response(200, json={"events": []} | (following if len(asked) == 1 else {}))

    with answering(answer) as http, patch.object(calls, "http_client", lambda: http):
        invoke("ExportCampaignRuleChanges", {"campaignId": "c", "organisation": "latam"})
    assert asked == [f"{LATAM['apiUrl']}{EVENTS}", f"{LATAM['apiUrl']}{EVENTS}?cursor=2"]
