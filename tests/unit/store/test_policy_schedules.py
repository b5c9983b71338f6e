"""The schedules of policies at EventBridge Scheduler."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from genesys_purge.errors import TryLater
from genesys_purge.policies.ports import PolicySchedule
from genesys_purge.store.policy_schedules import EventBridgePolicySchedules, ScheduleTarget
from moto.scheduler.exceptions import ScheduleExists
from moto.scheduler.models import EventBridgeSchedulerBackend

from tests.mocked_aws import client

pytestmark = pytest.mark.usefixtures("aws")
NAME = "nightly-voice"
TARGET = ScheduleTarget(
    group="policies",
    role="arn:aws:iam::123456789012:role/schedules",
    function="arn:aws:lambda:us-east-1:123456789012:function:run-policy",
    dead_letters="arn:aws:sqs:us-east-1:123456789012:undelivered",
)
SCHEDULE = PolicySchedule(
    expression="rate(7 days)",
    time_zone="Europe/Berlin",
    start=datetime(2027, 6, 1, 3, tzinfo=UTC),
    end=datetime(2027, 12, 31, tzinfo=UTC),
    is_enabled=True,
    version=3,
)


@pytest.fixture
def schedules() -> EventBridgePolicySchedules:
    client("scheduler").create_schedule_group(Name="policies")
    return EventBridgePolicySchedules(client("scheduler"), TARGET)


def sent() -> dict[str, Any]:
    """The schedule as EventBridge Scheduler has it."""
    found: dict[str, Any] = client("scheduler").get_schedule(GroupName="policies", Name=NAME)
    return found


def change(**changes: Any) -> None:
    """Change the schedule by hand."""
    fields = ("ScheduleExpression", "FlexibleTimeWindow", "Target", "State")
    kept = {field: sent()[field] for field in fields}
    client("scheduler").update_schedule(GroupName="policies", Name=NAME, **kept | changes)


def test_schedule_is_read_as_it_was_put(schedules: EventBridgePolicySchedules) -> None:
    assert schedules.get(NAME) is None
    schedules.put(NAME, SCHEDULE)
    assert schedules.get(NAME) == SCHEDULE


def test_target_gets_the_policy_its_version_and_the_scheduled_time(
    schedules: EventBridgePolicySchedules,
) -> None:
    schedules.put(NAME, SCHEDULE)
    target = sent()["Target"]
    assert (target["Arn"], target["RoleArn"]) == (TARGET.function, TARGET.role)
    assert target["DeadLetterConfig"] == {"Arn": TARGET.dead_letters}
    assert json.loads(target["Input"]) == {
        "scheduledTime": "<aws.scheduler.scheduled-time>",
        "scheduleArn": "<aws.scheduler.schedule-arn>",
        "request": {"policy": NAME, "version": 3},
    }


def test_second_put_replaces_the_schedule(schedules: EventBridgePolicySchedules) -> None:
    schedules.put(NAME, SCHEDULE)
    disabled = SCHEDULE._replace(is_enabled=False, start=None, end=None, version=4)
    schedules.put(NAME, disabled)
    assert schedules.get(NAME) == disabled


@pytest.mark.parametrize(
    "changes",
    [
        {"FlexibleTimeWindow": {"Mode": "FLEXIBLE", "MaximumWindowInMinutes": 5}},
        {
            "Target": {
                "Arn": "arn:aws:lambda:us-east-1:123456789012:function:o",
                "RoleArn": TARGET.role,
            }
        },
    ],
)
def test_changed_target_is_noticed(
    schedules: EventBridgePolicySchedules, changes: dict[str, Any]
) -> None:
    schedules.put(NAME, SCHEDULE)
    change(**changes)
    found = schedules.get(NAME)
    assert found is not None
    assert not found.is_ours


@pytest.mark.parametrize("text", ["no json", "{}", '{"request": {"version": "3"}}'])
def test_changed_input_names_no_version(schedules: EventBridgePolicySchedules, text: str) -> None:
    schedules.put(NAME, SCHEDULE)
    change(Target=sent()["Target"] | {"Input": text})
    found = schedules.get(NAME)
    assert found is not None
    assert (found.version, found.is_ours) == (None, False)


def test_schedule_that_another_caller_creates_meanwhile_is_replaced(
    schedules: EventBridgePolicySchedules, monkeypatch: pytest.MonkeyPatch
) -> None:
    create = EventBridgeSchedulerBackend.create_schedule

    def late(*given: Any, **settings: Any) -> Any:
        create(*given, **settings | {"schedule_expression": "rate(1 day)"})
        raise ScheduleExists(NAME)

    monkeypatch.setattr(EventBridgeSchedulerBackend, "create_schedule", late)
    schedules.put(NAME, SCHEDULE)
    assert schedules.get(NAME) == SCHEDULE


def test_schedule_that_comes_and_goes_is_to_be_applied_again(
    schedules: EventBridgePolicySchedules, monkeypatch: pytest.MonkeyPatch
) -> None:
    def late(*_: Any, **__: Any) -> Any:
        raise ScheduleExists(NAME)

    monkeypatch.setattr(EventBridgeSchedulerBackend, "create_schedule", late)
    with pytest.raises(TryLater, match="apply it again"):
        schedules.put(NAME, SCHEDULE)
