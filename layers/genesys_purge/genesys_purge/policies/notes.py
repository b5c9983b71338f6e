"""Remarks on a valid policy: clock changes, and runs that need an approval."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice

from genesys_purge.policies.document import BlackoutDay, PolicyDocument, PolicyVersion

MOST_NOTES = 12
NEXT_RUNS = 5
TO_THE_MINUTE = "%Y-%m-%d %H:%M"


def notes_on(
    document: PolicyDocument, days: Iterable[BlackoutDay], now: datetime
) -> tuple[str, ...]:
    """The remarks as sentences without a full stop, at most twelve."""
    closed = {each.date for each in days}
    found = [*_on_clock_changes(document, now), *_on_months(document, closed, now)]
    if document.valid_until < now:
        found.append("its standing approval has ended; apply it with a later validUntil")
    return tuple(found[:MOST_NOTES])


def next_runs(policy: PolicyVersion, now: datetime) -> tuple[datetime, ...]:
    """The next five runs before `validUntil` that are not on blackout days; none if disabled."""
    document = policy.document
    if not document.enabled:
        return ()
    runs = document.times.runs(now, document.valid_until)
    return tuple(islice((at for at in runs if not policy.blackout_on(at)), NEXT_RUNS))


def _on_clock_changes(document: PolicyDocument, now: datetime) -> Iterator[str]:
    times, zone = document.times, document.time_zone
    for local in times.missing(now, document.valid_until):
        at = local.strftime(TO_THE_MINUTE)
        yield f"schedule: {at} does not exist in {zone}; EventBridge Scheduler skips this run"
    for local in times.repeated(now, document.valid_until):
        at = local.strftime(TO_THE_MINUTE)
        yield f"schedule: {at} exists twice in {zone}; the policy runs once"


def _on_months(document: PolicyDocument, closed: Iterable[object], now: datetime) -> Iterator[str]:
    """The months with more runs than the standing approval allows."""
    most = document.bounds.max_runs_per_month
    local = (at.astimezone(document.zone) for at in document.times.runs(now, document.valid_until))
    months = Counter(f"{at:%Y-%m}" for at in local if at.date() not in closed)
    for month, runs in sorted(months.items()):
        if runs > most:
            yield f"bounds.maxRunsPerMonth: {month} has {runs} runs, and {most} are allowed"
            return
