"""Slots for the jobs of a run's batches, where Genesys limits an organisation's unfinished jobs."""

from __future__ import annotations

from genesys_purge.calling.slots import Slots
from genesys_purge.errors import JobLost, NotFound, OutcomeUnknown, RateLimited, RefusedByGenesys
from genesys_purge.model.batch import BatchRef
from genesys_purge.model.run import RunStatus
from genesys_purge.ports import Runs
from genesys_purge.purging.cases import Case


class JobSlots:
    """Limits our own batches by slots, and asks Genesys for the jobs of other clients."""

    def __init__(self, slots: Slots, runs: Runs) -> None:
        self._slots = slots
        self._runs = runs

    def take(self, case: Case) -> None:
        """Take a slot for the batch's job, if its jobs are limited; RateLimited without one."""
        limit = case.method.lifecycle.slots
        if limit is None:
            return
        batch = BatchRef(case.batch.run_id, case.batch.number)
        self._slots.take(case.run.organisation, limit, batch, _Holders(case, self._runs))
        if self.are_full(case):
            raise RateLimited(f"Genesys has {limit} unfinished jobs and accepts no other")

    def are_full(self, case: Case) -> bool:
        """Whether Genesys has as many unfinished jobs as it accepts, ours and others."""
        lifecycle = case.method.lifecycle
        return lifecycle.slots is not None and (
            lifecycle.unfinished_jobs(case.genesys) >= lifecycle.slots
        )

    def turns_before(self, case: Case) -> int:
        """How many batches may need a slot before this one: itself, or all of its run."""
        return 1 if case.method.lifecycle.slots is None else case.batch.total


class _Holders:
    """Implements `Holders` for batches, as the case that wants a slot sees them."""

    def __init__(self, case: Case, runs: Runs) -> None:
        self._case = case
        self._runs = runs

    def is_active(self, holder: BatchRef) -> bool:
        try:
            run = self._runs.get(holder.run_id)
            batch = self._runs.batch(holder.run_id, holder.number)
        except NotFound:
            return False
        return run.status is RunStatus.RUNNING and not batch.has_ended

    def clear_away(self, holder: BatchRef) -> None:
        """Cancel a job that still waits for confirmation: no worker will confirm it."""
        lifecycle, genesys = self._case.method.lifecycle, self._case.genesys
        try:
            job_id = self._runs.batch(holder.run_id, holder.number).job_id
            if job_id and lifecycle.waiting(job_id, genesys):
                lifecycle.cancel(job_id, genesys)
        except (NotFound, JobLost, OutcomeUnknown, RefusedByGenesys):
            return
