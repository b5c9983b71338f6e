"""The context attributes of EventBridge Scheduler in the embedded AWS."""

import json
from typing import Any

import pytest

from local.aws.context_attributes import with_context_attributes

INPUT = json.dumps(
    {
        "scheduledTime": "<aws.scheduler.scheduled-time>",
        "scheduleArn": "<aws.scheduler.schedule-arn>",
    }
)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("aws.scheduler", {"scheduledTime": "2026-11-21T12:00:00Z", "scheduleArn": "arn:s"}),
        ("aws.states", json.loads(INPUT)),
    ],
)
def test_only_a_schedule_fills_in_its_time_and_arn(source: str, expected: dict[str, str]) -> None:
    invoked: list[Any] = []
    invoke = with_context_attributes(lambda *given: invoked.append(given))
    event = {"Source": source, "Time": 1_795_262_400.9, "Resources": ["arn:s"]}
    invoke({"Arn": "arn:f", "Input": INPUT}, event, {"Name": "nightly"})
    ((target, sent, rule),) = invoked
    assert (json.loads(target["Input"]), target["Arn"]) == (expected, "arn:f")
    assert (sent, rule) == (event, {"Name": "nightly"})


def test_schedule_without_an_input_is_invoked_as_it_is() -> None:
    invoked: list[Any] = []
    invoke = with_context_attributes(lambda *given: invoked.append(given))
    invoke({"Arn": "arn:f"}, {"Source": "aws.scheduler"}, {})
    assert invoked == [({"Arn": "arn:f"}, {"Source": "aws.scheduler"}, {})]
