"""The schedules of purge policies at EventBridge Scheduler, in one group of the stack."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

import orjson

from genesys_purge.errors import TryLater
from genesys_purge.policies.ports import PolicySchedule

if TYPE_CHECKING:
    from mypy_boto3_scheduler import EventBridgeSchedulerClient

NO_FLEXIBILITY = {"Mode": "OFF"}
# A run that comes later than this is not worth a retry; the next one covers its records.
RETRIES = {"MaximumEventAgeInSeconds": 3_600, "MaximumRetryAttempts": 20}
ENABLED, DISABLED = "ENABLED", "DISABLED"
REPLACEMENTS = 3


class ScheduleTarget(NamedTuple):
    """The group of the schedules, and the ARNs of their role, function and dead-letter queue."""

    group: str
    role: str
    function: str
    dead_letters: str


class EventBridgePolicySchedules:
    """Implements the port `PolicySchedules`."""

    def __init__(self, client: EventBridgeSchedulerClient, target: ScheduleTarget) -> None:
        self._client = client
        self._stack = target

    def get(self, name: str) -> PolicySchedule | None:
        try:
            found: Any = self._client.get_schedule(GroupName=self._stack.group, Name=name)
        except self._client.exceptions.ResourceNotFoundException:
            return None
        version = _version_in(found["Target"])
        is_ours = found["Target"] == self._target(name, version or 0)
        return PolicySchedule(
            expression=found["ScheduleExpression"],
            time_zone=found.get("ScheduleExpressionTimezone", "UTC"),
            start=_in_utc(found.get("StartDate")),
            end=_in_utc(found.get("EndDate")),
            is_enabled=found.get("State") != DISABLED,
            version=version,
            is_ours=is_ours and found["FlexibleTimeWindow"] == NO_FLEXIBILITY,
        )

    def put(self, name: str, schedule: PolicySchedule) -> None:
        settings = self._settings(name, schedule)
        for _ in range(REPLACEMENTS):
            try:
                self._client.update_schedule(**settings)
            except self._client.exceptions.ResourceNotFoundException:
                pass
            else:
                return
            try:
                self._client.create_schedule(**settings)
            except self._client.exceptions.ConflictException:
                continue  # Another caller created it.
            return
        raise TryLater(f"the schedule of the policy {name} is being changed; apply it again")

    def _settings(self, name: str, schedule: PolicySchedule) -> Any:
        dates = {"StartDate": schedule.start, "EndDate": schedule.end}
        return {
            "GroupName": self._stack.group,
            "Name": name,
            "ScheduleExpression": schedule.expression,
            "ScheduleExpressionTimezone": schedule.time_zone,
            "State": ENABLED if schedule.is_enabled else DISABLED,
            "FlexibleTimeWindow": NO_FLEXIBILITY,
            "Target": self._target(name, schedule.version or 0),
            **{field: date for field, date in dates.items() if date is not None},
        }

    def _target(self, name: str, version: int) -> dict[str, Any]:
        return {
            "Arn": self._stack.function,
            "RoleArn": self._stack.role,
            "Input": input_of(name, version),
            "RetryPolicy": RETRIES,
            "DeadLetterConfig": {"Arn": self._stack.dead_letters},
        }


def input_of(name: str, version: int) -> str:
    """What a schedule sends to its target, with the context attributes that AWS fills in."""
    event = {
        "scheduledTime": "<aws.scheduler.scheduled-time>",
        "scheduleArn": "<aws.scheduler.schedule-arn>",
        "request": {"policy": name, "version": version},
    }
    return orjson.dumps(event).decode()


def _version_in(target: Any) -> int | None:
    """The version that a schedule names; None if its input was changed."""
    try:
        version = orjson.loads(target["Input"])["request"]["version"]
    except (KeyError, TypeError, orjson.JSONDecodeError):
        return None
    return version if isinstance(version, int) else None


def _in_utc(date: datetime | None) -> datetime | None:
    return date and date.astimezone(UTC).replace(microsecond=0)
