"""The cron expressions of EventBridge Scheduler, evaluated in local time.

Where AWS documents no meaning, an expression is refused: `L-3`, `1,15W` or `FRI-MON`.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import NamedTuple

FIELDS = ("minutes", "hours", "day of month", "month", "day of week", "year")
MONTH_NAMES = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
MONTHS = {name: number for number, name in enumerate(MONTH_NAMES, start=1)}
WEEKDAY_NAMES = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
WEEKDAYS = {name: number for number, name in enumerate(WEEKDAY_NAMES, start=1)}
FIRST_YEAR, LAST_YEAR = 1970, 2199
SATURDAY, WEEKDAY_COUNT = 7, 7
ANY = "?"
PART = re.compile(r"(?:(\*)|(\w+)(?:-(\w+))?)(?:/([0-9]{1,4}))?")
NEAREST_WEEKDAY = re.compile(r"([0-9]{1,2})W")
LAST_WEEKDAY = re.compile(r"(\w+)L")
NTH_WEEKDAY = re.compile(r"(\w+)#([1-5])")

# The days of a month on which an expression fires.
Days = Callable[[int, int], frozenset[int]]


class Cron(NamedTuple):
    """A parsed expression."""

    minutes: frozenset[int]
    hours: frozenset[int]
    days: Days
    months: frozenset[int]
    years: frozenset[int]

    def times(self, start: datetime, end: datetime) -> Iterator[datetime]:
        """The local times, without zone, from `start` to `end`, without `end`."""
        for year in range(start.year, end.year + 1):
            if year not in self.years:
                continue
            for at in self._times_in(year):
                if start <= at < end:
                    yield at

    def _times_in(self, year: int) -> Iterator[datetime]:
        for month in sorted(self.months):
            for day in sorted(self.days(year, month)):
                for hour in sorted(self.hours):
                    for minute in sorted(self.minutes):
                        yield datetime(year, month, day, hour, minute)  # noqa: DTZ001  a local time


def parsed(text: str) -> Cron:
    """The expression between the parentheses of `cron()`; ValueError names the wrong field."""
    given = text.upper().split()
    if len(given) != len(FIELDS):
        raise ValueError(f"must have six fields: {', '.join(FIELDS)}")
    minutes, hours, day, month, weekday, year = given
    if (day == ANY) is (weekday == ANY):
        raise ValueError("must have ? in the day of month or in the day of week, not in both")
    return Cron(
        minutes=_numbers(FIELDS[0], minutes, 0, 59),
        hours=_numbers(FIELDS[1], hours, 0, 23),
        days=_days_of_month(day) if weekday == ANY else _days_of_week(weekday),
        months=_numbers(FIELDS[3], month, 1, 12, MONTHS),
        years=_numbers(FIELDS[5], year, FIRST_YEAR, LAST_YEAR),
    )


def _numbers(
    field: str, text: str, least: int, most: int, names: Mapping[str, int] | None = None
) -> frozenset[int]:
    found: set[int] = set()
    for part in text.split(","):
        match = PART.fullmatch(part)
        if match is None:
            raise ValueError(f"{field}: {part!r} is not a number, a range or *")
        every, first, last, step = match.groups()
        start = least if every else _number(field, first, least, most, names)
        end = most if every or (step and not last) else start
        end = _number(field, last, least, most, names) if last else end
        if start > end:
            raise ValueError(f"{field}: the range {part!r} goes backwards")
        if step is not None and not 0 < int(step) <= most:
            raise ValueError(f"{field}: the step in {part!r} must be from 1 to {most}")
        found.update(range(start, end + 1, int(step or 1)))
    return frozenset(found)


def _number(
    field: str, text: str, least: int, most: int, names: Mapping[str, int] | None = None
) -> int:
    value = (names or {}).get(text)
    if value is None and text.isdecimal():
        value = int(text)
    if value is None or not least <= value <= most:
        raise ValueError(f"{field}: {text!r} is not from {least} to {most}")
    return value


def _days_of_month(text: str) -> Days:
    if text == "L":
        return lambda year, month: frozenset({_length(year, month)})
    if text == "LW":
        return lambda year, month: frozenset({_nearest(year, month, _length(year, month))})
    if match := NEAREST_WEEKDAY.fullmatch(text):
        day = _number(FIELDS[2], match[1], 1, 31)
        return lambda year, month: frozenset(
            {_nearest(year, month, day)} if day <= _length(year, month) else ()
        )
    days = _numbers(FIELDS[2], text, 1, 31)
    return lambda year, month: frozenset(day for day in days if day <= _length(year, month))


def _days_of_week(text: str) -> Days:
    field = FIELDS[4]
    if match := NTH_WEEKDAY.fullmatch(text):
        weekday, nth = _number(field, match[1], 1, SATURDAY, WEEKDAYS), int(match[2])
        return lambda year, month: frozenset(_on(year, month, weekday)[nth - 1 : nth])
    if text == "L":
        return lambda year, month: frozenset(_on(year, month, SATURDAY))
    if (match := LAST_WEEKDAY.fullmatch(text)) and text not in WEEKDAYS:
        weekday = _number(field, match[1], 1, SATURDAY, WEEKDAYS)
        return lambda year, month: frozenset(_on(year, month, weekday)[-1:])
    if "/" in text:
        raise ValueError(f"{field}: may not have a step")
    weekdays = _numbers(field, text, 1, SATURDAY, WEEKDAYS)
    return lambda year, month: frozenset(
        day for weekday in weekdays for day in _on(year, month, weekday)
    )


def _length(year: int, month: int) -> int:
    return calendar.monthrange(year, month)[1]


def _on(year: int, month: int, weekday: int) -> list[int]:
    """The days of a month on a day of the week, which counts from Sunday as 1."""
    first, length = calendar.monthrange(year, month)
    # Monday is 0 here, and 2 in an expression.
    start = 1 + (weekday - 2 - first) % WEEKDAY_COUNT
    return list(range(start, length + 1, WEEKDAY_COUNT))


def _nearest(year: int, month: int, day: int) -> int:
    """The day from Monday to Friday that is nearest to `day`, in the same month."""
    length, weekday = _length(year, month), calendar.weekday(year, month, day)
    if weekday == calendar.SATURDAY:
        return day - 1 if day > 1 else day + 2
    if weekday == calendar.SUNDAY:
        return day + 1 if day < length else day - 2
    return day
