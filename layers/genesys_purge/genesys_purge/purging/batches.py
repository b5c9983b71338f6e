"""Stores each step of a batch together with its audit record."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from genesys_purge.errors import LostRace
from genesys_purge.methods.contract import JobReport, JobStatus
from genesys_purge.model.audit import Action, AuditRecord
from genesys_purge.model.batch import Batch, BatchState
from genesys_purge.model.doubt import records_in_doubt
from genesys_purge.model.finished_jobs import FinishedJobs
from genesys_purge.model.messages import BatchStep, Next
from genesys_purge.model.slices import Slice
from genesys_purge.model.sums import sum_of
from genesys_purge.model.unverifiable import Unverifiable
from genesys_purge.model.verification import Verification
from genesys_purge.ports import Clock, Prepared, Runs
from genesys_purge.purging.ports import Progress

PHASES = {
    BatchState.PLANNED: Next.SUBMIT,
    BatchState.SUBMITTING: Next.SUBMIT,
    BatchState.SUBMITTED: Next.POLL,
    BatchState.READY: Next.SUBMIT,
    BatchState.CONFIRMING: Next.SUBMIT,
    BatchState.COMPLETED: Next.VERIFY,
    BatchState.FAILED: Next.DONE,
    BatchState.CANCELLED: Next.DONE,
    BatchState.GAVE_UP: Next.DONE,
    BatchState.IMPLAUSIBLE: Next.DONE,
}


# How often a worker stores an accepted job although others change the batch at the same time.
LATE_WRITES = 5
# Batches whose sizes differ by a larger share say nothing about each other.
LIKE = 0.1
# The end of a job about which Genesys reported no counts.
UNREPORTED = JobReport(JobStatus.COMPLETED)


def _silent(number: int, total: int, state: str) -> None:
    """Report no progress."""


class Batches:
    """Writes the next state of a batch, with its audit record."""

    def __init__(self, runs: Runs, now: Clock, actor: str, progress: Progress = _silent) -> None:
        self._runs = runs
        self.now = now
        self._actor = actor
        self._progress = progress

    def stored(self, step: BatchStep) -> Batch:
        """The batch as it stands."""
        return self._runs.batch(step.run_id, step.batch)

    def advance(self, batch: Batch, action: Action | None = None, **facts: Any) -> Batch:
        """Store the batch; with an action, also its audit record."""
        record = self._record(batch, action, facts) if action else None
        self._runs.advance(batch, record)
        self._progress(batch.number, batch.total, batch.state)
        return batch

    def intend(self, intent: Batch, also: Sequence[Prepared] = ()) -> Batch:
        """Store an intent with the other writes; LostRace unless the run is running."""
        self._runs.intend(intent, also)
        return intent

    def accepted(self, batch: Batch, job_id: str, action: Action, **facts: Any) -> Batch:
        """Genesys has a job for the batch's part; its id is kept whatever else happened to it."""
        stored = batch
        for _ in range(LATE_WRITES):
            try:
                return self._accepted(stored, batch, job_id, action, facts)
            except LostRace:
                stored = self._runs.batch(batch.run_id, batch.number)
        raise LostRace(f"batch {batch.number} changed {LATE_WRITES} times")

    def _accepted(
        self, batch: Batch, called: Batch, job_id: str, action: Action, facts: dict[str, Any]
    ) -> Batch:
        """The batch with its job; an audit record alone if the batch has gone on without it.

        `called` is the batch as it was at the call. The job covers that batch's part alone.
        """
        if batch.job_id == job_id:
            return batch
        awaits_job = batch.state in (BatchState.PLANNED, BatchState.SUBMITTING)
        is_same_call = batch.attempt.number == called.attempt.number
        if not awaits_job or not is_same_call or batch.pending != called.pending:
            detail = f"its job was accepted late, when the batch was already {batch.state}"
            late = {"job_id": job_id, "detail": detail}
            return self.advance(batch.noted(), Action.BATCH_RECONCILED, **late)
        now = self.now()
        after = batch.to(
            BatchState.SUBMITTED,
            attempt=batch.attempt.settled(),
            conflicts=0,
            job_id=job_id,
            began_at=batch.began_at or now,
            submitted_at=now,
            waiting_since=None,
        )
        return self.advance(after, action, **facts)

    def confirmed(self, batch: Batch, **facts: Any) -> Batch:
        """Genesys runs the batch's job; if the batch has ended meanwhile, the audit alone says so.

        LostRace if another worker still finds out what became of the call.
        """
        try:
            return self.advance(batch, Action.BATCH_CONFIRMED, **facts)
        except LostRace:
            stored = self._runs.batch(batch.run_id, batch.number)
            if not stored.has_ended:
                raise
            detail = f"its job was confirmed late, when the batch was already {stored.state}"
            late = {"job_id": batch.job_id, "detail": detail}
            return self.advance(stored.noted(), Action.BATCH_RECONCILED, **late)

    def forecast(self, batch: Batch, size: int, slots: int | None) -> float | None:
        """The forecast for a job of so many records, by the batch that probably had its slot."""
        if slots is None or batch.number < slots:
            return None
        earlier = self._runs.batch(batch.run_id, batch.number - slots)
        is_like = abs(earlier.planned - size) <= size * LIKE
        return earlier.forecast if is_like else None

    def finish_part(
        self,
        batch: Batch,
        action: Action,
        detail: str | None,
        report: JobReport = UNREPORTED,
        forecast: float | None = None,
    ) -> Batch:
        """Go on to the next part once a part's job is done, or complete the batch.

        Nothing is known about the next job yet, so it covers nothing before its confirmation.
        """
        rest = batch.pending[1:]
        after = batch.to(
            BatchState.PLANNED if rest else BatchState.COMPLETED,
            pending=rest,
            **_counts(batch, report),
            job_id=None if rest else batch.job_id,
            covered=None if rest else batch.covered,
            kept=None if rest else batch.kept,
            last_job_id=batch.job_id or batch.last_job_id,
            finished=_finished(batch, rest, report),
            attempt=batch.attempt.settled(),
            waiting_since=None,
            ended_at=self.now(),
            # The job of a part says nothing about those of whole batches.
            forecast=None if rest or batch.finished.number else forecast,
        )
        return self.advance(
            after,
            action,
            job_id=batch.job_id,
            deleted=report.processed,
            archived=report.archived,
            exported=report.exported,
            detail=detail or None,
            latency_seconds=self.latency(batch),
        )

    def conclude_unverifiable(self, batch: Batch, reason: Unverifiable) -> Batch:
        """Conclude a completed batch that no check can verify."""
        return self.advance(
            batch.to(BatchState.COMPLETED, is_unchecked=True, detail=reason.sentence),
            Action.BATCH_UNVERIFIABLE,
            deleted=batch.deleted,
            verification=Verification.NOT_POSSIBLE,
            detail=reason.sentence,
        )

    def end(
        self, batch: Batch, state: BatchState, action: Action, detail: str, **facts: Any
    ) -> Batch:
        """End the batch without success; records without a known count are unreported.

        A job that certainly still waits for its confirmation has covered nothing.
        """
        is_counted = facts.get("deleted") is not None
        is_waiting = batch.state is BatchState.READY and not batch.attempt.unanswered
        after = batch.to(
            state,
            attempt=batch.attempt.abandoned(),
            unreported=batch.unreported + (0 if is_counted else records_in_doubt(batch)),
            covered=None if is_waiting else batch.covered,
            detail=detail,
            ended_at=self.now(),
        )
        return self.advance(after, action, detail=detail, **facts)

    def _record(self, batch: Batch, action: Action, facts: dict[str, Any]) -> AuditRecord:
        known = {
            "unit": batch.unit,
            "deleted_unit": batch.deleted_unit,
            "targeted": batch.targeted,
            "job_id": batch.job_id,
            **(batch.compliance.checked_facts if batch.compliance else {}),
        }
        return AuditRecord(
            run_id=batch.run_id,
            at=self.now(),
            actor=self._actor,
            action=action,
            batch=batch.number,
            **known | facts,
        )

    def latency(self, batch: Batch) -> float | None:
        """Seconds since the batch's job was submitted."""
        if batch.submitted_at is None:
            return None
        return round((self.now() - batch.submitted_at).total_seconds(), 3)


def _finished(batch: Batch, rest: tuple[Slice, ...], report: JobReport) -> FinishedJobs:
    """The finished jobs with that of the first slice, unless the slice or the batch keeps it."""
    if batch.job_id is None or not rest or rest[0] == batch.pending[0]:
        return batch.finished
    return batch.finished.plus(batch.job_id, batch.covered, report.counts)


def _counts(batch: Batch, report: JobReport) -> dict[str, Any]:
    """The batch's counts with those of the report added; a missing count is never invented."""
    counts: dict[str, Any] = {
        "archived": sum_of([batch.archived, report.archived]),
        "exported": sum_of([batch.exported, report.exported]),
        "storage_recovered_mb": sum_of([batch.storage_recovered_mb, report.storage_recovered_mb]),
    }
    if report.processed is None:
        return counts | {"unreported": batch.unreported + len(batch.candidates)}
    return counts | {"deleted": (batch.deleted or 0) + report.processed}
