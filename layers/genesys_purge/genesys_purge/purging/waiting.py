"""How long to wait for a job, as data: by what Genesys reports, within bounds."""

from __future__ import annotations

import random

from genesys_purge.methods.method import JobReport, PollPolicy
from genesys_purge.model.messages import BatchStep

# Looks after a submit whose outcome is unknown: patience is cheaper than deleting twice.
RECONCILE_WAITS = (15, 30, 60, 120, 240, 300)
# Looks after a finished job: the analytics lag a little behind.
VERIFY_WAITS = (5, 10, 20, 40, 80)
SUBMIT_LONGEST = 60.0
SOON, NEARLY_DONE, SHORTEST, LONGEST = 2.0, 25.0, 3.0, 90.0


def poll_wait(policy: PollPolicy, step: BatchStep, report: JobReport, targeted: int) -> float:
    """Seconds until the next look at a running job."""
    if policy.by_progress and report.processed and 0 < report.processed <= targeted:
        elapsed = max(step.waited_seconds, 1)
        rest = elapsed * (targeted - report.processed) / report.processed
        wait = rest + SOON if rest < NEARLY_DONE else 0.8 * rest
        return min(max(wait, SHORTEST), LONGEST)
    return min(policy.first * policy.growth ** (step.attempt + 1), policy.longest)


def slower(policy: PollPolicy, step: BatchStep, retry_after: float | None) -> float:
    """Seconds until the next look after 429, 504 or no readable answer: twice as long."""
    usual = policy.first * policy.growth ** (step.attempt + 1)
    return max(min(2 * usual, policy.longest), retry_after or 0)


def submit_wait(step: BatchStep, retry_after: float | None) -> float:
    """Seconds until a submit that surely was not carried out is tried again."""
    backoff = min(5.0 * 2.0 ** min(step.attempt, 10), SUBMIT_LONGEST)
    jitter = random.uniform(0, 1) if retry_after is not None else 0  # noqa: S311
    return (retry_after + jitter) if retry_after is not None else random.uniform(1, backoff)  # noqa: S311
