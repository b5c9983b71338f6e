"""The state machines: names of functions and errors, limits, failure paths and rights."""

from __future__ import annotations

import re

import pytest
import yaml
from genesys_purge import errors
from genesys_purge.campaign_rules.deploying.deployment_messages import Phase
from genesys_purge.campaign_rules.deploying.waiting import EXECUTION_SECONDS
from genesys_purge.errors import LostRace, TryLater, Unexpected
from genesys_purge.model.messages import Next

from tests import template
from tests.contract.deployed import statements, states

MACHINES = template.resources("AWS::Serverless::StateMachine")
RUN, DEPLOY = "PurgeRunStateMachine", "DeployCampaignRulesStateMachine"
TASKS = {
    name: state
    for machine in MACHINES
    for name, state in states(machine).items()
    if state["Type"] == "Task"
}
each_machine = pytest.mark.parametrize("machine", MACHINES)


def tasks_of(machine: str) -> set[str]:
    return {name for name, state in states(machine).items() if state["Type"] == "Task"}


def test_every_task_invokes_the_function_of_its_own_name() -> None:
    resource = "arn:${Partition}:states:::lambda:invoke"
    assert {state["Resource"] for state in TASKS.values()} == {resource}
    invoked = {name: state["Arguments"]["FunctionName"] for name, state in TASKS.items()}
    assert invoked == {name: f"${{{name}Function}}" for name in TASKS}
    assert {f"{name}Function" for name in TASKS} <= set(template.functions())


def timeout_of(task: str) -> int:
    """The seconds for which the function of a task may run."""
    properties = template.resources("AWS::Serverless::Function")[f"{task}Function"]
    default: int = template.template()["Globals"]["Function"]["Timeout"]
    return int(properties.get("Timeout", default))


def test_task_timeout_is_one_to_two_times_that_of_its_function() -> None:
    offenders = [
        name
        for name, task in TASKS.items()
        if not timeout_of(name) < task["TimeoutSeconds"] <= 2 * timeout_of(name)
    ]
    assert offenders == []


def test_every_task_but_the_last_resort_catches_all_errors() -> None:
    caught = {
        name: [each["ErrorEquals"] for each in task.get("Catch", [])]
        for name, task in TASKS.items()
        if name != "FailPurge"
    }
    assert [name for name, each in caught.items() if each != [["States.ALL"]]] == []


def retried_by(task: str) -> set[str]:
    """The errors of ours that a task retries, by name."""
    retried = [each for retry in TASKS[task]["Retry"] for each in retry["ErrorEquals"]]
    return {each for each in retried if "." not in each}


def test_tasks_retry_only_errors_that_may_pass_with_time() -> None:
    passing = (TryLater, LostRace, Unexpected)
    offenders = [
        f"{task}: {error}"
        for task in TASKS
        for error in retried_by(task)
        if not issubclass(getattr(errors, error), passing)
    ]
    assert offenders == []
    temporary = {"LostRace", "RateLimited", "GenesysUnavailable", "StillWorking", "TryLater"}
    assert [task for task in TASKS if not retried_by(task) >= temporary] == []


def test_tasks_retry_every_fault_of_the_lambda_service() -> None:
    faults = {
        "Lambda.ClientExecutionTimeoutException",
        "Lambda.ServiceException",
        "Lambda.AWSLambdaException",
        "Lambda.SdkClientException",
        "Lambda.TooManyRequestsException",
    }
    retried = {name: [*task["Retry"][-1]["ErrorEquals"]] for name, task in TASKS.items()}
    assert [name for name, errors_ in retried.items() if not faults <= set(errors_)] == []


def test_task_retries_are_bounded_and_use_full_jitter() -> None:
    for name, task in TASKS.items():
        for retry in task["Retry"]:
            assert 1 <= retry["MaxAttempts"] <= 10, name
            assert retry["JitterStrategy"] == "FULL", name
            assert retry["MaxDelaySeconds"] <= 900, name


def test_plan_without_calls_waits_longer_than_after_other_errors() -> None:
    limited, other = TASKS["PlanPurge"]["Retry"]
    assert limited["ErrorEquals"] == ["RateLimited"]
    # A turn takes up to nine minutes, so shorter waits would keep two plans in step.
    assert limited["MaxDelaySeconds"] == timeout_of("PlanPurge") > other["MaxDelaySeconds"]


def test_there_are_two_machines() -> None:
    assert set(MACHINES) == {RUN, DEPLOY}


