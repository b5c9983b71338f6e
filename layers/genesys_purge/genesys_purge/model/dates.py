"""Date ranges and windows: half-open, in UTC."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Annotated, Self

from pydantic import AfterValidator, AwareDatetime, Field, model_validator

from genesys_purge.model.wire import Wire

Instant = Annotated[AwareDatetime, AfterValidator(lambda at: at.astimezone(UTC))]
LONGEST_DAYS = 36_500


class Window(Wire):
    """From `start` up to, but without, `end`."""

    start: Instant
    end: Instant

    def split(self, days: int) -> Iterator[Window]:
        """Contiguous windows of at most `days` days that cover this one exactly."""
        start = self.start
        while start < self.end:
            end = min(start + timedelta(days=days), self.end)
            yield Window(start=start, end=end)
            start = end

    def contains(self, at: datetime) -> bool:
        return self.start <= at < self.end

    def overlaps(self, other: Window) -> bool:
        return self.start < other.end and other.start < self.end


class DateRange(Wire):
    """Either `start` and `end`, or `olderThanDays` and `lookbackDays` before a reference time."""

    start: Instant | None = None
    end: Instant | None = None
    older_than_days: Annotated[int, Field(ge=0, le=LONGEST_DAYS)] | None = None
    lookback_days: Annotated[int, Field(ge=1, le=LONGEST_DAYS)] | None = None

    @model_validator(mode="after")
    def _one_form(self) -> Self:
        absolute = (self.start is not None, self.end is not None)
        relative = (self.older_than_days is not None, self.lookback_days is not None)
        if absolute + relative not in ((True, True, False, False), (False, False, True, True)):
            raise ValueError("give start and end, or olderThanDays and lookbackDays")
        if self.start is not None and self.end is not None and self.start >= self.end:
            raise ValueError("start must be before end")
        return self

    @property
    def is_relative(self) -> bool:
        return self.older_than_days is not None

    def resolve(self, reference: datetime) -> Window:
        """The window meant, `reference` standing for now where the range is relative."""
        if self.start is not None and self.end is not None:
            return Window(start=self.start, end=self.end)
        end = reference - timedelta(days=self.older_than_days or 0)
        return Window(start=end - timedelta(days=self.lookback_days or 0), end=end)
