"""LateJob: the job of an unanswered call that Genesys lists only now."""

from __future__ import annotations

from genesys_purge.model.audit import Action
from genesys_purge.model.messages import BatchStep, Next
from genesys_purge.purging.batches import Batches
from genesys_purge.purging.cases import Case
from genesys_purge.purging.surplus_jobs import cancel_surplus_jobs


class LateJob:
    """Looks for the job before the batch goes on without it."""

    def __init__(self, batches: Batches) -> None:
        self._batches = batches

    def adopted(self, case: Case, step: BatchStep) -> BatchStep | None:
        """The step to poll the job; None if there is none, and surplus jobs are cancelled."""
        if not case.batch.attempt.doubts:
            return None
        lifecycle = case.method.lifecycle
        job_id = lifecycle.find(case.request, case.ref, case.part, case.genesys)
        if job_id is None:
            cancel_surplus_jobs(case)
            return None
        detail = f"the job of an unanswered submit is listed now; {case.batch.attempt.reason}"
        self._batches.accepted(case.batch, job_id, Action.BATCH_RECONCILED, detail=detail)
        return step.then(Next.POLL)
