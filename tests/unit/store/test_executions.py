"""The executions of the state machines: named after the run, and started once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber
from genesys_purge.campaign_rules.deploying.deployment_messages import DeploymentStep, Phase
from genesys_purge.model.execution_state import ExecutionState
from genesys_purge.purging.ports import Executions
from genesys_purge.store.executions import StepFunctionsDeployments, StepFunctionsExecutions

from tests.fakes import MemoryExecutions
from tests.mocked_aws import client, mocked_aws

MACHINE = "arn:aws:states:us-east-1:123456789012:stateMachine:purge-run"


@pytest.fixture
def machine() -> Iterator[str]:
    with mocked_aws():
        made = client("stepfunctions").create_state_machine(
            name="purge-run", definition="{}", roleArn="arn:aws:iam::123456789012:role/r"
        )
        yield made["stateMachineArn"]


@pytest.fixture(params=["twin", "stepfunctions"])
def executions(request: pytest.FixtureRequest) -> Executions:
    if request.param == "twin":
        return MemoryExecutions()
    arn = request.getfixturevalue("machine")
    return StepFunctionsExecutions(client("stepfunctions"), arn)


def started(executions: Executions, machine: str = MACHINE) -> list[str]:
    if isinstance(executions, MemoryExecutions):
        return sorted(executions.started)
    found = client("stepfunctions").list_executions(stateMachineArn=machine)
    return sorted(each["name"] for each in found["executions"])


def test_execution_of_a_run_is_started_once(executions: Executions) -> None:
    for run_id in ("run-1", "run-2", "run-1"):
        executions.start(run_id)
    assert started(executions) == ["run-1", "run-2"]


def test_input_of_an_execution_is_only_the_run_id() -> None:
    with Stubber(client("stepfunctions")) as stubber:
        stubber.add_response(
            "start_execution",
            {"executionArn": "arn:aws:states:::execution", "startDate": 0},
            {"stateMachineArn": MACHINE, "name": "run-1", "input": '{"runId":"run-1"}'},
        )
        StepFunctionsExecutions(client("stepfunctions"), MACHINE).start("run-1")
        stubber.assert_no_pending_responses()


def test_start_accepts_an_existing_execution() -> None:
    with Stubber(client("stepfunctions")) as stubber:
        stubber.add_client_error("start_execution", "ExecutionAlreadyExists")
        StepFunctionsExecutions(client("stepfunctions"), MACHINE).start("run-1")
        stubber.assert_no_pending_responses()


def test_execution_that_was_never_started_is_missing(executions: Executions) -> None:
    executions.start("run-2")
    assert executions.state("run-1") is ExecutionState.MISSING


def test_started_execution_is_running(executions: Executions) -> None:
    executions.start("run-1")
    assert executions.state("run-1") is ExecutionState.RUNNING


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("RUNNING", ExecutionState.RUNNING),
        ("PENDING_REDRIVE", ExecutionState.RUNNING),
        ("SUCCEEDED", ExecutionState.ENDED),
        ("FAILED", ExecutionState.ENDED),
        ("TIMED_OUT", ExecutionState.ENDED),
        ("ABORTED", ExecutionState.ENDED),
    ],
)
def test_execution_has_ended_unless_it_may_go_on(status: str, state: ExecutionState) -> None:
    arn = MACHINE.replace(":stateMachine:", ":execution:") + ":run-1"
    answer = {
        "executionArn": arn,
        "stateMachineArn": MACHINE,
        "status": status,
        "startDate": 0,
    }
    with Stubber(client("stepfunctions")) as stubber:
        stubber.add_response("describe_execution", answer, {"executionArn": arn})
        found = StepFunctionsExecutions(client("stepfunctions"), MACHINE).state("run-1")
    assert found is state


@pytest.mark.parametrize("code", ["ExecutionLimitExceeded", "StateMachineDoesNotExist"])
def test_start_raises_service_errors(code: str) -> None:
    with Stubber(client("stepfunctions")) as stubber:
        stubber.add_client_error("start_execution", code)
        with pytest.raises(ClientError, match=code):
            StepFunctionsExecutions(client("stepfunctions"), MACHINE).start("run-1")


def test_deployment_execution_is_started_once_with_its_first_step() -> None:
    request = {
        "stateMachineArn": MACHINE,
        "name": "rules-1.2",
        "input": '{"deploymentId":"rules-1","next":"roll_back","waitSeconds":0,"failures":0}',
    }
    step = DeploymentStep(deployment_id="rules-1", next=Phase.ROLL_BACK)
    with Stubber(client("stepfunctions")) as stubber:
        stubber.add_response(
            "start_execution",
            {"executionArn": "arn:aws:states:::execution", "startDate": 0},
            request,
        )
        stubber.add_client_error(
            "start_execution", "ExecutionAlreadyExists", expected_params=request
        )
        for _ in range(2):
            StepFunctionsDeployments(client("stepfunctions"), MACHINE).start("rules-1.2", step)
        stubber.assert_no_pending_responses()
