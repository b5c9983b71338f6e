"""CorrectRun: store the totals of an ended run again once its late batches have changed them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from genesys_purge.model.audit import Action, AuditRecord
from genesys_purge.model.batch import Batch
from genesys_purge.model.run import Run, Totals, totals_of
from genesys_purge.ports import Clock, Meter, Runs
from genesys_purge.purging.run_record import (
    error_reasons_of,
    remark_on,
    run_record,
    success_rate_of,
)
from genesys_purge.purging.settlement import is_over, unowned_within

COMPLETE = "every batch is completed and verified"


class CorrectRun:
    """Changes the totals only: the outcome stays the one that the execution and callers know."""

    def __init__(self, runs: Runs, meter: Meter, now: Clock) -> None:
        self._runs = runs
        self._meter = meter
        self._now = now

    def __call__(self, run_id: str, *, is_clear: bool) -> None:
        """Store what has changed, if anything has.

        `is_clear` says that no job of the run waits at Genesys. LostRace if another worker corrects
        the run at the same time.
        """
        run = self._runs.get(run_id)
        batches = self._runs.batches(run)
        totals = totals_of(run.plan, batches)
        is_settled = is_clear and self._is_over(run, batches)
        revised = run.model_copy(
            update={"totals": totals, "is_settled": is_settled, "revision": run.revision + 1}
        )
        if totals != run.totals:
            self._runs.revise(revised, self._record(run, batches, totals))
            self._meter.count("RunsCorrected", method=run.method, organisation=run.organisation)
        elif is_settled:
            self._runs.revise(revised)

    def _is_over(self, run: Run, batches: Sequence[Batch]) -> bool:
        """Whether every batch is over, and no job can turn up in a list of Genesys any more."""
        if not all(map(is_over, batches)):
            return False
        if run.finished_at is None or not any(batch.attempt.doubts for batch in batches):
            return True
        return self._now() >= run.finished_at + timedelta(seconds=unowned_within(run))

    def _record(self, run: Run, batches: Sequence[Batch], totals: Totals) -> AuditRecord:
        return run_record(
            run,
            totals,
            Action.RUN_CORRECTED,
            self._now(),
            "settle_runs",
            success_rate=success_rate_of(run, totals),
            error_reason=error_reasons_of(batches),
            supersedes=run.reported_in,
            detail=remark_on(run, totals, batches) or COMPLETE,
        )
