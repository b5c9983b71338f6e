"""The engine runs every feature of our state machines; moto alone still does not."""

from __future__ import annotations

import json
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws
from moto.stepfunctions.parser.asl.component.state.exec.state_task import lambda_eval_utils

from tests.workflows.moto_engine import HOOKS, Execution, Handler, step_functions
from tests.workflows.step_functions_jsonata import evaluate

RUN = """
QueryLanguage: JSONata
StartAt: Plan
States:
  Plan:
    Type: Task
    Resource: arn:aws:states:::lambda:invoke
    Arguments: {FunctionName: "${PlanFunction}", Payload: "{% $states.input %}"}
    Output: "{% $states.result.Payload %}"
    Assign: {reason: "{% $states.input.reason %}"}
    TimeoutSeconds: 60
    Next: AnythingToDo
  AnythingToDo:
    Type: Choice
    Choices: [{Condition: "{% $states.input.batches = 0 %}", Next: Complete}]
    Default: Batches
  Batches:
    Type: Map
    Items: "{% [0..$states.input.batches-1] %}"
    MaxConcurrency: "{% ${MaxConcurrency} %}"
    ToleratedFailurePercentage: "{% 0 %}"
    ItemSelector: {batch: "{% $states.context.Map.Item.Value %}", reason: "{% $reason %}"}
    ItemProcessor:
      ProcessorConfig: {Mode: "${MapMode}", ExecutionType: STANDARD}
      StartAt: Submit
      States:
        Submit:
          Type: Task
          Resource: arn:aws:states:::lambda:invoke
          Arguments: {FunctionName: "${SubmitFunction}", Payload: "{% $states.input %}"}
          Output: "{% $states.result.Payload %}"
          Retry:
            - ErrorEquals: [RateLimited]
              IntervalSeconds: ${RetrySeconds}
              BackoffRate: 2
              MaxAttempts: 4
              MaxDelaySeconds: 30
              JitterStrategy: FULL
          Catch:
            - ErrorEquals: [InvalidRequest]
              Output: {refused: "{% $parse($states.errorOutput.Cause).errorMessage %}"}
              Next: Submitted
            - ErrorEquals: [OutcomeUnknown]
              Next: Unknown
            - ErrorEquals: [States.ALL]
              Output:
                failed: "{% $states.errorOutput.Error %}"
                batch: "{% $states.input.batch %}"
              Next: Submitted
          Next: Wait
        Wait: {Type: Wait, Seconds: "{% $states.input.waitSeconds %}", Next: Poll}
        Poll:
          Type: Task
          Resource: arn:aws:states:::lambda:invoke
          Arguments: {FunctionName: "${PollFunction}", Payload: "{% $states.input %}"}
          Output: "{% $states.result.Payload %}"
          Retry: [{ErrorEquals: [RateLimited], IntervalSeconds: 1, MaxAttempts: 1}]
          Next: Finished
        Finished:
          Type: Choice
          Choices: [{Condition: "{% $states.input.finished %}", Next: Submitted}]
          Default: Wait
        Submitted: {Type: Succeed}
        Unknown: {Type: Fail, Error: OutcomeUnknown, Cause: "{% $states.input.Cause %}"}
    Catch:
      - ErrorEquals: [States.ALL]
        Output: {error: "{% $states.errorOutput.Error %}", cause: "{% $states.errorOutput.Cause %}"}
        Next: Failed
    Next: Complete
  Complete: {Type: Succeed}
  Failed:
    Type: Fail
    Error: "{% 'Run' & $states.input.error %}"
    Cause: "{% $states.input.cause %}"
"""
NAMES = {
    "PlanFunction": "plan",
    "SubmitFunction": "submit",
    "PollFunction": "poll",
    "MaxConcurrency": "1",
    "MapMode": "INLINE",
    "RetrySeconds": "10",
}


class RateLimited(Exception):
    """Retried by name."""


class InvalidRequest(Exception):
    """Caught by name."""


class OutcomeUnknown(Exception):
    """Fails its batch."""


def raising(error: Exception, times: int = 100) -> Handler:
    left = [error] * times

    def handler(event: dict[str, Any]) -> object:
        if left:
            raise left.pop()
        return submitted(event)

    return handler


def submitted(event: dict[str, Any]) -> object:
    return {**event, "waitSeconds": 60 * event["batch"]}


