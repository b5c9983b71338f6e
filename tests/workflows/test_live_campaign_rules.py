"""Campaign rules deployed to the live platform by the real state machine."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from unittest.mock import patch

import pytest
from genesys_purge.errors import InvalidRequest

from simulator import Corpus, Fault, FaultKind, LiveSettings, Operation, SimulatorSettings
from tests import application
from tests.application import Application, running
from tests.lambda_context import Context
from tests.mocked_aws import client as aws
from tests.unit.campaign_rules.deploying.live_bench import LiveBench, contact_rule, trigger_rule
from tests.unit.campaign_rules.examples import set_list
from tests.workflows.test_campaign_rules import Campaign, outcomes

EXPORT = "ExportCampaignRuleChangesFunction"
A, P = contact_rule("A", 1), trigger_rule("P", 2)


@pytest.fixture(scope="module")
def app() -> Iterator[Application]:
    settings = SimulatorSettings(
        requests_per_second=None, live=LiveSettings(requests_per_minute=None), live_only=True
    )
    environment = {"GENESYS_PLATFORM": "live", "CHANGES_BUCKET": "changes"}
    with running(Corpus.of(()), settings, environment=environment) as app:
        aws("s3").create_bucket(Bucket="changes")
        yield app


def world(app: Application) -> dict[str, Any]:
    return LiveBench(app.simulator, app.clock).world()


@pytest.fixture
def campaign(app: Application) -> Campaign:
    return Campaign(app, "campaign-1")


def test_unsupported_rule_is_refused(app: Application, campaign: Campaign) -> None:
    wrong = A | {"actions": [set_list("list-1", "x")]}
    refused = app.post("POST /campaign-rules", {"campaignId": campaign.id, "rules": [wrong]})
    assert refused["statusCode"] == 400
    assert [each["path"] for each in refused["body"]["errors"]] == ["rules.0.actions.0.type"]


def test_set_is_deployed_once_and_a_failed_one_is_rolled_back(
    app: Application, campaign: Campaign
) -> None:
    deployment = campaign.deploy(A, P)

    assert deployment["outcome"] == "deployed"
    assert outcomes(deployment) == {"A": "verified", "P": "verified"}
    assert campaign.events(deployment["deploymentId"]) == [
        "deployment_submitted",
        "deployment_planned",
        *["campaign_rule_created", "campaign_rule_updated"] * 2,
        "deployment_completed",
    ]
    assert [name for name, _ in deployment["execution"].invocations] == [
        f"{phase}CampaignRulesFunction" for phase in ("Plan", "Apply", "Verify", "Complete")
    ]
    assert campaign.deploy(A, P)["outcome"] == "unchanged"
    before = world(app)
    app.simulator.faults.add(Fault(FaultKind.RATE_LIMITED, Operation.CREATE_CAMPAIGN_RULE, times=5))
    changed = campaign.deploy(A | {"executionOrder": 7}, contact_rule("B", 8), trigger_rule("Q", 9))
    assert (changed["outcome"], world(app)) == ("rolled_back", before)
    paths = {each.path for each in app.simulator.requests if "/outbound/" in each.path}
    assert not [path for path in paths if path.endswith("/rules")]


def test_changes_of_a_deployment_are_exported_from_the_audit(
    app: Application, campaign: Campaign
) -> None:
    app.clock.wait(100_000)
    campaign.deploy(contact_rule("C", 3))
    app.clock.wait(61)
    timeout = Context("test-request", remaining_milliseconds=900_000)
    with patch.object(application, "CONTEXT", timeout):
        (exported,) = app.invoke(EXPORT, {"campaignId": "campaign-1"})["exports"]
    key = exported["jsonLines"].removeprefix("s3://changes/")
    content = aws("s3").get_object(Bucket="changes", Key=key)["Body"].read()
    records = [json.loads(line) for line in content.splitlines()]
    assert len(records) == exported["changes"] > 0
    assert {each["ruleName"] for each in records} == {"Genesys Purge campaign-1"}
    assert {each["eventType"] for each in records} <= {
        "outbound.rule.created",
        "outbound.rule.updated",
    }
    with pytest.raises(InvalidRequest, match="no campaign unheard-of"):
        app.invoke(EXPORT, {"campaignId": "unheard-of"})
