"""Fills in the context attributes of an input, as EventBridge Scheduler does."""

from datetime import datetime
from typing import Any

from local.schedule import SCHEDULE


def as_sent(event: Any, scheduled: datetime) -> Any:
    """The event with the schedule's time and ARN in the place of the attributes."""
    match event:
        case "<aws.scheduler.scheduled-time>":
            return scheduled.strftime("%Y-%m-%dT%H:%M:%SZ")
        case "<aws.scheduler.schedule-arn>":
            return SCHEDULE
        case list():
            return [as_sent(each, scheduled) for each in event]
        case dict():
            return {name: as_sent(each, scheduled) for name, each in event.items()}
    return event
