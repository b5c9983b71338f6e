"""Ends a batch for which Genesys reports more processed records than it was asked for."""

from __future__ import annotations

from typing import Any

from genesys_purge.methods.contract import JobReport
from genesys_purge.model.answers import IMPLAUSIBLE
from genesys_purge.model.audit import Action
from genesys_purge.model.batch import Batch, BatchState
from genesys_purge.ports import Meter
from genesys_purge.purging.batches import Batches
from genesys_purge.purging.cases import Case


class Plausibility:
    """Compares each count of a finished job with the number of records that it was asked for.

    The excess may be a wrong number, or records that were deleted against the plan. Neither counts
    as deleted, so totals stay true; the audit record has both numbers.
    """

    def __init__(self, batches: Batches, meter: Meter) -> None:
        self._batches = batches
        self._meter = meter

    def ends(self, case: Case, report: JobReport) -> bool:
        """End the batch if the report exceeds what was asked for; whether it did."""
        asked = case.method.lifecycle.asked_for(case.batch)
        counts = (report.processed, report.archived, report.exported)
        reported = max(count or 0 for count in counts)
        if asked is None or reported <= asked:
            return False
        detail = f"Genesys reports {reported} processed records, but was asked for {asked}"
        changes = self._changes(case.batch) | {"error_reason": report.error_reason}
        self._batches.advance(
            case.batch.to(BatchState.IMPLAUSIBLE, detail=detail, **changes),
            Action.BATCH_IMPLAUSIBLE,
            unit=case.batch.deleted_unit,
            targeted=asked,
            deleted=report.processed,
            archived=report.archived,
            exported=report.exported,
            latency_seconds=self._batches.latency(case.batch),
            error_reason=report.error_reason,
            detail=detail,
        )
        self._meter.count(IMPLAUSIBLE, method=case.run.method, organisation=case.run.organisation)
        return True

    def _changes(self, batch: Batch) -> dict[str, Any]:
        """The job's records become unreported; after its end, so does an earlier report of it."""
        if batch.state is BatchState.COMPLETED:
            return {"deleted": None, "unreported": batch.targeted}
        unreported = batch.unreported + len(batch.candidates)
        return {"unreported": unreported, "ended_at": self._batches.now()}
