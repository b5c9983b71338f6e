"""The schedule of a policy: what it must be, how it differs, and how it is put right."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from genesys_purge.errors import LostRace
from genesys_purge.policies.document import PolicyVersion
from genesys_purge.policies.ports import PolicySchedule, PolicySchedules, PolicyStore
from genesys_purge.policies.schedule import is_rate
from genesys_purge.ports import Clock

MISSING = "missing"
ATTEMPTS = 5


class Scheduling:
    """Compares the schedule of a policy with its newest version, and replaces it."""

    def __init__(self, policies: PolicyStore, schedules: PolicySchedules, now: Clock) -> None:
        self._policies = policies
        self._schedules = schedules
        self._now = now

    def drift(self, policy: PolicyVersion) -> tuple[str, ...]:
        """The settings in which the schedule differs from the policy; `missing` without one."""
        found = self._schedules.get(policy.name)
        return (MISSING,) if found is None else tuple(_differing(policy, found, self._now()))

    def reconcile(self, policy: PolicyVersion) -> None:
        """Make the schedule that of the newest version, which may be newer than `policy`."""
        for _ in range(ATTEMPTS):
            self._schedules.put(policy.name, schedule_of(policy, self._now()))
            # Another person may have stored a version, and put its schedule before this one.
            newest = self._policies.latest(policy.name)
            if newest is None or newest.version == policy.version:
                return
            policy = newest
        raise LostRace(f"the policy {policy.name} was changed {ATTEMPTS} times; apply it again")


def schedule_of(policy: PolicyVersion, now: datetime) -> PolicySchedule:
    """The schedule of a policy; one that is put after the end of the policy is disabled.

    EventBridge Scheduler takes neither a start nor an end in the past, so a rate begins with its
    next run.
    """
    document = policy.document
    end = document.valid_until.replace(microsecond=0)
    is_over = end <= now
    runs = document.times.runs(now, document.valid_until)
    return PolicySchedule(
        expression=document.schedule,
        time_zone=document.time_zone,
        start=next(runs, None) if is_rate(document.schedule) else None,
        end=None if is_over else end,
        is_enabled=document.enabled and not is_over,
        version=policy.version,
    )


def _differing(policy: PolicyVersion, found: PolicySchedule, now: datetime) -> Iterator[str]:
    """The names of the settings, as the document has them, and of `version` and `target`."""
    document = policy.document
    end = document.valid_until.replace(microsecond=0)
    if found.expression != document.schedule:
        yield "schedule"
    if found.time_zone != document.time_zone:
        yield "timeZone"
    if not _is_right_start(policy, found.start, now):
        yield "start"
    is_put_after_end = found.end is None and end <= now
    if found.end != end and not is_put_after_end:
        yield "validUntil"
    if found.is_enabled is not (document.enabled and not is_put_after_end):
        yield "enabled"
    if found.version != policy.version:
        yield "version"
    if not found.is_ours:
        yield "target"


def _is_right_start(policy: PolicyVersion, start: datetime | None, now: datetime) -> bool:
    """Whether a rate begins at one of its times, and leaves none of the coming ones out."""
    document = policy.document
    if not is_rate(document.schedule):
        return start is None
    following = next(document.times.runs(now, document.valid_until), None)
    if start is None:
        return following is None
    is_due = following is None or start <= following
    return is_due and document.times.nominal(start) == start
