"""The lease of an intended call: how long its worker may still be in the call."""

from __future__ import annotations

from datetime import datetime, timedelta


def seconds_left(began: datetime | None, now: datetime, lease_seconds: float) -> float:
    """Seconds until a lease that began at `began` ends; 0 once it has ended, or without one."""
    if began is None:
        return 0.0
    return max(0.0, (began + timedelta(seconds=lease_seconds) - now).total_seconds())
