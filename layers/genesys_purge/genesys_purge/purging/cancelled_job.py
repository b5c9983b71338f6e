"""Cancels a two-step job that must not run, as far as Genesys allows."""

from __future__ import annotations

from genesys_purge.errors import OutcomeUnknown, PurgeError, TryLater
from genesys_purge.methods.contract import JobStatus
from genesys_purge.purging.cases import Case

ATTEMPTS = 3


def cancelled(case: Case) -> str:
    """Cancel the batch's job; what became of it, to end a sentence with."""
    problem: PurgeError | None = None
    for _ in range(ATTEMPTS):
        try:
            case.method.lifecycle.cancel(case.job_id, case.genesys)
        except (OutcomeUnknown, TryLater) as error:
            problem = error
        except PurgeError as error:
            return f"; its job {case.job_id} could not be cancelled: {error}"
        else:
            return f"; its job {case.job_id} is cancelled"
    return f"; its job {case.job_id} may not be cancelled: {problem}"


def is_untouched(case: Case) -> bool:
    """Whether the batch's job certainly ended before it did anything."""
    try:
        report = case.method.status(case.request, case.job_id, case.genesys)
    except PurgeError:
        return False
    return report.status is JobStatus.CANCELLED and report.processed == 0
