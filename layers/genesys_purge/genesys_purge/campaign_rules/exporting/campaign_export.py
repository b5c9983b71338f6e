"""How far the changes of a campaign's rules are exported, and what an export answers."""

from __future__ import annotations

from datetime import datetime, timedelta
from math import ceil
from typing import Any, Self

from genesys_purge.campaign_rules.campaign import Campaign
from genesys_purge.model.dates import Instant, Window, zulu
from genesys_purge.model.wire import Wire

FIRST = timedelta(hours=24)
LONGEST = timedelta(days=31)
# So far Genesys's clock may be from ours, and the question on its way.
MARGIN = timedelta(minutes=10)
HOUR = timedelta(hours=1)


def to_the_millisecond(at: datetime) -> datetime:
    """The moment as Genesys writes it: whatever is finer is cut off."""
    return at.replace(microsecond=at.microsecond // 1_000 * 1_000)


class CampaignExport(Wire):
    """Everything before `exportedTo` is exported; `window` is still to be completed.

    `intendedAt` is when somebody began with the window, and absent once that is known to have
    failed.
    """

    organisation: str | None = None
    campaign_id: str
    version: int = 0
    exported_to: Instant | None = None
    window: Window | None = None
    intended_at: Instant | None = None

    @classmethod
    def of(cls, campaign: Campaign) -> Self:
        """The state of a campaign that was never exported."""
        return cls(organisation=campaign.organisation, campaign_id=campaign.campaign_id)

    @property
    def campaign(self) -> Campaign:
        """The campaign that it is about."""
        return Campaign(self.organisation, self.campaign_id)

    @property
    def run_id(self) -> str:
        """Under which the campaign's exports are audited."""
        return f"campaign-export:{self.campaign.key}"

    def next_window(self, now: datetime, settling: timedelta) -> Window | None:
        """The one that was begun, otherwise what has settled since; None where nothing has."""
        if self.window:
            return self.window
        start = self.exported_to or now - FIRST
        end = min(start + LONGEST, to_the_millisecond(now - settling))
        return Window(start=start, end=end) if start < end else None

    def intended(self, window: Window, now: datetime) -> Self:
        """Its successor, in which somebody has begun with the window."""
        return self._next(window=window, intended_at=now)

    def failed(self) -> Self:
        """Its successor, in which the window is there for anybody to begin with."""
        return self._next(intended_at=None)

    def completed(self) -> Self:
        """Its successor, in which the window is exported."""
        return self._next(exported_to=self.begun.end, window=None, intended_at=None)

    @property
    def begun(self) -> Window:
        """The window; ValueError where nobody has begun with one."""
        if self.window is None:
            raise ValueError(f"no export of {self.campaign.key} has begun")
        return self.window

    def holds(self, at: datetime) -> bool:
        """Whether an event of that moment belongs to the window.

        Nothing lies before the first window: there, what Genesys takes its interval for decides.
        """
        is_later = self.exported_to is None or self.begun.start <= at
        return is_later and at < self.begun.end

    def interval(self, now: datetime) -> str:
        """What to ask Genesys for: hours up to `now` that surely cover the window.

        A window that began longer ago than Genesys goes back in hours is asked for as it is.
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
    """One window of one campaign: how many changes, and the two objects that hold them."""

    campaign_id: str
    window: Window
    changes: int
    json_lines: str
    csv: str


class Exported(Wire):
    """Every window that was exported, in order; none where nothing was left to export."""

    exports: tuple[ExportedWindow, ...]
