"""A deployment deletes nothing, and undoes nothing that operators did in an emergency."""

from __future__ import annotations

from typing import Any

import pytest

from tests import template
from tests.contract.deployed import rights_of, transformed

# The only functions that send deleting calls.
DELETING = {"SubmitBatchFunction", "CreatePurgeRuleFunction"}
# It starts the execution of a run that somebody submitted before, if that was lost.
STARTS_LOST_RUNS = "SettleRunsFunction"
PARAMETERS = template.template()["Parameters"]


def of_type(kind: str) -> dict[str, dict[str, Any]]:
    return {
        name: resource["Properties"]
        for name, resource in transformed().items()
        if resource["Type"] == kind
    }


SCHEDULES = of_type("AWS::Scheduler::Schedule")


def function_in(arn: Any) -> str:
    """The logical id of the function of an ARN, in the template."""
    found = template.resolved(arn)
    assert isinstance(found, str)
    return found.removesuffix(".Arn")


def target_of(schedule: str) -> str:
    return function_in(SCHEDULES[schedule]["Target"]["Arn"])


@pytest.mark.parametrize("schedule", SCHEDULES)
def test_schedule_that_runs_at_once_can_submit_nothing(schedule: str) -> None:
    """EventBridge Scheduler runs a rate without a start date as soon as it is created."""
    expression = SCHEDULES[schedule]["ScheduleExpression"]
    if "Ref" in expression:
        assert PARAMETERS[expression["Ref"]]["AllowedPattern"].startswith("^cron")
        assert PARAMETERS[SCHEDULES[schedule]["State"]["Ref"]]["Default"] == "DISABLED"
        return
    actions = {action for each in rights_of(target_of(schedule)) for action in each.actions}
    assert target_of(schedule) not in DELETING
    assert "states:StartExecution" not in actions or target_of(schedule) == STARTS_LOST_RUNS
    assert "lambda:InvokeFunction" not in actions


def test_nothing_but_the_state_machine_and_the_api_calls_a_deleting_function() -> None:
    targets = [
        *(target_of(schedule) for schedule in SCHEDULES),
        *(
            function_in(target["Arn"])
            for rule in of_type("AWS::Events::Rule").values()
            for target in rule["Targets"]
        ),
        *(
            function_in(mapping["FunctionName"])
            for mapping in of_type("AWS::Lambda::EventSourceMapping").values()
        ),
    ]
    assert {"FailPurgeFunction", "SealAuditFunction", STARTS_LOST_RUNS} <= {*targets}
    assert DELETING & {*targets} == set()


def test_deployment_keeps_the_concurrency_of_deleting_functions() -> None:
    """An operator sets it to 0 as the last resort."""
    functions = of_type("AWS::Lambda::Function")
    given = [name for name in DELETING if "ReservedConcurrentExecutions" in functions[name]]
    assert given == []


def test_deployment_keeps_disabled_consumers_disabled() -> None:
    mappings = of_type("AWS::Lambda::EventSourceMapping")
    assert mappings
    assert [name for name, each in mappings.items() if "Enabled" in each] == []