def finished_after(polls: int) -> Handler:
    seen: Counter[int] = Counter()

    def poll(event: dict[str, Any]) -> object:
        seen[event["batch"]] += 1
        return {**event, "finished": seen[event["batch"]] >= polls}

    return poll


def handlers(submit: Handler = submitted, poll: Handler | None = None) -> dict[str, Handler]:
    plan = {"plan": lambda event: {"batches": event["batches"]}}
    return {**plan, "submit": submit, "poll": poll or finished_after(1)}


def run(
    batches: int = 1,
    submit: Handler = submitted,
    poll: Handler | None = None,
    reason: str = "retention",
    on_wait: Callable[[float], None] = lambda _: None,
    **substitutions: str,
) -> Execution:
    with step_functions(handlers(submit, poll), on_wait) as engine:
        request = {"batches": batches, "reason": reason}
        return engine.execute(RUN, {**NAMES, **substitutions}, request)


def start(machine: str, name: str, batches: int) -> str:
    request = json.dumps({"batches": batches, "reason": "retention"})
    started = boto3.client("stepfunctions").start_execution(
        stateMachineArn=machine, name=name, input=request
    )
    return str(started["executionArn"])


def run_state(state: Mapping[str, Any], event: Mapping[str, Any] | None = None) -> Execution:
    definition = {"QueryLanguage": "JSONata", "StartAt": "Only", "States": {"Only": state}}
    with step_functions({}) as engine:
        return engine.execute(json.dumps(definition), {}, event or {})


def test_task_calls_its_handler_and_passes_on_the_answer() -> None:
    ended = run()

    assert (ended.status, ended.error) == ("SUCCEEDED", None)
    assert ended.output == [{"batch": 0, "reason": "retention", "waitSeconds": 0, "finished": True}]
    assert ended.invocations == (
        ("plan", {"batches": 1, "reason": "retention"}),
        ("submit", {"batch": 0, "reason": "retention"}),
        ("poll", {"batch": 0, "reason": "retention", "waitSeconds": 0}),
    )


def test_variable_keeps_quotes_backslashes_line_ends_and_emoji() -> None:
    reason = 'the "customer" \\ asked\nfor é 😀'

    assert run(reason=reason).invocations[1] == ("submit", {"batch": 0, "reason": reason})


def test_choice_skips_the_map_if_there_are_no_batches() -> None:
    ended = run(batches=0)

    assert (ended.output, len(ended.invocations)) == ({"batches": 0}, 1)


@pytest.mark.parametrize("count", [0, 1, 3])
@pytest.mark.parametrize(
    "items",
    ["[0..$states.input.count-1]", "[$states.input.list.at]", "[$states.input.list[at>=0].at]"],
)
def test_items_in_brackets_are_always_a_list(items: str, count: int) -> None:
    each = {"StartAt": "Same", "States": {"Same": {"Type": "Pass", "End": True}}}
    state = {"Type": "Map", "Items": f"{{% {items} %}}", "ItemProcessor": each, "End": True}

    ended = run_state(state, {"count": count, "list": [{"at": at} for at in range(count)]})

    assert ended.output == list(range(count))


def test_waits_have_the_seconds_of_the_input_and_take_no_time() -> None:
    begun = time.monotonic()
    waited: list[float] = []

    ended = run(batches=3, poll=finished_after(2), on_wait=waited.append)

    assert waited == [0, 0, 60, 60, 120, 120]
    assert ended.waits == tuple(waited)
    assert time.monotonic() - begun < 20


def test_retries_by_class_name_back_off_to_the_maximum_delay() -> None:
    waited: list[float] = []

    ended = run(submit=raising(RateLimited("slow down"), times=4), on_wait=waited.append)

    assert ended.status == "SUCCEEDED"
    assert waited == [10, 20, 30, 30, 0]
    assert ended.retry_waits == tuple(waited[:-1])


def test_retries_start_at_zero_at_each_visit_of_a_state() -> None:
    calls = []

    def every_second_call_is_limited(event: dict[str, Any]) -> object:
        calls.append(event)
        if len(calls) % 2:
            raise RateLimited
        return {**event, "finished": len(calls) == 6}

    ended = run(poll=every_second_call_is_limited)

    assert ended.status == "SUCCEEDED"
    assert ended.retry_waits == (1, 1, 1)


