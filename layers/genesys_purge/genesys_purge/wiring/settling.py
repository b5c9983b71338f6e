"""The sweep over the runs that are not settled."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from genesys_purge.time_left import time_left
from genesys_purge.wiring import adapters, purging

if TYPE_CHECKING:
    from genesys_purge.purging.late_batches import LateBatches
    from genesys_purge.purging.settle_run import SettleRun
    from genesys_purge.purging.settle_runs import SettleRuns
    from genesys_purge.purging.submit_batch import SubmitBatch

ACTOR = "settle_runs"


@cache
def settle_runs() -> SettleRuns:
    from genesys_purge.purging.fail_purge import FailPurge
    from genesys_purge.purging.settle_runs import SettleRuns

    runs, meter, now = adapters.runs(), adapters.meter(), adapters.now
    return SettleRuns(
        adapters.open_runs(),
        runs,
        purging.executions(),
        FailPurge(runs, adapters.cancellations(), meter, now),
        _settle_run(),
        adapters.stops().in_force,
        meter,
        now,
        time_left(),
    )


def _settle_run() -> SettleRun:
    from genesys_purge.purging.correct_run import CorrectRun
    from genesys_purge.purging.left_jobs import LeftJobs
    from genesys_purge.purging.settle_run import SettleRun

    runs, now = adapters.runs(), adapters.now
    return SettleRun(
        runs,
        _late_batches(),
        LeftJobs(purging.cases(), purging.batches(ACTOR)),
        CorrectRun(runs, adapters.meter(), now),
        now,
        time_left(),
    )


def _late_batches() -> LateBatches:
    from genesys_purge.purging.fail_batch import FailBatch
    from genesys_purge.purging.late_batches import LateBatches
    from genesys_purge.purging.poll_batch import PollBatch
    from genesys_purge.purging.verify_batch import VerifyBatch

    cases, batches = purging.cases(), purging.batches(ACTOR)
    settings, meter = adapters.settings(), adapters.meter()
    return LateBatches(
        _submit_batch(),
        PollBatch(cases, batches, purging.polls(), settings, meter),
        VerifyBatch(cases, batches, meter),
        FailBatch(batches),
    )


def _submit_batch() -> SubmitBatch:
    """SubmitBatch with a guard that never gives a permit."""
    from genesys_purge.calling.guard import Guard
    from genesys_purge.purging.without_permits import WithoutPermits

    never = WithoutPermits()
    guard = Guard(never, never, never, never, adapters.now)
    return purging.submitting(ACTOR, guard, purging.cases())
