"""The state machine's definition: its names are those of functions and of errors."""

from __future__ import annotations

import re

import pytest
from genesys_purge import errors
from genesys_purge.errors import LostRace, PurgeError, TryLater, Unexpected
from genesys_purge.model.messages import Next

from tests import template
from tests.contract.deployed import statements, states

TEXT, SUBSTITUTIONS = template.state_machine()
TASKS = {name: state for name, state in states().items() if state["Type"] == "Task"}
MACHINE = template.resources("AWS::Serverless::StateMachine")["PurgeRunStateMachine"]
each_task = pytest.mark.parametrize("name", TASKS)


@each_task
def test_a_task_calls_the_function_of_its_own_name(name: str) -> None:
    assert TASKS[name]["Resource"] == "arn:aws:states:::lambda:invoke"
    assert TASKS[name]["Arguments"]["FunctionName"] == f"${{{name}Function}}"
    assert f"{name}Function" in template.functions()


@each_task
def test_a_task_has_an_end_and_a_way_out(name: str) -> None:
    task = TASKS[name]
    properties = template.resources("AWS::Serverless::Function")[f"{name}Function"]
    limit = properties.get("Timeout", template.template()["Globals"]["Function"]["Timeout"])
    assert limit < task["TimeoutSeconds"] <= 2 * limit
    if name != "FailPurge":
        (catch,) = task["Catch"]
        assert catch["ErrorEquals"] == ["States.ALL"]


@each_task
def test_a_task_is_repeated_for_what_time_mends_and_nothing_else(name: str) -> None:
    (retry,) = TASKS[name]["Retry"]
    ours = {each for each in retry["ErrorEquals"] if "." not in each}
    by_name = {each: getattr(errors, each) for each in ours}
    assert all(issubclass(each, PurgeError) for each in by_name.values())
    assert all(issubclass(each, TryLater | LostRace | Unexpected) for each in by_name.values())
    assert ours >= {"LostRace", "RateLimited", "GenesysUnavailable", "StillWorking"}
    assert 1 <= retry["MaxAttempts"] <= 10
    assert retry["JitterStrategy"] == "FULL"
    assert retry["MaxDelaySeconds"] <= 300


def test_every_substitution_is_given_and_used() -> None:
    used = set(re.findall(r"\$\{([A-Za-z]+)\}", TEXT))
    assert used == set(SUBSTITUTIONS)
    assert "arn:aws:lambda" not in TEXT


def test_the_machine_may_invoke_its_tasks_and_no_other_function() -> None:
    (policy,) = MACHINE["Policies"]
    invoked = {
        resource
        for each in statements(policy)
        if "lambda:InvokeFunction" in each.actions
        for resource in each.resources
    }
    assert invoked == {f"{name}Function" for name in TASKS}


def test_the_machine_may_do_nothing_else_but_log_and_run_its_own_map() -> None:
    (policy,) = MACHINE["Policies"]
    for each in statements(policy):
        if "*" in each.resources:
            assert all(action.startswith("logs:") for action in each.actions)
        if any(action.startswith("states:") for action in each.actions):
            assert all(r.endswith(("purge-run", "purge-run/*")) for r in each.resources)


def test_the_machine_logs_without_the_data_of_its_executions() -> None:
    logging = MACHINE["Logging"]
    assert logging["IncludeExecutionData"] is False
    assert logging["Level"] in ("ERROR", "ALL")
    assert logging["Destinations"]


def test_every_next_is_a_state_that_there_is() -> None:
    named = set(re.findall(r"^\s*(?:Next|Default|StartAt): (\w+)$", TEXT, re.MULTILINE))
    assert named <= set(states())
    assert named >= set(states()) - {"BatchEnded"}


def test_every_phase_of_a_batch_leads_somewhere() -> None:
    choices = states()["WhatIsNext"]["Choices"]
    named = {re.findall(r"next = '(\w+)'", each["Condition"])[0] for each in choices}
    assert named | {"done"} == {phase.value for phase in Next}
    assert states()["WhatIsNext"]["Default"] == "BatchEnded"


def test_a_run_that_did_not_succeed_fails_its_execution() -> None:
    decide = states()["DidItSucceed"]
    (choice,) = decide["Choices"]
    assert choice["Condition"] == "{% $states.input.succeeded = true %}"
    assert (choice["Next"], decide["Default"]) == ("RunSucceeded", "RunFailed")
    assert states()["RunFailed"]["Type"] == "Fail"


def test_no_id_of_a_conversation_ever_gets_into_the_machine() -> None:
    assert "conversation" not in TEXT.lower()
    assert states()["PurgeBatches"]["ItemSelector"].keys() == {"runId", "batch"}
