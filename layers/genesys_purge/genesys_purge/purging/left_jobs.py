"""Cancels the jobs that the batches of an ended run have left at Genesys."""

from __future__ import annotations

from genesys_purge.errors import JobLost, PurgeError
from genesys_purge.methods.contract import JobStatus
from genesys_purge.model.audit import Action
from genesys_purge.model.messages import BatchStep
from genesys_purge.purging.batches import Batches
from genesys_purge.purging.cases import Case, Cases
from genesys_purge.purging.settlement import has_own_job_left
from genesys_purge.purging.surplus_jobs import cancel_surplus_jobs


class LeftJobs:
    """Looks for the job of a batch, and for the jobs of its unanswered calls."""

    def __init__(self, cases: Cases, batches: Batches) -> None:
        self._cases = cases
        self._batches = batches

    def are_gone(self, step: BatchStep) -> bool:
        """Cancel every job of the batch that waits; False if one may be left.

        A job that is being prepared or executed cannot be cancelled here, so it must be looked for
        again.
        """
        try:
            case = self._cases.read(step)
        except PurgeError:
            return False
        is_own_gone = not has_own_job_left(case.batch) or self._is_own_gone(case)
        return cancel_surplus_jobs(case) and is_own_gone

    def _is_own_gone(self, case: Case) -> bool:
        try:
            status = case.method.status(case.request, case.job_id, case.genesys).status
            if status is JobStatus.READY:
                case.method.lifecycle.cancel(case.job_id, case.genesys)
                self._record(case)
        except JobLost:
            return True
        except PurgeError:
            return False
        return status is not JobStatus.RUNNING

    def _record(self, case: Case) -> None:
        detail = f"its job {case.job_id} still waited after the batch had ended; it is cancelled"
        self._batches.advance(case.batch.noted(), Action.BATCH_RECONCILED, detail=detail)
