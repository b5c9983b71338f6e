"""Slots for the jobs of a run's batches, where Genesys limits an organisation's unfinished jobs."""

from __future__ import annotations

from genesys_purge.calling.slots import PoolKey, Slots
from genesys_purge.calling.stops import Stops
from genesys_purge.errors import JobLost, NotFound, OutcomeUnknown, RateLimited, RefusedByGenesys
from genesys_purge.model.batch import Batch, BatchRef, BatchState
from genesys_purge.model.run import Run, RunStatus, stoppable
from genesys_purge.ports import OrganisationOf, Runs
from genesys_purge.purging.cases import Case

# A job in one of these states may be running, even if the run has ended.
AT_GENESYS = frozenset({BatchState.SUBMITTING, BatchState.SUBMITTED, BatchState.CONFIRMING})


class JobSlots:
    """Limits our own batches by slots, and asks Genesys for the jobs of other clients."""

    def __init__(
        self, slots: Slots, runs: Runs, stops: Stops, organisation_of: OrganisationOf
    ) -> None:
        self._slots = slots
        self._runs = runs
        self._stops = stops
        self._organisation_of = organisation_of

    def take(self, case: Case) -> None:
        """Take a slot for the batch's job, if its jobs are limited; NoFreeSlot without one.

        RateLimited while other clients have as many jobs as Genesys accepts.
        """
        lifecycle, limit = case.method.lifecycle, self.limit(case)
        if limit is None:
            return
        batch = BatchRef(case.batch.run_id, case.batch.number)
        pool = PoolKey(case.run.organisation, lifecycle.pool)
        # An unanswered call may have created a job that still needs the slot.
        had_one = bool(case.batch.last_job_id) and not case.batch.attempt.doubts
        holders = _Holders(case, self._runs, self._stops)
        self._slots.take(pool, limit, batch, holders, had_one=had_one)
        if self.are_full(case):
            raise RateLimited("Genesys has as many unfinished jobs as it accepts")

    def limit(self, case: Case) -> int | None:
        """How many jobs of the case's method its organisation may have at once; None if any."""
        allowed = self._organisation_of(case.run.organisation).concurrent_jobs
        return case.method.lifecycle.slots(allowed)

    def are_full(self, case: Case) -> bool:
        """Whether Genesys has as many unfinished jobs as it accepts, ours and others."""
        return case.method.lifecycle.is_full(case.genesys)

    def turns_before(self, case: Case) -> int:
        """How many batches may need a slot before this one: itself, or all of its run."""
        return 1 if self.limit(case) is None else case.batch.total


class _Holders:
    """Implements `Holders` for batches, as the case that wants a slot sees them."""

    def __init__(self, case: Case, runs: Runs, stops: Stops) -> None:
        self._case = case
        self._runs = runs
        self._stops = stops

    def is_active(self, holder: BatchRef) -> bool:
        try:
            run = self._runs.get(holder.run_id)
            batch = self._runs.batch(holder.run_id, holder.number)
        except NotFound:
            return False
        return not batch.has_ended and self._may_have_a_job(run, batch)

    def _may_have_a_job(self, run: Run, batch: Batch) -> bool:
        if batch.state is BatchState.PLANNED and self._stops.covering(stoppable(run)):
            # It makes no call until it is resumed, and then it asks for a slot again.
            return bool(batch.attempt.doubts)
        return run.status is RunStatus.RUNNING or batch.state in AT_GENESYS

    def clear_away(self, holder: BatchRef) -> None:
        """Cancel a job that still waits for confirmation: no worker will confirm it."""
        lifecycle, genesys = self._case.method.lifecycle, self._case.genesys
        try:
            job_id = self._runs.batch(holder.run_id, holder.number).job_id
            if job_id and lifecycle.waiting(job_id, genesys):
                lifecycle.cancel(job_id, genesys)
        except (NotFound, JobLost, OutcomeUnknown, RefusedByGenesys):
            return
