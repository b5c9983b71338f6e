"""Whether a policy may run at a scheduled time, by what is stored of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from genesys_purge.model.dates import DateRange, zulu
from genesys_purge.model.purge_policy import PolicyMonth
from genesys_purge.policies.document import PolicyVersion
from genesys_purge.policies.standing_approval import ended

# Lambda and EventBridge Scheduler deliver an event again for hours, but not for days.
LATEST = timedelta(days=1)
# How far the clocks of the services may differ.
EARLIEST = timedelta(minutes=1)


class Due(NamedTuple):
    """The version in force at a scheduled time, and its month. `version` is that of the schedule.

    `nominal` is the time of the policy's own schedule, None if this is none of its times.
    """

    policy: PolicyVersion
    version: int
    moment: datetime
    nominal: datetime | None
    month: PolicyMonth

    @property
    def at(self) -> datetime:
        """The time by which a run, or its omission, is known."""
        return self.nominal or self.moment


class Reason(NamedTuple):
    """Why a scheduled time is skipped; a blackout day is what the owner wanted.

    `is_kept` is False at a time at which the version cannot have run. It is skipped each time that
    an event comes for it, and not stored, because there is no end of such times.
    """

    text: str
    is_blackout: bool = False
    is_kept: bool = True


def reasons(due: Due, now: datetime) -> Iterator[Reason]:
    """Why the policy must not run at this time; stops are not among them."""
    yield from (Reason(text, is_kept=False) for text in _wrong_time(due, now))
    if text := ended(due.policy, now):
        yield Reason(text)
    for text in _closed_days(due, now):
        yield Reason(text, is_blackout=True)
    yield from map(Reason, _beyond_bounds(due, now))


def _wrong_time(due: Due, now: datetime) -> Iterator[str]:
    policy = due.policy
    if due.version > policy.version:
        yield f"the schedule names version {due.version}, and the newest is {policy.version}"
    if due.nominal is None:
        yield f"{zulu(due.moment)} is not a scheduled time of version {policy.version}"
    if due.moment > now + EARLIEST:
        yield f"the scheduled time {zulu(due.moment)} has not come"
    if due.at < now - LATEST:
        yield f"the scheduled time {zulu(due.at)} passed more than a day ago"
    if due.at < policy.applied_at:
        yield (
            f"the scheduled time {zulu(due.at)} passed before version {policy.version} was applied "
            f"at {zulu(policy.applied_at)}"
        )


def _closed_days(due: Due, now: datetime) -> Iterator[str]:
    """A delayed event may come on another day than its scheduled time."""
    for moment in (due.at, now):
        if day := due.policy.blackout_on(moment):
            name = f" ({day.holiday})" if day.holiday else ""
            yield f"{day.date} is a blackout day{name}"


def _beyond_bounds(due: Due, now: datetime) -> Iterator[str]:
    bounds, month = due.policy.document.bounds, due.month
    if month.runs >= bounds.max_runs_per_month:
        yield f"bounds.maxRunsPerMonth: {month.month} has {month.runs} runs, the most allowed"
    if month.records >= bounds.max_records_per_month:
        yield (
            f"bounds.maxRecordsPerMonth: the runs of {month.month} have {month.records} records, "
            f"{bounds.max_records_per_month} are allowed"
        )
    date_range = DateRange.parse(due.policy.document.request["dateRange"])
    if date_range.resolve(due.at).end > now - timedelta(days=bounds.minimum_age_days):
        yield (
            "bounds.minimumAgeDays: the request reaches records that are younger than "
            f"{bounds.minimum_age_days} days"
        )
