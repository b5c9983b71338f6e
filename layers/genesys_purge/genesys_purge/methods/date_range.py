"""The check of a request's date range, for every method that has one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from genesys_purge.errors import FieldError
from genesys_purge.methods.contract import Rules
from genesys_purge.model.dates import LONGEST_RANGE_DAYS, DateRange, zulu
from genesys_purge.model.retention import Policy

LONGEST_RANGE = timedelta(days=LONGEST_RANGE_DAYS)


def check_date_range(
    date_range: DateRange | None, policy: Policy | None, rules: Rules
) -> Iterator[FieldError]:
    """All of the range must be older than the retention in force, and the range not too long."""
    if date_range is None:
        return
    try:
        window = date_range.resolve(rules.reference)
    except OverflowError:
        yield FieldError("dateRange", "begins before the year 1; use smaller numbers of days")
        return
    if window.end - window.start > LONGEST_RANGE:
        yield FieldError("dateRange", f"may span at most {LONGEST_RANGE.days} days")
    if policy is None:
        yield FieldError("dateRange", "no rule of the retention matrix covers these records")
        return
    if not policy.is_met(window.end, rules.now):
        latest = rules.now - timedelta(days=policy.minimum_days)
        yield FieldError(
            "dateRange",
            f"ends at {zulu(window.end)}, inside the retention of {policy.minimum_days} days "
            f"({policy.grounds}); it may end at {zulu(latest)} at the latest{policy.advice}",
            needs=("classification", "organisation") if policy.assumed else (),
        )
