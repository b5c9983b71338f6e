"""Fills in the context attributes of schedules, which ministack leaves as text."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

Fields = Mapping[str, Any]
Invoke = Callable[[Fields, Fields, Fields], Any]


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
