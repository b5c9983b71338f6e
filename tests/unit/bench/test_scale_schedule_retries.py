"""Retries, catches and the workers of a map in the schedule of the scale bench."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from bench.scale.schedule import Machine
from bench.virtual_time import Timeline

RETRY = {"IntervalSeconds": 2, "BackoffRate": 3, "MaxDelaySeconds": 10, "MaxAttempts": 3}
TASK = {
    "Type": "Task",
    "Arguments": {"FunctionName": "${Work}", "Payload": "{% $states.input %}"},
    "Output": "{% $states.result.Payload %}",
    "Retry": [{"ErrorEquals": ["ConnectionError"], **RETRY}],
    "Catch": [
        {"ErrorEquals": ["States.ALL"], "Output": "{% $states.errorOutput.Error %}", "Next": "End"}
    ],
    "Next": "End",
}
END = {"Type": "Succeed"}
A_TASK = {"StartAt": "Try", "States": {"Try": TASK, "End": END}}
WAIT = {"Type": "Wait", "Seconds": 10, "End": True}
MAP = {
    "Type": "Map",
    "Items": "{% [0..6] %}",
    "ItemSelector": {"batch": "{% $states.context.Map.Item.Value %}"},
    "MaxConcurrency": 3,
    "ItemProcessor": {"StartAt": "Wait", "States": {"Wait": WAIT}},
    "Output": "over",
    "Next": "End",
}


def executed(
    definition: dict[str, Any], work: Callable[[], object] = lambda: None
) -> tuple[Machine, Any, float]:
    """The machine after an execution, its output, and its virtual seconds."""
    timeline, outputs = Timeline(), list[Any]()
    machine = Machine(json.dumps(definition), {"Work": "Work"}, lambda *_: work(), timeline)
    timeline.at(0, lambda: machine.start({"batch": 7}, outputs.append))
    timeline.run()
    return machine, outputs[0], timeline.now


def failing(times: int, error: type[Exception]) -> Callable[[], object]:
    """Work that fails so often, and then answers."""
    errors = iter([error] * times)

    def work() -> object:
        for each in errors:
            raise each
        return "done"

    return work


def test_retries_wait_longer_each_time_up_to_the_longest_delay() -> None:
    machine, output, seconds = executed(A_TASK, failing(3, ConnectionError))
    assert (output, seconds) == ("done", 2 + 6 + 10)
    assert machine.transitions == {"Try": 4, "End": 1}


def test_error_after_the_last_retry_is_caught() -> None:
    machine, output, _ = executed(A_TASK, failing(4, ConnectionError))
    assert output == "ConnectionError"
    assert machine.failures == {"Try: ConnectionError": 1}


def test_error_that_no_retry_names_is_caught_at_once() -> None:
    _, output, seconds = executed(A_TASK, failing(1, ValueError))
    assert (output, seconds) == ("ValueError", 0)


def test_map_executes_as_many_children_at_a_time_as_it_may() -> None:
    machine, output, seconds = executed({"StartAt": "Map", "States": {"Map": MAP, "End": END}})
    assert (output, seconds) == ("over", 30)
    assert machine.transitions == {"Map": 1, "Wait": 7, "End": 1}
    assert machine.executions == 1 + 7
