"""How long to wait for a job, as data: by what Genesys reports, within bounds."""

from __future__ import annotations

import random

from genesys_purge.methods.contract import JobReport, PollPolicy
from genesys_purge.model.messages import BatchStep

# Looks after a submit whose outcome is unknown: patience is cheaper than deleting twice.
RECONCILE_FIRST, RECONCILE_LONGEST = 15.0, 300.0
# Looks after a finished job: the analytics lag a little behind.
VERIFY_WAITS = (5, 10, 20, 40, 80)
SUBMIT_FIRST, SUBMIT_LONGEST = 5.0, 60.0
# Whoever has waited so often waits in a long queue, and fills an execution's history.
QUEUED, QUEUED_LONGEST = 20, 300.0
SOON, NEARLY_DONE, SHORTEST = 2.0, 25.0, 3.0


def first_wait(policy: PollPolicy, size: int) -> float:
    """Seconds until the first look: longer for a large job where Genesys works by the record."""
    return policy.first + (size // policy.records_per_second if policy.by_progress else 0)


def poll_wait(policy: PollPolicy, step: BatchStep, report: JobReport, targeted: int) -> float:
    """Seconds until the next look at a running job."""
    done = _share_done(report, targeted) if policy.by_progress else 0
    if 0 < done <= 1:
        rest = max(step.waited_seconds, 1) * (1 - done) / done
        wait = rest + SOON if rest < NEARLY_DONE else 0.8 * rest
        return min(max(wait, SHORTEST), policy.longest)
    return min(policy.first * policy.growth ** (step.attempt + 1), policy.longest)


def _share_done(report: JobReport, targeted: int) -> float:
    """The share of a job that is done, as far as it says so; 0 where it does not."""
    if report.progress is not None:
        return report.progress
    return report.processed / targeted if report.processed and targeted else 0


def slower(policy: PollPolicy, step: BatchStep, retry_after: float | None) -> float:
    """Seconds until the next look after 429, 504 or no readable answer: twice as long."""
    usual = policy.first * policy.growth ** (step.attempt + 1)
    return max(min(2 * usual, policy.longest), retry_after or 0)


def reconcile_wait(step: BatchStep) -> float:
    """Seconds until the next look for the effect of a submit that nobody saw answered."""
    return min(RECONCILE_FIRST * 2.0 ** min(step.attempt + 1, 10), RECONCILE_LONGEST)


def submit_wait(step: BatchStep, retry_after: float | None) -> float:
    """Seconds until a submit that surely was not carried out is tried again."""
    longest = SUBMIT_LONGEST if step.attempt < QUEUED else QUEUED_LONGEST
    backoff = min(SUBMIT_FIRST * 2.0 ** min(step.attempt, 10), longest)
    wait = max(backoff, retry_after or 0)
    return wait + random.uniform(0, 1 + wait / 4)  # noqa: S311
