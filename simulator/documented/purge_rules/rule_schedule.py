"""The schedule of a purge rule: a recurrence, a time of day and a time zone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

from simulator.http.wire import Body

TIME_OF_DAY = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]")
MONDAY = 0
ONE_DAY = timedelta(days=1)


def check_time(value: str) -> str:
    """Checks a time of day, `HH:MM:SS`."""
    if not TIME_OF_DAY.fullmatch(value):
        raise PydanticCustomError("time_of_day", "must be a time as HH:MM:SS")
    return value


def check_zone(value: str) -> str:
    """Checks the IANA name of a time zone."""
    try:
        return ZoneInfo(value).key
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise PydanticCustomError("timezone", "must be an IANA time zone") from None


class Recurrence(StrEnum):
    """How often a rule runs; weekly is on Mondays and monthly on the first."""

    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"

    def falls_on(self, day: date) -> bool:
        """Whether a rule runs on this day."""
        match self:
            case Recurrence.DAILY:
                return True
            case Recurrence.WEEKLY:
                return day.weekday() == MONDAY
            case Recurrence.MONTHLY:
                return day.day == 1


class Schedule(Body):
    """A schedule; at a clock change, a skipped time runs later and a repeated time runs once."""

    recurrence: Recurrence
    time_of_day: Annotated[str, AfterValidator(check_time)]
    timezone: Annotated[str, AfterValidator(check_zone)]

    def after(self, moment: datetime) -> datetime:
        """The first execution later than `moment`, in UTC."""
        zone = ZoneInfo(self.timezone)
        yesterday = moment.astimezone(zone).date() - ONE_DAY
        return next(each for each in self._executions(yesterday, zone) if each > moment)

    def _executions(self, day: date, zone: ZoneInfo) -> Iterator[datetime]:
        at = time.fromisoformat(self.time_of_day)
        while True:
            if self.recurrence.falls_on(day):
                yield datetime.combine(day, at, zone).astimezone(UTC)
            day += ONE_DAY
