"""Stops the execution of a run."""

import json

from botocore.exceptions import BotoCoreError, ClientError

from cli.stack.aws_errors import explained
from cli.stack.choice import MACHINE
from cli.stack.stack import Stack

STOPPED = {"error": "ABORTED", "cause": "the execution of the run stopped early"}


def stop_execution(stack: Stack, run_id: str) -> None:
    """Stop it; NoAccess if that is not possible.

    In AWS, a rule then lets FailPurge end the run. An AWS on this machine sends no such event.
    """
    execution = f"{stack.output(MACHINE).replace(':stateMachine:', ':execution:')}:{run_id}"
    try:
        stack.client("stepfunctions").stop_execution(executionArn=execution)
        if ends_runs := stack.functions.get("fail_purge"):
            event = json.dumps({"runId": run_id, **STOPPED})
            stack.client("lambda").invoke(FunctionName=ends_runs, Payload=event)
    except (ClientError, BotoCoreError) as error:
        raise explained(error, "states:StopExecution", execution) from error
