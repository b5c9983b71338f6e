"""Starts the executions of the state machines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from genesys_purge.model.execution_state import ExecutionState
from genesys_purge.model.messages import RunRef

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions import SFNClient

    from genesys_purge.campaign_rules.deploying.deployment_messages import DeploymentStep


# An execution in any other status, such as PENDING_REDRIVE, may go on.
ENDED = frozenset({"SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED"})


class StepFunctionsExecutions:
    """Implements the `Executions` port; the run id is the name of the execution."""

    def __init__(self, client: SFNClient, state_machine_arn: str) -> None:
        self._client = client
        self._state_machine_arn = state_machine_arn

    def start(self, run_id: str) -> None:
        message = RunRef(run_id=run_id).model_dump_json(by_alias=True)
        _start(self._client, self._state_machine_arn, run_id, message)

    def state(self, run_id: str) -> ExecutionState:
        machine = self._state_machine_arn.replace(":stateMachine:", ":execution:")
        try:
            found = self._client.describe_execution(executionArn=f"{machine}:{run_id}")
        except self._client.exceptions.ExecutionDoesNotExist:
            return ExecutionState.MISSING
        return ExecutionState.ENDED if found["status"] in ENDED else ExecutionState.RUNNING


class StepFunctionsDeployments:
    """Implements the `DeploymentExecutions` port."""

    def __init__(self, client: SFNClient, state_machine_arn: str) -> None:
        self._client = client
        self._state_machine_arn = state_machine_arn

    def start(self, name: str, step: DeploymentStep) -> None:
        message = step.model_dump_json(by_alias=True, exclude_none=True)
        _start(self._client, self._state_machine_arn, name, message)


def _start(client: SFNClient, arn: str, name: str, message: str) -> None:
    """Starts the execution; does nothing if an execution of that name exists."""
    try:
        client.start_execution(stateMachineArn=arn, name=name, input=message)
    except client.exceptions.ExecutionAlreadyExists:
        return
