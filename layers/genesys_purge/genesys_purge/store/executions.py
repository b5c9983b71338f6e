"""Starting the state machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from genesys_purge.model.messages import RunRef

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions import SFNClient


class StepFunctionsExecutions:
    """Implements the `Executions` port: the execution's name is the run id."""

    def __init__(self, client: SFNClient, state_machine_arn: str) -> None:
        self._client = client
        self._state_machine_arn = state_machine_arn

    def start(self, run_id: str) -> None:
        try:
            self._client.start_execution(
                stateMachineArn=self._state_machine_arn,
                name=run_id,
                input=RunRef(run_id=run_id).model_dump_json(by_alias=True),
            )
        except self._client.exceptions.ExecutionAlreadyExists:
            return