def test_error_is_caught_by_its_class_name() -> None:
    assert run(submit=raising(InvalidRequest('no "scope"'))).output == [{"refused": 'no "scope"'}]


def test_other_error_is_caught_as_states_all_after_the_retries() -> None:
    ended = run(batches=2, submit=raising(RateLimited()))

    assert ended.output == [
        {"failed": "RateLimited", "batch": 0},
        {"failed": "RateLimited", "batch": 1},
    ]


def test_failed_item_fails_an_inline_map_with_error_and_cause() -> None:
    ended = run(batches=2, submit=raising(OutcomeUnknown("who knows")))

    assert (ended.status, ended.output) == ("FAILED", None)
    assert ended.error == "RunOutcomeUnknown"
    assert json.loads(ended.cause or "") == {
        "errorMessage": "who knows",
        "errorType": "OutcomeUnknown",
    }


@pytest.mark.parametrize(("limit", "most"), [("1", 1), ("3", 3), ("0", 5)])
def test_map_runs_as_many_branches_at_once_as_allowed(limit: str, most: int) -> None:
    together = threading.Barrier(most)
    busy, peak = 0, 0
    lock = threading.Lock()

    def submit(event: dict[str, Any]) -> object:
        nonlocal busy, peak
        with lock:
            busy, peak = busy + 1, max(peak, busy + 1)
        if event["batch"] < most:
            together.wait(timeout=10)
        with lock:
            busy -= 1
        return submitted(event)

    ended = run(batches=5, submit=submit, MaxConcurrency=limit)

    assert ended.status == "SUCCEEDED"
    assert peak == most


def test_twenty_concurrent_batches_keep_every_call_and_the_order() -> None:
    clock = 0.0

    def advance(seconds: float) -> None:
        nonlocal clock
        clock += seconds

    ended = run(batches=20, poll=finished_after(4), on_wait=advance, MaxConcurrency="20")

    assert len(ended.invocations) == 1 + 20 * 5
    assert sum(ended.waits) == 4 * 60 * sum(range(20))
    # Waits of branches that are at work at the same time overlap.
    assert 4 * 60 * 19 <= clock <= sum(ended.waits)
    assert isinstance(ended.output, list)
    assert [batch["batch"] for batch in ended.output] == list(range(20))


def test_functions_that_aws_adds_to_jsonata_work() -> None:
    expressions = {
        "hash": "$hash('abc', 'SHA-256')",
        "uuid": "$length($uuid())",
        "parse": "$parse('[1]')",
        "partition": "$partition([1, 2, 3], 2)",
        "range": "$range(1, 1, 1)",
        "random": "$random(7) = $random(7)",
    }
    output = {name: f"{{% {expression} %}}" for name, expression in expressions.items()}

    ended = run_state({"Type": "Pass", "Output": output, "End": True})

    assert ended.output == {
        "hash": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
        "uuid": 36,
        "parse": [1],
        "partition": [[1, 2], [3]],
        "range": [1],
        "random": True,
    }


def test_undefined_expression_fails_as_on_aws() -> None:
    ended = run_state({"Type": "Pass", "Output": "{% $states.input.missing %}", "End": True})

    assert (ended.status, ended.error) == ("FAILED", "States.QueryEvaluationError")


def test_function_without_a_handler_does_not_exist() -> None:
    assert run(SubmitFunction="typo").output == [
        {"failed": "Lambda.ResourceNotFoundException", "batch": 0}
    ]


def test_name_without_a_substitution_is_an_error() -> None:
    with step_functions({}) as engine, pytest.raises(KeyError, match="Missing"):
        engine.create("machine", "StartAt: ${Missing}", {})


