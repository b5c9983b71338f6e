"""The least hours and calls that a purge can take, whatever its client does."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Sequence
from datetime import datetime
from math import ceil
from typing import NamedTuple

HOUR = 3_600.0
# As many ids as one query may have.
MOST_IDS = 1_000


class Span(NamedTuple):
    """The time of a job at Genesys."""

    start: datetime
    end: datetime

    @property
    def seconds(self) -> float:
        return (self.end - self.start).total_seconds()


def slot_use(spans: Sequence[Span], slots: int) -> float:
    """The share of the slots' time that jobs used, from the first start to the last end."""
    if not spans:
        return 0.0
    start, end = min(each.start for each in spans), max(each.end for each in spans)
    return sum(each.seconds for each in spans) / (slots * (end - start).total_seconds())


def hours_of(seconds: Iterable[float], slots: int) -> float:
    """The hours of these jobs if each starts as soon as a slot is free, longest first."""
    free = [0.0] * slots
    for each in sorted(seconds, reverse=True):
        heapq.heappush(free, heapq.heappop(free) + each)
    return max(free) / HOUR


def floor_hours(seconds: Sequence[float], slots: int, calls: int, per_second: float) -> float:
    """Job slots x job time, or the calls at the tenant's rate, if these take longer."""
    return max(sum(seconds) / slots / HOUR, calls / per_second / HOUR)


class Term(NamedTuple):
    """A part of the least possible calls."""

    what: str
    calls: int


def least_documented(records: int, jobs: int) -> list[Term]:
    """A client that knew when a job ends would need one poll for it."""
    return [
        Term("eligibility queries before", ceil(records / MOST_IDS)),
        Term("submits", jobs),
        Term("polls, one for each job", jobs),
        Term("eligibility queries after", ceil(records / MOST_IDS)),
    ]


def least_live(records: int, jobs: int, sampled: int) -> list[Term]:
    """Planning, two polls for each job, and the metadata of a sample."""
    return [
        Term("pages of conversations", ceil(records / 1_000)),
        Term("questions about protection", ceil(records / 100)),
        Term("creations and executions", 2 * jobs),
        Term("polls, two for each job", 2 * jobs),
        Term("counters and failed recordings", 2 * jobs),
        Term("metadata of the sample", sampled),
    ]


def total_of(terms: Iterable[Term]) -> int:
    return sum(each.calls for each in terms)
