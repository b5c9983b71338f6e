"""Cancels the jobs of unanswered calls: they wait for a confirmation that they never get."""

from __future__ import annotations

from genesys_purge.errors import PurgeError
from genesys_purge.purging.cases import Case


def cancel_surplus_jobs(case: Case) -> bool:
    """Cancel every listed job of the batch's unanswered calls, except its own job.

    False if a call to Genesys failed. Such a job deletes nothing, but it occupies a slot, so a
    failure only means that the jobs must be looked for again.
    """
    if not case.batch.attempt.doubts:
        return True
    lifecycle, manifest = case.method.lifecycle, [entry.id for entry in case.entries]
    try:
        for job_id in lifecycle.unowned(case.batch, manifest, case.genesys):
            lifecycle.cancel(job_id, case.genesys)
    except PurgeError:
        return False
    return True
