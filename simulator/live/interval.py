"""Intervals, written as `start/end`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Annotated

from pydantic import PlainValidator
from pydantic_core import PydanticCustomError

from simulator.http.wire import parse_instant

A_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Interval:
    """The half-open interval `start <= time < end`, in UTC."""

    start: datetime
    end: datetime

    @property
    def length(self) -> timedelta:
        """The length of the interval."""
        return self.end - self.start

    @property
    def days_touched(self) -> Interval:
        """The interval, extended to whole days."""
        last_moment = self.end - timedelta.resolution
        return Interval(midnight(self.start), midnight(last_moment) + A_DAY)


def midnight(moment: datetime) -> datetime:
    """The start of the day."""
    return datetime.combine(moment.date(), time(), moment.tzinfo)


def parse_interval(value: object) -> Interval:
    """Parses two RFC 3339 times with a slash between them."""
    first, slash, last = value.partition("/") if isinstance(value, str) else ("", "", "")
    if not slash:
        raise PydanticCustomError("interval", "must be start/end")
    start, end = parse_instant(first), parse_instant(last)
    if start >= end:
        raise PydanticCustomError("inverted", "start must be before end")
    return Interval(start, end)


WireInterval = Annotated[Interval, PlainValidator(parse_interval)]
