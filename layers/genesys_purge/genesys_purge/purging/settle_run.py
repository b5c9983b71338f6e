"""SettleRun: bring everything about one ended run to its end."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial

from genesys_purge.model.batch import Batch
from genesys_purge.model.messages import BatchStep
from genesys_purge.model.run import Run
from genesys_purge.ports import Clock, Isolate, Runs
from genesys_purge.purging.correct_run import CorrectRun
from genesys_purge.purging.late_batches import LateBatches
from genesys_purge.purging.left_jobs import LeftJobs
from genesys_purge.purging.settlement import is_over, may_have_left_jobs

# Less than this is not enough for a call to Genesys and for what must be stored after it.
LEAST_SECONDS = 30.0
# An organisation that cannot be asked for so long is gone; a job that waits deletes nothing.
GIVES_UP_AFTER = timedelta(days=14)


class SettleRun:
    """Its late batches, the jobs that it left at Genesys, and then its totals."""

    def __init__(
        self,
        runs: Runs,
        late_batches: LateBatches,
        left_jobs: LeftJobs,
        correct_run: CorrectRun,
        now: Clock,
        seconds_left: Callable[[], float],
    ) -> None:
        self._runs = runs
        self._late_batches = late_batches
        self._left_jobs = left_jobs
        self._correct_run = correct_run
        self._now = now
        self._seconds_left = seconds_left

    def __call__(self, run: Run, isolate: Isolate) -> None:
        """Take each open batch on; whatever is not finished waits for the next sweep."""
        for batch in self._runs.batches(run):
            if not is_over(batch) and self._has_time():
                work = partial(self._late_batches.drive, batch)
                isolate(run.run_id, work, batch=batch.number)
        is_clear = self._are_left_jobs_gone(run, self._runs.batches(run), isolate)
        self._correct_run(run.run_id, is_clear=is_clear or self._gives_up(run))

    def _are_left_jobs_gone(self, run: Run, batches: Sequence[Batch], isolate: Isolate) -> bool:
        """Whether no batch that is over has a job left; an open batch still looks for its own."""
        suspects = [each for each in batches if is_over(each) and may_have_left_jobs(run, each)]
        gone: list[bool] = []

        def look(batch: Batch) -> None:
            step = BatchStep(run_id=run.run_id, batch=batch.number)
            gone.append(self._left_jobs.are_gone(step))

        for batch in suspects:
            if self._has_time():
                isolate(run.run_id, partial(look, batch), batch=batch.number)
        return sum(gone) == len(suspects)

    def _has_time(self) -> bool:
        return self._seconds_left() >= LEAST_SECONDS

    def _gives_up(self, run: Run) -> bool:
        return run.finished_at is not None and self._now() > run.finished_at + GIVES_UP_AFTER
