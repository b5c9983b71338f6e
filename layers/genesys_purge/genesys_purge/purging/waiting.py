"""How long to wait for a job, as data: by the progress that Genesys reports, within bounds."""

from __future__ import annotations

from genesys_purge.calling.backoff import Backoff
from genesys_purge.methods.contract import JobReport, PollPolicy
from genesys_purge.model.messages import BatchStep

# Checks after a submit whose outcome is unknown: patience is cheaper than deleting twice.
RECONCILE_FIRST, RECONCILE_LONGEST = 15.0, 300.0
# Checks after a finished job: the analytics lag behind a little.
VERIFY_WAITS = (5, 10, 20, 40, 80)
# A check without enough calls is repeated after a random time, so that fewer checks compete.
UNREAD = Backoff(first=120.0, longest=120.0)
# After the end of its run, a batch is checked for this time after its job. A check without enough
# calls does not count for as long.
VERIFIED_WITHIN = 3_600.0
# A check of many records waits so much longer for its calls, because other clients need some, too.
SECONDS_A_LOOK = 1.0
# A new job is known everywhere after this time; until then it is polled at these waits.
APPEARS_WITHIN, APPEARS_FIRST, APPEARS_LONGEST = 120, 5.0, 20.0
SUBMIT = Backoff(first=10.0, longest=120.0)
# A batch that has waited so often is in a long queue, and fills the history of its execution.
QUEUED = 20
QUEUE = Backoff(first=600.0, longest=600.0)
# A queue of many batches ends in days, and the history of an execution has an end, too.
LONGEST_QUEUE = 7 * 86_400
# A batch asks so often for a slot in these days.
MOST_QUESTIONS = 2_000
SOON, NEARLY_DONE, SHORTEST = 2.0, 25.0, 3.0
# A job that its first poll found finished may have been finished for a while.
EARLIER = 0.5
# A job that fails at once is noticed after this time.
LONGEST_FORECAST = 600.0


def first_wait(policy: PollPolicy, size: int, forecast: float | None = None) -> float:
    """Seconds until the first poll: longer for a large job, if its time grows with its records.

    `forecast` is how long an earlier job of this size took.
    """
    if forecast is not None:
        return min(max(forecast, SHORTEST), LONGEST_FORECAST)
    expected = size // policy.records_per_second if policy.by_progress else 0
    return min(policy.first + expected, max(policy.first, policy.longest))


def forecast_of(policy: PollPolicy, step: BatchStep, took: float | None) -> float | None:
    """When to poll the next job of the size of one that `took` so many seconds; None if unknown."""
    if took is None or not policy.by_earlier_jobs:
        return None
    return took if step.attempt else took * EARLIER


def submit_patience(limit: int, turns: int) -> int:
    """Seconds for which a batch may wait for its call if `turns` batches need slots before it."""
    return max(limit, min(limit * turns, LONGEST_QUEUE))


def poll_wait(policy: PollPolicy, step: BatchStep, report: JobReport, targeted: int) -> float:
    """Seconds until the next poll of a running job."""
    done = _share_done(report, targeted) if policy.by_progress else 0
    if 0 < done <= 1:
        rest = max(step.waited_seconds, 1) * (1 - done) / done
        wait = rest + SOON if rest < NEARLY_DONE else 0.8 * rest
        return min(max(wait, SHORTEST), policy.longest)
    return min(policy.first * policy.growth ** (step.attempt + 1), policy.longest)


def _share_done(report: JobReport, targeted: int) -> float:
    """The finished share of a job, or 0 if Genesys does not report it."""
    if report.progress is not None:
        return report.progress
    return report.processed / targeted if report.processed and targeted else 0


def may_appear(age: float | None) -> bool:
    """Whether a job of `age` seconds that Genesys does not know may still appear.

    A job of unknown age is not expected any more.
    """
    return age is not None and age < APPEARS_WITHIN


def appearance_wait(step: BatchStep) -> float:
    """Seconds until the next poll of a new job that Genesys does not know yet."""
    return min(APPEARS_FIRST * 2.0 ** min(step.attempt, 10), APPEARS_LONGEST)


def slower(policy: PollPolicy, step: BatchStep, retry_after: float | None) -> float:
    """Seconds until the next poll after 429, 504 or an unreadable answer: twice as long."""
    usual = policy.first * policy.growth ** (step.attempt + 1)
    return max(min(2 * usual, policy.longest), retry_after or 0)


def reconcile_wait(step: BatchStep) -> float:
    """Seconds until the next check for the effect of a submit without an answer."""
    return min(RECONCILE_FIRST * 2.0 ** min(step.attempt + 1, 10), RECONCILE_LONGEST)


def submit_wait(step: BatchStep, retry_after: float | None) -> float:
    """Seconds until a submit that was certainly not executed is repeated."""
    backoff = SUBMIT if step.attempt < QUEUED else QUEUE
    return backoff.wait(step.attempt + 1, retry_after)
