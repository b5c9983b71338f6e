"""The steps that a batch takes: each is stored with the audit record of it."""

from __future__ import annotations

from typing import Any

from genesys_purge.methods.method import JobReport, sum_of
from genesys_purge.model.audit import Action, AuditRecord
from genesys_purge.model.batch import Batch, BatchState
from genesys_purge.model.messages import BatchStep, Next
from genesys_purge.ports import Clock, Progress, Runs

PHASES = {
    BatchState.PLANNED: Next.SUBMIT,
    BatchState.SUBMITTING: Next.SUBMIT,
    BatchState.SUBMITTED: Next.POLL,
    BatchState.READY: Next.SUBMIT,
    BatchState.EXECUTING: Next.SUBMIT,
    BatchState.COMPLETED: Next.VERIFY,
    BatchState.FAILED: Next.DONE,
    BatchState.GAVE_UP: Next.DONE,
}


def _silent(number: int, total: int, state: str) -> None:
    """Nobody wants to know."""


class Batches:
    """Writes a batch's next state, with the audit record of it."""

    def __init__(self, runs: Runs, now: Clock, actor: str, progress: Progress = _silent) -> None:
        self._runs = runs
        self.now = now
        self._actor = actor
        self._progress = progress

    def stored(self, step: BatchStep) -> Batch:
        """The batch as it stands."""
        return self._runs.batch(step.run_id, step.batch)

    def advance(self, batch: Batch, action: Action | None = None, **facts: Any) -> Batch:
        """Store the batch; with an action, its audit record too."""
        record = self._record(batch, action, facts) if action else None
        self._runs.advance(batch, record)
        self._progress(batch.number, batch.total, batch.state)
        return batch

    def intend(self, intent: Batch) -> Batch:
        """Store an intent, while the run is running."""
        self._runs.intend(intent)
        return intent

    def finish_part(
        self, batch: Batch, action: Action, detail: str | None, report: JobReport | None = None
    ) -> Batch:
        """The part's job is done: on to the next part, or the batch is completed."""
        rest = batch.pending[1:]
        reported = report.processed if report else None
        freed = [batch.storage_recovered_mb, report.storage_recovered_mb if report else None]
        if reported is None:
            counts = {"unreported": batch.unreported + len(batch.candidates)}
        else:
            counts = {"deleted": (batch.deleted or 0) + reported}
        state = BatchState.PLANNED if rest else BatchState.COMPLETED
        after = batch.to(
            state,
            pending=rest,
            **counts,
            job_id=None if rest else batch.job_id,
            last_job_id=batch.job_id or batch.last_job_id,
            outcome_unknown=False,
            storage_recovered_mb=sum_of(freed),
            ended_at=self.now(),
        )
        return self.advance(
            after,
            action,
            job_id=batch.job_id,
            deleted=reported,
            detail=detail or None,
            latency_seconds=self.latency(batch),
        )

    def end(
        self, batch: Batch, state: BatchState, action: Action, detail: str, **facts: Any
    ) -> Batch:
        """The batch ends without success."""
        after = batch.to(state, detail=detail, ended_at=self.now())
        return self.advance(after, action, detail=detail, **facts)

    def _record(self, batch: Batch, action: Action, facts: dict[str, Any]) -> AuditRecord:
        known = {"targeted": batch.targeted, "job_id": batch.job_id} | facts
        return AuditRecord(
            run_id=batch.run_id,
            at=self.now(),
            actor=self._actor,
            action=action,
            batch=batch.number,
            **known,
        )

    def latency(self, batch: Batch) -> float | None:
        """Seconds since the batch's job was submitted."""
        if batch.submitted_at is None:
            return None
        return round((self.now() - batch.submitted_at).total_seconds(), 3)
