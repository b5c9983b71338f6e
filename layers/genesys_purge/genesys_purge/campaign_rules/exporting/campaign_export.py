"""The progress of a campaign's export, and the answer of an export."""

from __future__ import annotations

from datetime import datetime, timedelta
from math import ceil
from typing import Any, Self

from pydantic import Field

from genesys_purge.calling.attempt import Attempt
from genesys_purge.campaign_rules.campaign import Campaign
from genesys_purge.model.dates import Instant, Window, zulu
from genesys_purge.model.wire import Wire

FIRST = timedelta(hours=24)
# Genesys's audit query refuses more than 31 days, and its interval has whole seconds.
LONGEST = timedelta(days=30)
# Covers the difference between Genesys's clock and ours, and the time of the query.
MARGIN = timedelta(minutes=10)
HOUR = timedelta(hours=1)


def to_the_millisecond(at: datetime) -> datetime:
    """The time in the precision of Genesys: microseconds are cut off."""
    return at.replace(microsecond=at.microsecond // 1_000 * 1_000)


class CampaignExport(Wire):
    """Every change before `exportedTo` is exported; `window` is not complete yet.

    `attempt` counts the exports of the window; it is open while one is in progress. `queries` are
    the ids of queries that Genesys still executes for the window.
    """

    organisation: str | None = None
    campaign_id: str
    version: int = 0
    exported_to: Instant | None = None
    window: Window | None = None
    attempt: Attempt = Field(default_factory=Attempt)
    queries: tuple[str, ...] = ()

    @classmethod
    def of(cls, campaign: Campaign) -> Self:
        """The progress of a campaign that was never exported."""
        return cls(organisation=campaign.organisation, campaign_id=campaign.campaign_id)

    @property
    def campaign(self) -> Campaign:
        """The exported campaign."""
        return Campaign(self.organisation, self.campaign_id)

    @property
    def run_id(self) -> str:
        """The id of the campaign's exports in the audit."""
        return f"campaign-export:{self.campaign.key}"

    def next_window(self, now: datetime, settling: timedelta) -> Window | None:
        """The open window, or else the time that has settled since the last one; None for none."""
        if self.window:
            return self.window
        start = self.exported_to or now - FIRST
        end = min(start + LONGEST, to_the_millisecond(now - settling))
        return Window(start=start, end=end) if start < end else None

    def intended(self, window: Window, now: datetime) -> Self:
        """The next version: an export of the window has begun."""
        return self._next(window=window, attempt=self.attempt.intended(now))

    def failed(self) -> Self:
        """The next version: the window is free for another export, with new queries."""
        return self.waiting(())

    def waiting(self, queries: tuple[str, ...]) -> Self:
        """The next version: the window is free for an export that goes on with the queries."""
        return self._next(attempt=self.attempt.refused(), queries=queries)

    def completed(self) -> Self:
        """The next version: the window is exported."""
        return self._next(exported_to=self.begun.end, window=None, attempt=Attempt(), queries=())

    @property
    def begun(self) -> Window:
        """The open window; ValueError if there is none."""
        if self.window is None:
            raise ValueError(f"no export of {self.campaign.key} has begun")
        return self.window

    def holds(self, at: datetime) -> bool:
        """Whether an event at that time belongs to the window.

        The first window has no lower bound: Genesys's interval decides what it holds.
        """
        is_later = self.exported_to is None or self.begun.start <= at
        return is_later and at < self.begun.end

    def interval(self, now: datetime) -> str:
        """The interval to query: hours up to `now` that certainly cover the window.

        A window that began too long ago for hours is queried by its start and end.
        """
        past = now - self.begun.start
        if self.exported_to:
            past += MARGIN
        if past > LONGEST:
            return f"{zulu(self.begun.start)}/{zulu(self.begun.end)}"
        return f"{ceil(past / HOUR)}h"

    def _next(self, **changes: Any) -> Self:
        return self.model_copy(update={"version": self.version + 1, **changes})


class ExportedWindow(Wire):
    """One exported window of a campaign: its number of changes and the URLs of its two files."""

    campaign_id: str
    window: Window
    changes: int
    json_lines: str
    csv: str


class Exported(Wire):
    """The exported windows in order; empty if there was nothing to export."""

    exports: tuple[ExportedWindow, ...]
