"""The state machines' definitions: their names are those of functions and of errors."""

from __future__ import annotations

import re

import pytest
import yaml
from genesys_purge import errors
from genesys_purge.campaign_rules.deploying.deployment_messages import Phase
from genesys_purge.campaign_rules.deploying.waiting import LEASE
from genesys_purge.errors import LostRace, PurgeError, TryLater, Unexpected
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
each_task = pytest.mark.parametrize("name", TASKS)
each_machine = pytest.mark.parametrize("machine", MACHINES)


def tasks_of(machine: str) -> set[str]:
    return {name for name, state in states(machine).items() if state["Type"] == "Task"}


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


def test_the_machines_are_these() -> None:
    assert set(MACHINES) == {RUN, DEPLOY}


@each_machine
def test_every_substitution_is_given_and_used(machine: str) -> None:
    text, substitutions = template.state_machine(machine)
    used = set(re.findall(r"\$\{([A-Za-z]+)\}", text))
    assert used == set(substitutions)
    assert "arn:aws:lambda" not in text


@each_machine
def test_a_machine_may_invoke_its_tasks_and_no_other_function(machine: str) -> None:
    (policy,) = MACHINES[machine]["Policies"]
    invoked = {
        resource
        for each in statements(policy)
        if "lambda:InvokeFunction" in each.actions
        for resource in each.resources
    }
    assert invoked == {f"{name}Function" for name in tasks_of(machine)}


@each_machine
def test_a_machine_may_do_nothing_else_but_log_and_run_its_own_map(machine: str) -> None:
    (policy,) = MACHINES[machine]["Policies"]
    for each in statements(policy):
        if "*" in each.resources:
            assert all(action.startswith("logs:") for action in each.actions)
        if any(action.startswith("states:") for action in each.actions):
            assert machine == RUN
            assert all(r.endswith(("purge-run", "purge-run/*")) for r in each.resources)


@each_machine
def test_a_machine_logs_without_the_data_of_its_executions(machine: str) -> None:
    logging = MACHINES[machine]["Logging"]
    assert logging["IncludeExecutionData"] is False
    assert logging["Level"] in ("ERROR", "ALL")
    assert logging["Destinations"]


@each_machine
def test_every_next_is_a_state_that_there_is(machine: str) -> None:
    text, _ = template.state_machine(machine)
    named = set(re.findall(r"^\s*(?:Next|Default|StartAt): (\w+)$", text, re.MULTILINE))
    assert named <= set(states(machine))
    assert named >= set(states(machine)) - {"BatchEnded"}


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
    assert "conversation" not in template.state_machine()[0].lower()
    assert states()["PurgeBatches"]["ItemSelector"].keys() == {"runId", "batch"}


def test_every_phase_of_a_deployment_leads_somewhere() -> None:
    decide = states(DEPLOY)["WhatIsNext"]
    named = {re.findall(r"next = '(\w+)'", each["Condition"])[0] for each in decide["Choices"]}
    assert named | {"complete"} == {phase.value for phase in Phase}
    assert decide["Default"] == "CompleteCampaignRules"


def test_a_deployment_that_did_not_succeed_fails_its_execution() -> None:
    decide = states(DEPLOY)["DidItSucceed"]
    (choice,) = decide["Choices"]
    assert choice["Condition"] == "{% $states.input.succeeded = true %}"
    assert (choice["Next"], decide["Default"]) == ("Deployed", "NotDeployed")
    assert states(DEPLOY)["NotDeployed"]["Type"] == "Fail"


def test_what_fails_outside_of_a_tasks_own_care_is_turned_back_or_recovered() -> None:
    ways_out = {name: states(DEPLOY)[name]["Catch"][0]["Next"] for name in tasks_of(DEPLOY)}
    assert {name for name, way in ways_out.items() if way == "NotEnded"} == {
        "FailCampaignRules",
        "CompleteCampaignRules",
    }
    assert set(ways_out.values()) == {"NotEnded", "FailCampaignRules"}


def test_a_deployment_has_its_campaign_for_longer_than_its_execution_may_last() -> None:
    definition = yaml.safe_load(template.state_machine(DEPLOY)[0])
    assert definition["TimeoutSeconds"] < LEASE.total_seconds()


def test_no_rule_ever_gets_into_the_machine() -> None:
    text, _ = template.state_machine(DEPLOY)
    assert not re.search(r"campaignId|ruleName|steps|document", text)
