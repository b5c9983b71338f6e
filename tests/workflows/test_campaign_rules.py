"""Campaign rules deployed or rolled back by the real state machine."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any
from unittest.mock import patch

import httpx
import pytest
from genesys_purge.campaign_rules.deploying.deployment import Deployment
from genesys_purge.campaign_rules.rule_content import content
from genesys_purge.store.deployments import DynamoDeployments
from genesys_purge.wiring import adapters

from simulator import Corpus, Fault, FaultKind, Operation, SimulatorSettings
from tests.application import Application, running
from tests.unit.campaign_rules.examples import rule
from tests.workflows.moto_engine import Execution
from tests.workflows.test_races import at_once

CREATE, UPDATE = Operation.CREATE_CAMPAIGN_RULE, Operation.UPDATE_CAMPAIGN_RULE
LIST = Operation.LIST_CAMPAIGN_RULES
REFUSED = Fault(FaultKind.RATE_LIMITED, CREATE, times=5)


class Campaign:
    """One campaign of the running application, used by one test only."""

    def __init__(self, app: Application, campaign_id: str) -> None:
        self.app = app
        self.id = campaign_id

    def put(self, *rules: dict[str, Any]) -> None:
        """Create rules as another client."""
        host = "https://genesys.test"
        with httpx.Client(transport=self.app.simulator.transport(), base_url=host) as client:
            login = {"grant_type": "client_credentials"}
            auth = ("simulator", "simulator-secret")
            token = client.post("/oauth/token", data=login, auth=auth).json()["access_token"]
            for each in rules:
                client.post(
                    f"/api/v2/outbound/campaigns/{self.id}/rules",
                    json=each,
                    headers={"Authorization": f"Bearer {token}"},
                ).raise_for_status()

    @property
    def contents(self) -> dict[str, Any]:
        rules = self.app.simulator.campaigns()[self.id].rules
        return {str(each["name"]): content(each) for each in rules}

    def submit(self, *rules: dict[str, Any], **fields: Any) -> str:
        body = {"campaignId": self.id, "rules": list(rules)} | fields
        answer = self.app.post("POST /campaign-rules", body)
        assert answer["statusCode"] == 202, answer
        return str(answer["body"]["deploymentId"])

    def deploy(self, *rules: dict[str, Any], **fields: Any) -> dict[str, Any]:
        """Deploy a rule set; returns its deployment with the ended execution."""
        deployment_id = self.submit(*rules, **fields)
        execution = self.execution(deployment_id)
        return self.read(deployment_id) | {"execution": execution}

    def execution(self, name: str) -> Execution:
        machine = adapters.settings().state_machines.deploy_campaign_rules
        return self.app.engine.wait(f"{machine.replace(':stateMachine:', ':execution:')}:{name}")

    def read(self, deployment_id: str) -> dict[str, Any]:
        path = {"deploymentId": deployment_id}
        return dict(self.app.get("GET /campaign-rules/{deploymentId}", path)["body"])

    def events(self, deployment_id: str) -> list[str]:
        """The events in the audit."""
        path = {"deploymentId": deployment_id}
        answer = self.app.get("GET /campaign-rules/{deploymentId}/audit", path)
        return [each["audit_event"] for each in answer["body"]["records"]]


@pytest.fixture(scope="module")
def app() -> Iterator[Application]:
    campaigns = tuple(f"campaign-{number}" for number in range(40))
    settings = SimulatorSettings(requests_per_second=None, campaigns=campaigns)
    with running(Corpus.of(()), settings) as app:
        yield app


@pytest.fixture
def campaign(app: Application) -> Campaign:
    app.simulator.faults.clear()
    free = [each.campaign_id for each in app.simulator.campaigns().values() if not each.events]
    return Campaign(app, free[0])


def outcomes(deployment: dict[str, Any]) -> dict[str, str]:
    return {each["name"]: each["outcome"] for each in deployment["rules"]}


def test_set_is_deployed_verified_and_audited(campaign: Campaign) -> None:
    campaign.put(rule("A", 1), rule("B", 2))

    deployment = campaign.deploy(rule("A", 2), rule("B", 1), rule("C", 3))

    assert deployment["outcome"] == "deployed"
    assert outcomes(deployment) == dict.fromkeys("ABC", "verified")
    assert [campaign.contents[name]["executionOrder"] for name in "ABC"] == [2, 1, 3]
    assert campaign.events(deployment["deploymentId"]) == [
        "deployment_submitted",
        "deployment_planned",
        *["campaign_rule_updated"] * 3,
        "campaign_rule_created",
        "deployment_completed",
    ]
    execution = deployment["execution"]
    assert execution.status == "SUCCEEDED"
    assert execution.output == {
        "deploymentId": deployment["deploymentId"],
        "outcome": "deployed",
        "succeeded": True,
    }
    assert [name for name, _ in execution.invocations] == [
        f"{phase}CampaignRulesFunction" for phase in ("Plan", "Apply", "Verify", "Complete")
    ]


def test_same_set_again_and_a_dry_run_change_nothing(campaign: Campaign) -> None:
    assert campaign.deploy(rule("A", 1), dryRun=True)["outcome"] == "dry_run"
    assert campaign.contents == {}
    assert campaign.deploy(rule("A", 1))["outcome"] == "deployed"
    again = campaign.deploy(rule("A", 1))
    assert (again["outcome"], again["execution"].status) == ("unchanged", "SUCCEEDED")


def test_conflict_with_a_deployed_rule_fails_the_execution(campaign: Campaign) -> None:
    campaign.put(rule("other", 1))
    rejected = campaign.deploy(rule("A", 1))
    assert (rejected["outcome"], rejected["rules"]) == ("rejected", [])
    assert [error["path"] for error in rejected["errors"]] == ["rules.0.executionOrder"]
    assert rejected["execution"].error == "CampaignRulesNotDeployed"


def test_failed_rule_rolls_back_the_others(campaign: Campaign) -> None:
    campaign.put(rule("A", 1))
    before = campaign.contents
    campaign.app.simulator.faults.add(REFUSED)

    deployment = campaign.deploy(rule("A", 1, priority=500), rule("B", 2))

    assert (deployment["outcome"], campaign.contents) == ("rolled_back", before)
    assert outcomes(deployment) == {"A": "rolled_back", "B": "failed"}
    execution = deployment["execution"]
    assert (execution.status, execution.error) == ("FAILED", "CampaignRulesNotDeployed")
    assert execution.cause == "The deployment ended as rolled_back; see its audit for the reason."
    *retries, settling = [wait for wait in execution.waits if wait]
    assert all(wait <= longest for wait, longest in zip(retries, (2, 4, 8, 16), strict=False))
    assert settling == 5


def test_temporary_faults_are_retried(campaign: Campaign) -> None:
    campaign.app.simulator.faults.add(
        Fault(FaultKind.RATE_LIMITED, CREATE, times=4),
        Fault(FaultKind.TIMEOUT_AFTER, UPDATE),
        Fault(FaultKind.UNAVAILABLE, LIST, times=3),
    )
    assert campaign.deploy(rule("A", 1))["outcome"] == "deployed"
    assert campaign.deploy(rule("A", 1, priority=2))["outcome"] == "deployed"


def killed_once(when: Callable[[Deployment], bool]) -> Any:
    """The task of the first write that `when` accepts dies after the write."""
    original, victims = DynamoDeployments.put, list[Deployment]()

    def write_and_die(store: DynamoDeployments, deployment: Deployment, *more: Any) -> None:
        original(store, deployment, *more)
        if not victims and when(deployment):
            victims.append(deployment)
            raise RuntimeError("killed")

    return patch.object(DynamoDeployments, "put", write_and_die)


@pytest.mark.parametrize("state", ["applying", "applied", "verified"])
def test_dead_task_is_retried(campaign: Campaign, state: str) -> None:
    with killed_once(lambda deployment: deployment.steps[-1].state == state):
        deployment = campaign.deploy(rule("A", 1), rule("B", 2))
    assert (deployment["outcome"], list(campaign.contents)) == ("deployed", ["A", "B"])
    assert campaign.events(deployment["deploymentId"]).count("campaign_rule_created") == 2
    # The lease of a call that may be in flight.
    waited = any(wait > 50 for wait in deployment["execution"].waits)
    assert waited is (state == "applying")


def test_unexpected_error_rolls_the_deployment_back(campaign: Campaign) -> None:
    original = DynamoDeployments.put

    def never_apply_b(store: DynamoDeployments, deployment: Deployment, *more: Any) -> None:
        if deployment.steps[-1].state == "applying":
            raise RuntimeError("broken")
        original(store, deployment, *more)

    with patch.object(DynamoDeployments, "put", never_apply_b):
        deployment = campaign.deploy(rule("A", 1), rule("B", 2))
    assert (deployment["outcome"], campaign.contents) == ("rolled_back", {})
    assert deployment["detail"].startswith("Unexpected: unexpected error")


def test_stopped_execution_is_rolled_back_by_another(campaign: Campaign) -> None:
    campaign.put(rule("A", 1))
    before = campaign.contents
    campaign.app.simulator.faults.add(Fault(FaultKind.RATE_LIMITED, CREATE, times=2))

    deployment_id = stopped_after_the_first_rule(campaign, rule("A", 1, priority=5), rule("B", 2))
    event = {"execution": deployment_id, "status": "ABORTED"}
    campaign.app.simulator.faults.clear()
    campaign.app.invoke("RecoverCampaignRulesFunction", event)

    assert campaign.execution(f"{deployment_id}.1").error == "CampaignRulesNotDeployed"
    assert (campaign.read(deployment_id)["outcome"], campaign.contents) == ("rolled_back", before)
    assert campaign.deploy(rule("A", 1))["outcome"] == "unchanged"


def stopped_after_the_first_rule(campaign: Campaign, *rules: dict[str, Any]) -> str:
    """The id of a deployment whose execution failed without a further write."""
    original, is_over = DynamoDeployments.put, list[bool]()

    def break_down(store: DynamoDeployments, deployment: Deployment, *more: Any) -> None:
        if is_over:
            raise RuntimeError("broken")
        original(store, deployment, *more)
        if deployment.steps and deployment.steps[0].state == "applied":
            is_over.append(True)

    with patch.object(DynamoDeployments, "put", break_down):
        deployment_id = campaign.submit(*rules)
        assert campaign.execution(deployment_id).error == "DeploymentNotEnded"
    assert campaign.read(deployment_id)["status"] == "applying"
    return deployment_id


def test_concurrent_submissions_of_one_set_share_a_deployment(
    campaign: Campaign,
) -> None:
    answers = at_once(6, lambda: campaign.submit(rule("A", 1), rule("B", 2)))
    (deployment_id,) = set(answers)
    campaign.execution(deployment_id)
    assert campaign.read(deployment_id)["outcome"] == "deployed"
    assert campaign.events(deployment_id).count("deployment_submitted") == 1


def test_other_set_is_refused_while_a_deployment_is_in_progress(campaign: Campaign) -> None:
    deployment_id = stopped_after_the_first_rule(campaign, rule("A", 1), rule("B", 2))
    other = {"campaignId": campaign.id, "rules": [rule("Z", 1)]}
    answer = campaign.app.post("POST /campaign-rules", other)
    assert answer["statusCode"] == 409
    assert deployment_id in answer["body"]["errors"][0]["message"]


def test_execution_contains_no_rule(campaign: Campaign) -> None:
    execution = campaign.deploy(rule("Jane Doe", 1, description="hush"))["execution"]
    fields = {key for _, payload in execution.invocations for key in payload}
    assert fields == {"deploymentId", "next", "waitSeconds", "failures"}
    assert "Jane" not in json.dumps([*execution.invocations, execution.output])
