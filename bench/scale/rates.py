"""How evenly the calls to Genesys come."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta


def busiest(times: Sequence[datetime], window: timedelta) -> int:
    """The most calls in any window; the times are in order."""
    most = first = 0
    for last, time in enumerate(times):
        while times[first] <= time - window:
            first += 1
        most = max(most, last - first + 1)
    return most
