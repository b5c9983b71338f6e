"""Date ranges and windows: half-open, in UTC, in the milliseconds that Genesys counts in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Annotated, Self

from pydantic import AfterValidator, AwareDatetime, BeforeValidator, Field, model_validator

from genesys_purge.model.wire import Wire
from genesys_purge.model.wording import NOT_A_TIME, TOO_FINE

A_MILLISECOND = timedelta(milliseconds=1)
LAST_MOMENT = datetime.max.replace(tzinfo=UTC)
# pydantic would cut these digits off, which moves a start backwards.
IS_TOO_FINE = re.compile(r"[.,][0-9]{7}").search
MAX_DAYS = 36_500
LONGEST_RANGE_DAYS = 3_660


# The seconds of an ISO 8601 time in a leap second.
LEAP_SECOND = re.compile(r"(?<=[Tt ][0-9]{2}:[0-9]{2}:)60(?=[.,Zz+-])")


def without_leap_second(text: str) -> str:
    """The time in `text`, with a leap second as the second before; other texts are unchanged.

    A leap second is the last one of a month in UTC. Any other second 60 stays, and is refused.
    """
    if ":60" not in text:
        return text
    before = LEAP_SECOND.sub("59", text)
    try:
        after = datetime.fromisoformat(before).astimezone(UTC) + timedelta(seconds=1)
    except (ValueError, OverflowError):
        return text
    return before if (after.day, after.hour, after.minute) == (1, 0, 0) else text


def _not_a_number(value: object) -> object:
    """Refuses seconds since 1970: pydantic would read `"20200101"` as a day in August 1970."""
    if isinstance(value, datetime):
        return value
    if isinstance(value, str) and value[4:5] == "-":
        return without_leap_second(value)
    raise ValueError(NOT_A_TIME)


def _in_utc(at: datetime) -> datetime:
    try:
        return at.astimezone(UTC)
    except OverflowError:
        raise ValueError("must be in the years 1 to 9999 in UTC") from None


# A before-validator hides that the value is JSON, so pydantic needs `strict=False` for strings.
Instant = Annotated[
    AwareDatetime, Field(strict=False), AfterValidator(_in_utc), BeforeValidator(_not_a_number)
]


def _not_too_fine(value: object) -> object:
    if isinstance(value, str) and IS_TOO_FINE(value):
        raise ValueError(TOO_FINE)
    return value


FineInstant = Annotated[Instant, BeforeValidator(_not_too_fine)]


def instant_in(value: object) -> datetime | None:
    """The time in a value from another system, in UTC; None if it is not a time with an offset."""
    if not isinstance(value, str):
        return None
    try:
        instant = datetime.fromisoformat(without_leap_second(value))
        return instant.astimezone(UTC) if instant.tzinfo else None
    except (ValueError, OverflowError):
        return None


def zulu(at: datetime) -> str:
    """The time in RFC 3339 with `Z`, and with milliseconds if it has a fraction of a second."""
    spec = "milliseconds" if at.microsecond else "seconds"
    return at.isoformat(timespec=spec).replace("+00:00", "Z")


def _floor(at: datetime) -> datetime:
    """The last whole millisecond that is not after `at`."""
    return at.replace(microsecond=at.microsecond // 1_000 * 1_000)


def _ceiling(at: datetime) -> datetime:
    """The first whole millisecond that is not before `at`; the last moment if there is none."""
    floor = _floor(at)
    if floor == at:
        return at
    return floor + A_MILLISECOND if floor < _floor(LAST_MOMENT) else LAST_MOMENT


class Window(Wire):
    """The times from `start` to `end`, without `end`."""

    start: Instant
    end: Instant

    @model_validator(mode="after")
    def _forwards(self) -> Self:
        if self.start >= self.end:
            raise ValueError("start must be before end")
        return self

    def __str__(self) -> str:
        """The window as an ISO 8601 interval."""
        return f"{zulu(self.start)}/{zulu(self.end)}"

    def widened(self) -> Window:
        """The shortest window of whole milliseconds that contains this one."""
        return Window(start=_floor(self.start), end=_ceiling(self.end))

    def split(self, days: int) -> Iterator[Window]:
        """Contiguous windows of at most `days` days that together cover this window."""
        start = self.start
        while start < self.end:
            end = min(start + timedelta(days=days), self.end)
            yield Window(start=start, end=end)
            start = end

    def until(self, moment: datetime) -> Window:
        """The window, extended to `moment` if it ends before."""
        return Window(start=self.start, end=max(self.end, moment))

    def contains(self, at: datetime) -> bool:
        return self.start <= at < self.end

    def overlaps(self, other: Window) -> bool:
        return self.start < other.end and other.start < self.end


class DateRange(Wire):
    """Either `start` and `end`, or `olderThanDays` and `lookbackDays` before a reference time."""

    start: FineInstant | None = None
    end: FineInstant | None = None
    older_than_days: Annotated[int, Field(ge=0, le=MAX_DAYS)] | None = None
    lookback_days: Annotated[int, Field(ge=1, le=LONGEST_RANGE_DAYS)] | None = None

    @model_validator(mode="after")
    def _one_form(self) -> Self:
        absolute = (self.start is not None, self.end is not None)
        relative = (self.older_than_days is not None, self.lookback_days is not None)
        if absolute + relative not in ((True, True, False, False), (False, False, True, True)):
            raise ValueError("give start and end, or olderThanDays and lookbackDays")
        if self.start is None or self.end is None:
            return self
        if self.start >= self.end:
            raise ValueError("start must be before end")
        if _ceiling(self.start) >= _floor(self.end):
            raise ValueError("must contain a whole millisecond, the shortest time at Genesys")
        return self

    @property
    def is_relative(self) -> bool:
        return self.older_than_days is not None

    def resolve(self, reference: datetime) -> Window:
        """The window, in which a relative range counts back from `reference`.

        Genesys reads milliseconds, so the start is rounded up and the end down: the window that is
        checked is the window that is sent, and never longer than the request's. Raises
        OverflowError if the window starts before the year 1.
        """
        if self.start is not None and self.end is not None:
            return Window(start=_ceiling(self.start), end=_floor(self.end))
        end = _floor(reference - timedelta(days=self.older_than_days or 0))
        return Window(start=end - timedelta(days=self.lookback_days or 0), end=end)