@each_machine
def test_every_substitution_is_given_and_used(machine: str) -> None:
    text, substitutions = template.state_machine(machine)
    used = set(re.findall(r"\$\{([A-Za-z]+)\}", text))
    assert used == set(substitutions)
    assert "arn:aws:lambda" not in text


@each_machine
def test_machine_may_invoke_only_the_functions_of_its_tasks(machine: str) -> None:
    (policy,) = MACHINES[machine]["Policies"]
    invoked = {
        resource
        for each in statements(policy)
        if "lambda:InvokeFunction" in each.actions
        for resource in each.resources
    }
    assert invoked == {f"{name}Function" for name in tasks_of(machine)}


@each_machine
def test_machine_may_otherwise_only_log_and_run_its_own_map(machine: str) -> None:
    (policy,) = MACHINES[machine]["Policies"]
    for each in statements(policy):
        if "*" in each.resources:
            assert all(action.startswith("logs:") for action in each.actions)
        if any(action.startswith("states:") for action in each.actions):
            assert machine == RUN
            assert all(r.endswith(("purge-run", "purge-run/*")) for r in each.resources)


@each_machine
def test_machine_logs_no_execution_data(machine: str) -> None:
    logging = MACHINES[machine]["Logging"]
    assert logging["IncludeExecutionData"] is False
    assert logging["Level"] in ("ERROR", "ALL")
    assert logging["Destinations"]


@each_machine
def test_every_next_state_exists_and_every_state_is_reached(machine: str) -> None:
    text, _ = template.state_machine(machine)
    named = set(re.findall(r"^\s*(?:Next|Default|StartAt): (\w+)$", text, re.MULTILINE))
    assert named <= set(states(machine))
    assert named >= set(states(machine)) - {"BatchEnded"}


def test_every_phase_of_a_batch_has_a_next_state() -> None:
    choices = states()["WhatIsNext"]["Choices"]
    named = {re.findall(r"next = '(\w+)'", each["Condition"])[0] for each in choices}
    assert named | {"done"} == {phase.value for phase in Next}
    assert states()["WhatIsNext"]["Default"] == "BatchEnded"


def test_failed_run_fails_its_execution() -> None:
    decide = states()["DidItSucceed"]
    (choice,) = decide["Choices"]
    assert choice["Condition"] == "{% $states.input.succeeded = true %}"
    assert (choice["Next"], decide["Default"]) == ("RunSucceeded", "RunFailed")
    assert states()["RunFailed"]["Type"] == "Fail"


def test_no_conversation_id_reaches_the_run_machine() -> None:
    assert "conversation" not in template.state_machine()[0].lower()
    assert states()["PurgeBatches"]["ItemSelector"].keys() == {"runId", "batch"}


def test_every_phase_of_a_deployment_has_a_next_state() -> None:
    decide = states(DEPLOY)["WhatIsNext"]
    named = {re.findall(r"next = '(\w+)'", each["Condition"])[0] for each in decide["Choices"]}
    assert named | {"complete"} == {phase.value for phase in Phase}
    assert decide["Default"] == "CompleteCampaignRules"


def test_failed_deployment_fails_its_execution() -> None:
    decide = states(DEPLOY)["DidItSucceed"]
    (choice,) = decide["Choices"]
    assert choice["Condition"] == "{% $states.input.succeeded = true %}"
    assert (choice["Next"], decide["Default"]) == ("Deployed", "NotDeployed")
    assert states(DEPLOY)["NotDeployed"]["Type"] == "Fail"


def test_failed_deployment_task_is_rolled_back_or_recovered() -> None:
    ways_out = {name: states(DEPLOY)[name]["Catch"][0]["Next"] for name in tasks_of(DEPLOY)}
    assert {name for name, way in ways_out.items() if way == "NotEnded"} == {
        "FailCampaignRules",
        "CompleteCampaignRules",
    }
    assert set(ways_out.values()) == {"NotEnded", "FailCampaignRules"}


def test_campaign_lease_outlasts_the_execution_of_a_deployment() -> None:
    definition = yaml.safe_load(template.state_machine(DEPLOY)[0])
    assert definition["TimeoutSeconds"] < EXECUTION_SECONDS


def test_no_campaign_rule_reaches_the_deployment_machine() -> None:
    text, _ = template.state_machine(DEPLOY)
    assert not re.search(r"campaignId|ruleName|steps|document", text)