def test_handlers_share_tables_with_a_test_that_mocks_aws(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    with mock_aws():
        table = boto3.resource("dynamodb").create_table(
            TableName="runs",
            KeySchema=[{"AttributeName": "runId", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "runId", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )

        def submit(event: dict[str, Any]) -> object:
            key = {"runId": {"S": str(event["batch"])}}
            boto3.client("dynamodb").put_item(TableName="runs", Item=key)
            table.put_item(Item={"runId": f"again {event['batch']}"})
            return submitted(event)

        run(batches=2, submit=submit)

        stored = {item["runId"] for item in table.scan()["Items"]}
        assert stored == {"0", "1", "again 0", "again 1"}


def test_execution_started_by_the_application_is_found_by_its_arn() -> None:
    with step_functions(handlers()) as engine:
        machine = engine.create("purge-run", RUN, {**NAMES, "MaxConcurrency": "0"})
        states = boto3.client("stepfunctions")
        arns = [start(machine, name=f"run-{batches}", batches=batches) for batches in (1, 2)]
        one, two = (engine.wait(arn) for arn in arns)
        with pytest.raises(states.exceptions.ExecutionAlreadyExists):
            start(machine, name="run-1", batches=1)

    assert sorted(one.waits) == [0]
    assert sorted(two.waits) == [0, 60]
    assert len(two.invocations) == 5


def test_lambda_invoked_by_the_application_is_a_handler() -> None:
    with step_functions({"submit": raising(InvalidRequest("no"))}):
        answer = boto3.client("lambda").invoke(FunctionName="submit", Payload=b"{}")

    assert answer["FunctionError"] == "Unhandled"
    assert json.load(answer["Payload"]) == {"errorMessage": "no", "errorType": "InvalidRequest"}


def test_execution_that_never_ends_times_out_and_is_stopped() -> None:
    waits: list[float] = []
    with step_functions(handlers(poll=finished_after(10**9)), waits.append) as engine:
        machine = engine.create("endless", RUN, NAMES)
        with pytest.raises(TimeoutError, match="run-1"):
            engine.wait(start(machine, name="run-1", batches=1), deadline=0.2)

    waited = len(waits)
    time.sleep(0.05)
    assert len(waits) == waited > 0


def test_moto_is_restored_afterwards() -> None:
    before = {name: getattr(*hook) for name, hook in HOOKS.items()}

    with step_functions({}):
        during = {name: getattr(*hook) for name, hook in HOOKS.items()}

    assert all(during[name] is not before[name] for name in HOOKS)
    assert {name: getattr(*hook) for name, hook in HOOKS.items()} == before


def test_moto_still_has_no_jsonata() -> None:
    assert getattr(*HOOKS["evaluate"]) is None


def test_moto_still_binds_strings_without_escaping_them() -> None:
    assert getattr(*HOOKS["declare variables"])({"$a": 'the "b"'}) == '$a:="the "b"";'


def test_moto_still_has_no_hash_function_and_unwraps_a_range_of_one() -> None:
    declarations = getattr(*HOOKS["declare functions"])

    assert "not supported" in declarations["$hash"]
    assert evaluate(f"({declarations['$range']}$range(1, 1, 1))") == 1


def test_moto_still_returns_the_payload_without_calling_a_function() -> None:
    backend = SimpleNamespace(lambda_simple_results_queue=[])

    assert getattr(*HOOKS["invoke"])(backend, "submit", None, '{"a": 1}', {}, {}) == b'{"a": 1}'


def test_moto_still_makes_a_client_for_each_task() -> None:
    made = patch.object(lambda_eval_utils, "boto_client_for", side_effect=NotImplementedError)
    with made, pytest.raises(NotImplementedError):
        getattr(*HOOKS["invoke in a task"])({}, "us-east-1", None)


def test_moto_still_runs_each_state_in_a_thread() -> None:
    assert getattr(*HOOKS["thread"]) is threading.Thread


def test_moto_still_waits_in_real_time() -> None:
    waited: list[float] = []
    event = SimpleNamespace(wait=waited.append)
    env = SimpleNamespace(program_state_event=event, is_running=lambda: False)

    getattr(*HOOKS["wait"])(None, env, 7)

    assert waited == [7]
    assert getattr(*HOOKS["retry wait"]) is time
    assert getattr(*HOOKS["jitter"]) is random


def test_moto_still_hides_a_failed_item_of_a_distributed_map() -> None:
    ended = run(submit=raising(OutcomeUnknown()), MapMode="DISTRIBUTED")

    assert (ended.status, ended.output) == ("SUCCEEDED", [None])


def test_moto_still_refuses_an_integer_as_tolerated_failure_percentage() -> None:
    literal = RUN.replace('ToleratedFailurePercentage: "{% 0 %}"', "ToleratedFailurePercentage: 0")

    with step_functions({}) as engine, pytest.raises(ClientError, match="ToleratedFailure"):
        engine.create("machine", literal, NAMES)
