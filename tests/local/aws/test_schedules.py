"""The context attributes and time zones of schedules in the embedded AWS."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from ministack.services import eventbridge

from local.aws.schedules import (
    firing_in_zones,
    parsing_zones,
    storing_zones,
    with_context_attributes,
)

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


parse = parsing_zones(eventbridge._parse_cron_fields)  # noqa: SLF001  ministack has no hook
next_fire = firing_in_zones(eventbridge._cron_next_fire)  # noqa: SLF001  ministack has no hook


def stored(**body: Any) -> Any:
    """The expression that is stored for a schedule."""
    bodies: list[Any] = []
    storing_zones(lambda name, body: bodies.append((name, body)))("nightly", body)
    ((name, found),) = bodies
    assert name == "nightly"
    return found.get("ScheduleExpression")


@pytest.mark.parametrize(
    ("zone", "expected"),
    [
        ({"ScheduleExpressionTimezone": "Europe/Berlin"}, datetime(2026, 11, 22, 2, tzinfo=UTC)),
        ({}, datetime(2026, 11, 22, 3, tzinfo=UTC)),
    ],
)
def test_schedule_fires_by_the_clock_of_its_time_zone(
    zone: dict[str, str], expected: datetime
) -> None:
    expression = stored(ScheduleExpression="cron(0 3 * * ? *)", **zone)
    fields = parse(expression)
    assert fields is not None
    assert next_fire(fields, datetime(2026, 11, 21, 12, tzinfo=UTC)) == expected


def test_schedule_without_an_expression_is_left_to_ministack() -> None:
    assert stored(GroupName="policies") is None


def test_rule_of_eventbridge_fires_in_utc() -> None:
    fields = parse("cron(0 3 * * ? *)")
    assert fields is not None
    after = datetime(2026, 11, 21, 12, tzinfo=UTC)
    assert next_fire(fields, after) == datetime(2026, 11, 22, 3, tzinfo=UTC)
    assert parse("rate(1 day)") is None
