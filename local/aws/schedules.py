"""Makes the schedules of ministack those of AWS: context attributes, and time zones."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

Fields = Mapping[str, Any]
Invoke = Callable[[Fields, Fields, Fields], Any]
Store = Callable[[str, Fields], Any]
Parse = Callable[[str], tuple[Any, ...] | None]
NextFire = Callable[[tuple[Any, ...], datetime], datetime | None]


def with_context_attributes(invoke: Invoke) -> Invoke:
    """Invokes the target of a schedule with the schedule's time and ARN in the input."""

    def invoke_target(target: Fields, event: Fields, rule: Fields) -> Any:
        if event.get("Source") == "aws.scheduler" and "Input" in target:
            target = {**target, "Input": _filled_in(target["Input"], event)}
        return invoke(target, event, rule)

    return invoke_target


def _filled_in(text: str, event: Fields) -> str:
    at = datetime.fromtimestamp(event["Time"], UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    arn = next(iter(event["Resources"]), "")
    filled = text.replace("<aws.scheduler.scheduled-time>", at)
    return filled.replace("<aws.scheduler.schedule-arn>", arn)


class ZonedExpression(str):
    """The expression of a schedule, with its time zone."""

    zone: ZoneInfo

    def __new__(cls, text: str, zone: ZoneInfo) -> "ZonedExpression":
        found = super().__new__(cls, text)
        found.zone = zone
        return found


class ZonedFields(tuple[Any, ...]):
    """The parsed fields of such an expression, with its time zone."""

    zone: ZoneInfo


def storing_zones(store: Store) -> Store:
    """Stores the time zone of a schedule in its expression."""

    def store_with_zone(name: str, body: Fields) -> Any:
        zone = ZoneInfo(body.get("ScheduleExpressionTimezone") or "UTC")
        expression = body.get("ScheduleExpression")
        zoned = {"ScheduleExpression": ZonedExpression(expression, zone)} if expression else {}
        return store(name, {**body, **zoned})

    return store_with_zone


def parsing_zones(parse: Parse) -> Parse:
    """Keeps the time zone of an expression in its fields."""

    def parse_with_zone(expression: str) -> tuple[Any, ...] | None:
        fields = parse(expression)
        if fields is None or not isinstance(expression, ZonedExpression):
            return fields
        zoned = ZonedFields(fields)
        zoned.zone = expression.zone
        return zoned

    return parse_with_zone


def firing_in_zones(next_fire: NextFire) -> NextFire:
    """Finds the next time of such fields by the clock of their time zone."""

    def next_fire_in_zone(fields: tuple[Any, ...], after: datetime) -> datetime | None:
        zone = fields.zone if isinstance(fields, ZonedFields) else after.tzinfo
        return next_fire(fields, after.astimezone(zone))

    return next_fire_in_zone
