"""The server of the embedded AWS: ministack, with context attributes and zones of schedules."""

from ministack.app import app
from ministack.services import eventbridge, scheduler

from local.aws.schedules import (
    firing_in_zones,
    parsing_zones,
    storing_zones,
    with_context_attributes,
)

__all__ = ["app"]

eventbridge._invoke_target = with_context_attributes(eventbridge._invoke_target)  # noqa: SLF001  schedules are fired only there
scheduler._create_schedule = storing_zones(scheduler._create_schedule)  # noqa: SLF001  ministack has no hook
scheduler._update_schedule = storing_zones(scheduler._update_schedule)  # noqa: SLF001  ministack has no hook
eventbridge._parse_cron_fields = parsing_zones(eventbridge._parse_cron_fields)  # noqa: SLF001  ministack has no hook
eventbridge._cron_next_fire = firing_in_zones(eventbridge._cron_next_fire)  # noqa: SLF001  ministack has no hook
