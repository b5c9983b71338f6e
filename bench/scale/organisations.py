"""The simulated organisations, and the requests that purge them."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from typing import Any, NamedTuple

from simulator import Corpus, SimulatorSettings
from tests.builders import recording_job
from tests.clock import NOON

FIRST = date(2024, 6, 1)
DAYS = 366
# The limits of the documents and of the platform, and the job times of the simulator.
LIMITS = SimulatorSettings()
DOCUMENTED_SLOTS, LIVE_SLOTS = 5, 2
# Calls a second that the tenant allows.
DOCUMENTED_RATE, LIVE_RATE = 10.0, 5.0
REASON = "retention of one year is over"


class Organisation(NamedTuple):
    """So many conversations on so many days; `held` of them are protected, on `held_days` days."""

    records: int
    days: int = DAYS
    held: int = 0
    held_days: int = 0

    @property
    def end(self) -> date:
        return FIRST + timedelta(days=self.days)

    def months(self) -> list[int]:
        """The days of each calendar month that the organisation has conversations in."""
        days = [FIRST + timedelta(days=number) for number in range(self.days)]
        return list(Counter((each.year, each.month) for each in days).values())

    def corpus(self) -> Corpus:
        return Corpus.spread(
            count=self.records,
            first=FIRST,
            days=self.days,
            now=NOON,
            held=self.held,
            held_days=self.held_days,
        )

    def interval(self) -> tuple[str, str]:
        return f"{FIRST}T00:00:00Z", f"{self.end}T00:00:00Z"

    def recordings_request(self) -> dict[str, Any]:
        start, end = self.interval()
        return recording_job(reason=REASON, dateRange={"start": start, "end": end})


def archive_request(url: str) -> dict[str, Any]:
    return {"method": "conversation_archive", "reason": REASON, "conversationIdsFrom": url}
