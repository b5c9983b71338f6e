"""When a policy runs: cron in a time zone, or a rate from a start."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from genesys_purge.policies import cron

CRON = re.compile(r"cron\((.*)\)")
RATE = re.compile(r"rate\(([1-9][0-9]{0,4}) (minute|hour|day)(s?)\)")
UNITS = {
    "minute": timedelta(minutes=1),
    "hour": timedelta(hours=1),
    "day": timedelta(days=1),
}
SHORTEST = timedelta(hours=1)
A_MINUTE = timedelta(minutes=1)
TOO_OFTEN = "must leave at least an hour between two runs"


class CronSchedule(NamedTuple):
    """Runs at local times; a time that a clock change leaves out or repeats follows AWS.

    EventBridge Scheduler skips a time that does not exist, and runs once at a time that exists
    twice. Here that is the first of the two.
    """

    cron: cron.Cron
    zone: ZoneInfo

    def runs(self, after: datetime, until: datetime) -> Iterator[datetime]:
        """The scheduled times in UTC, later than `after` and at most `until`."""
        for local in self._local_times(after, until):
            at = self._instant(local)
            if self._exists(local, at) and after < at <= until:
                yield at

    def missing(self, after: datetime, until: datetime) -> Iterator[datetime]:
        """The local times, without zone, that a clock change leaves out."""
        for local in self._local_times(after, until):
            at = self._instant(local)
            if not self._exists(local, at) and after < at <= until:
                yield local

    def repeated(self, after: datetime, until: datetime) -> Iterator[datetime]:
        """The local times, without zone, that exist twice."""
        for local in self._local_times(after, until):
            first = local.replace(tzinfo=self.zone)
            again = first.replace(fold=1)
            if first.utcoffset() != again.utcoffset() and self._exists(local, self._instant(local)):
                yield local

    def nominal(self, moment: datetime) -> datetime | None:
        """The scheduled time that a delivery for `moment` is for; None if there is none."""
        minute = moment.replace(second=0, microsecond=0)
        return next(self.runs(minute - A_MINUTE, minute), None)

    def _local_times(self, after: datetime, until: datetime) -> Iterator[datetime]:
        # A day more on both sides: the offset of the zone may change in between.
        start = after.astimezone(self.zone).replace(tzinfo=None) - UNITS["day"]
        end = until.astimezone(self.zone).replace(tzinfo=None) + UNITS["day"]
        return self.cron.times(start, end)

    def _instant(self, local: datetime) -> datetime:
        return local.replace(tzinfo=self.zone).astimezone(UTC)

    def _exists(self, local: datetime, at: datetime) -> bool:
        return at.astimezone(self.zone).replace(tzinfo=None) == local


class RateSchedule(NamedTuple):
    """Runs at `start`, and then in equal intervals, whatever the clocks do."""

    interval: timedelta
    start: datetime

    def runs(self, after: datetime, until: datetime) -> Iterator[datetime]:
        """The scheduled times in UTC, later than `after` and at most `until`."""
        past = max(0, (after - self.start) // self.interval + 1)
        at = self.start + past * self.interval
        while at <= until:
            yield at
            at += self.interval

    def missing(self, after: datetime, until: datetime) -> Iterator[datetime]:
        """No time is left out."""
        del after, until
        return iter(())

    def repeated(self, after: datetime, until: datetime) -> Iterator[datetime]:
        """No time exists twice."""
        del after, until
        return iter(())

    def nominal(self, moment: datetime) -> datetime | None:
        """The latest scheduled time up to `moment`, so that each interval has one run."""
        if moment < self.start:
            return None
        return self.start + (moment - self.start) // self.interval * self.interval


Schedule = CronSchedule | RateSchedule


def parsed(expression: str, zone: ZoneInfo, start: datetime | None) -> Schedule:
    """The schedule of an expression; ValueError says what is wrong in it.

    A rate needs a `start`: without one, EventBridge Scheduler would run it at once.
    """
    if match := RATE.fullmatch(expression):
        count, unit, plural = int(match[1]), match[2], bool(match[3])
        if plural is (count == 1):
            raise ValueError(f"must have the unit {unit}{'' if count == 1 else 's'}")
        if count * UNITS[unit] < SHORTEST:
            raise ValueError(TOO_OFTEN)
        if start is None:
            raise ValueError("is a rate, which needs a start")
        return RateSchedule(count * UNITS[unit], start)
    if match := CRON.fullmatch(expression):
        found = cron.parsed(match[1])
        if len(found.minutes) > 1:
            raise ValueError(f"{TOO_OFTEN}: give one minute")
        return CronSchedule(found, zone)
    raise ValueError("must be cron(...) with six fields, or rate(...), such as rate(7 days)")


def is_rate(expression: str) -> bool:
    """Whether an expression begins like a rate."""
    return expression.startswith("rate(")
