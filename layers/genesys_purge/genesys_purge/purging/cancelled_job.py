"""Cancels a two-step job that must not run, as far as Genesys allows."""

from __future__ import annotations

from typing import NamedTuple

from genesys_purge.errors import OutcomeUnknown, PurgeError, TryLater
from genesys_purge.methods.contract import JobStatus
from genesys_purge.model.batch import Batch
from genesys_purge.purging.cases import Case

ATTEMPTS = 3


class Cancellation(NamedTuple):
    """Whether a job is certainly cancelled, in words to end a sentence with."""

    is_certain: bool
    words: str


def cancelled(case: Case) -> Cancellation:
    """Cancel the batch's job; what became of it."""
    problem: PurgeError | None = None
    for _ in range(ATTEMPTS):
        try:
            case.method.lifecycle.cancel(case.job_id, case.genesys)
        except (OutcomeUnknown, TryLater) as error:
            problem = error
        except PurgeError as error:
            words = f"; its job {case.job_id} could not be cancelled: {error}"
            return Cancellation(is_certain=False, words=words)
        else:
            return Cancellation(is_certain=True, words=f"; its job {case.job_id} is cancelled")
    words = f"; its job {case.job_id} may not be cancelled: {problem}"
    return Cancellation(is_certain=False, words=words)


def is_untouched(case: Case) -> bool:
    """Whether the batch's job certainly ended before it did anything."""
    try:
        report = case.method.status(case.request, case.job_id, case.genesys)
    except PurgeError:
        return False
    return report.status is JobStatus.CANCELLED and report.processed == 0


def may_be_confirmed(batch: Batch) -> bool:
    """Whether an unanswered call may have confirmed the job; one before the job existed cannot."""
    accepted = batch.submitted_at
    return any(accepted is None or each >= accepted for each in batch.attempt.doubts)
