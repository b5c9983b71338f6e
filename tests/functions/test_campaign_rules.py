"""The functions that deploy campaign rules as Lambda calls them."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any
from unittest.mock import patch

import pytest
from genesys_purge.campaign_rules.deploying.deployment_messages import Phase
from genesys_purge.errors import CampaignBusy, InvalidRequest, NotFound, Unexpected
from genesys_purge.wiring import campaign_deploying

from tests import template, wiring_caches
from tests.application import http_event
from tests.functions.conftest import Invoke
from tests.mocked_aws import client, mocked_aws
from tests.unit.campaign_rules.deploying.bench import DeployBench
from tests.unit.campaign_rules.examples import condition, rule, rule_set

PHASES = {
    Phase.PLAN: "Plan",
    Phase.APPLY: "Apply",
    Phase.VERIFY: "Verify",
    Phase.ROLL_BACK: "RollBack",
    Phase.COMPLETE: "Complete",
}
TASKS = [*PHASES.values(), "Fail", "Recover"]
USE_CASES = [
    *("submit_campaign_rules", "plan_campaign_rules", "apply_campaign_rules"),
    *("verify_campaign_rules", "roll_back_campaign_rules", "complete_campaign_rules"),
    *("fail_campaign_rules", "recover_campaign_rules", "read_campaign_rules"),
]
POST = "POST /campaign-rules"
PERSONAL = "jane.doe@example.com"


@pytest.fixture
def deploying() -> Iterator[DeployBench]:
    """The use cases behind the handlers."""
    bench = DeployBench()
    use_cases = {
        "submit_campaign_rules": bench.submit_campaign_rules,
        "complete_campaign_rules": bench.complete_campaign_rules,
        "fail_campaign_rules": bench.fail_campaign_rules,
        "recover_campaign_rules": bench.recover_campaign_rules,
        "read_campaign_rules": bench.read_campaign_rules,
        **{f"{phase}_campaign_rules": task for phase, task in bench.phases.items()},
    }
    with ExitStack() as patches:
        for name, use_case in use_cases.items():
            patches.enter_context(patch.object(campaign_deploying, name, _giving(use_case)))
        yield bench


def _giving(use_case: Any) -> Any:
    return lambda: use_case


def posted(invoke: Invoke, body: Any) -> tuple[int, Any]:
    """The status and the body of an HTTP answer."""
    answer = invoke("SubmitCampaignRules", http_event(POST, body=json.dumps(body)))
    return answer["statusCode"], json.loads(answer["body"])


def test_deployment_passes_from_function_to_function_as_json(
    deploying: DeployBench, invoke: Invoke
) -> None:
    submitted = invoke("SubmitCampaignRules", rule_set(rule("A", 1)))
    deployment_id = submitted["deploymentId"]
    assert submitted == {
        "deploymentId": deployment_id,
        "campaignId": "campaign-1",
        "status": "submitted",
        "comparisons": [],
    }
    message: Any = {"deploymentId": deployment_id, "next": "plan", "waitSeconds": 0}
    taken = []
    while "next" in message:
        function = f"{PHASES[Phase(message['next'])]}CampaignRules"
        message = json.loads(json.dumps(invoke(function, message)))
        taken.append(function.removesuffix("CampaignRules"))
    assert taken == ["Plan", "Apply", "Verify", "Complete"]
    assert message == {"deploymentId": deployment_id, "outcome": "deployed", "succeeded": True}
    assert list(deploying.contents()) == ["A"]


def test_submission_says_how_ordering_conditions_compare(
    deploying: DeployBench, invoke: Invoke
) -> None:
    ordering = [
        ("greaterThan", "5000", "string", "numbers"),
        ("lessThan", "5e3", "number", "numbers"),
        ("greaterThanOrEqual", "2026-06-01", "string", "moments"),
        ("lessThanOrEqual", "2026-06-01", "date", "moments"),
        ("greaterThan", "5,000", "string", "text"),
        ("equals", "5000", "string", ""),
    ]
    conditions = [condition("a.b", *each) for *each, _ in ordering]
    status, body = posted(invoke, rule_set(rule("A", 1, conditions=conditions), dryRun=True))
    path = {"deploymentId": body["deploymentId"]}
    read = invoke("ReadCampaignRules", http_event("GET /campaign-rules/{deploymentId}", path=path))
    assert status == 202
    assert body["comparisons"] == json.loads(read["body"])["comparisons"]
    assert body["comparisons"][0] == {
        "path": "rules.0.conditions.0",
        "attribute": "a.b",
        "operator": "greaterThan",
        "value": "5000",
        "compares": "numbers",
    }
    compared = {each["path"][-1]: each["compares"] for each in body["comparisons"]}
    assert compared == {str(n): word for n, (*_, word) in enumerate(ordering) if word}
    assert [each.is_dry for each in deploying.deployments.all()] == [True]


def test_set_is_submitted_over_http_and_by_an_event(deploying: DeployBench, invoke: Invoke) -> None:
    status, body = posted(invoke, rule_set(rule("A", 1)))
    assert (status, body["status"]) == (202, "submitted")
    event = {
        "detail-type": "Rules Released",
        "source": "com.example.rules",
        "time": "2026-11-21T12:00:00Z",
        "detail": rule_set(rule("B", 2), campaignId="campaign-2"),
    }
    assert invoke("SubmitCampaignRules", event)["campaignId"] == "campaign-2"
    assert [each.submitted_by for each in deploying.deployments.all()] == [
        "arn:aws:iam::123456789012:user/operator",
        "event:com.example.rules",
    ]


@pytest.mark.usefixtures("deploying")
def test_invalid_set_is_a_400_and_a_busy_campaign_a_409(invoke: Invoke) -> None:
    status, body = posted(invoke, rule_set(rule("A", 1, priority=0), other=1))
    assert (status, [each["path"] for each in body["errors"]]) == (
        400,
        ["other", "rules.0.priority"],
    )
    assert posted(invoke, rule_set(rule("A", 1)))[0] == 202
    assert posted(invoke, rule_set(rule("B", 1)))[0] == 409
    with pytest.raises(CampaignBusy):
        invoke("SubmitCampaignRules", rule_set(rule("B", 1)))
    with pytest.raises(InvalidRequest):
        invoke("SubmitCampaignRules", {})


def test_deployment_and_its_audit_are_read_over_http(
    deploying: DeployBench, invoke: Invoke
) -> None:
    path = {"deploymentId": deploying.deploy(rule("A", 1)).deployment_id}
    route = "GET /campaign-rules/{deploymentId}"
    read = invoke("ReadCampaignRules", http_event(route, path=path))
    audit = invoke("ReadCampaignRules", http_event(f"{route}/audit", path=path))
    unknown = invoke("ReadCampaignRules", http_event(route, path={"deploymentId": "unknown"}))
    assert json.loads(read["body"])["outcome"] == "deployed"
    assert len(json.loads(audit["body"])["records"]) == 4
    assert [each["statusCode"] for each in (read, audit, unknown)] == [200, 200, 404]


def test_deployments_are_listed_over_http(deploying: DeployBench, invoke: Invoke) -> None:
    def listed(**query: str) -> tuple[int, dict[str, Any]]:
        answer = invoke("ReadCampaignRules", http_event("GET /campaign-rules", query=query))
        return answer["statusCode"], json.loads(answer["body"])

    first = deploying.deploy(rule("A", 1)).deployment_id
    deploying.clock.wait(1)
    second = deploying.submit(rule("B", 2), campaignId="campaign-2")
    status, body = listed()
    assert (status, set(body)) == (200, {"deployments"})
    assert [each["deploymentId"] for each in body["deployments"]] == [second, first]
    assert body["deployments"][1]["counts"] == {"rules": 1, "verified": 1}
    status, body = listed(status="finished", campaignId="campaign-1")
    assert [each["deploymentId"] for each in body["deployments"]] == [first]
    status, body = listed(campaignId="../x")
    assert (status, body["errors"]) == (
        400,
        [{"path": "campaignId", "message": "must be 1 to 80 letters, digits, - and _"}],
    )


def test_event_of_a_stopped_execution_ends_its_deployment(
    deploying: DeployBench, invoke: Invoke
) -> None:
    rules = template.resources("AWS::Events::Rule")["StoppedDeploymentsRule"]
    (target,) = rules["Targets"]
    transformer = target["InputTransformer"]
    assert transformer["InputPathsMap"] == {
        "execution": "$.detail.name",
        "status": "$.detail.status",
    }
    deployment_id = deploying.submit(rule("A", 1))
    sent = transformer["InputTemplate"].replace("<execution>", deployment_id)
    invoke("RecoverCampaignRules", json.loads(sent.replace("<status>", "ABORTED")))
    ended = deploying.deployments.get(deployment_id)
    assert (ended.outcome, ended.detail) == ("failed", "the execution ended as ABORTED")


@pytest.mark.usefixtures("deploying")
def test_error_keeps_the_class_name_for_the_state_machine(invoke: Invoke) -> None:
    for task in PHASES.values():
        with pytest.raises(NotFound):
            invoke(f"{task}CampaignRules", {"deploymentId": "rules-unheard-of"})


@pytest.mark.usefixtures("deploying")
@pytest.mark.parametrize("task", TASKS)
def test_malformed_message_is_an_unexpected_error_without_its_text(
    invoke: Invoke, task: str
) -> None:
    messages: list[object] = [None, [], {}, {"deploymentId": 5}, {"secret": "hush"}]
    for message in messages:
        with pytest.raises(Unexpected) as failed:
            invoke(f"{task}CampaignRules", message)
        assert failed.value.message == "unexpected error; see the log of request request-1"


@pytest.mark.usefixtures("deploying")
def test_log_of_an_invalid_set_contains_no_value_of_it(invoke: Invoke, log: io.StringIO) -> None:
    refused = rule_set(rule(PERSONAL, 1, **{PERSONAL: PERSONAL}), requestedBy=PERSONAL * 10)
    with pytest.raises(InvalidRequest):
        invoke("SubmitCampaignRules", refused)
    assert "is not a field of this request" in log.getvalue()
    assert "jane" not in log.getvalue()


def test_use_case_is_built_once_from_the_environment() -> None:
    with mocked_aws(), patch.dict("os.environ", template.environment()):
        client("dynamodb")
        wiring_caches.forget()
        for name in USE_CASES:
            build = getattr(campaign_deploying, name)
            assert build() is build()
        wiring_caches.forget()
