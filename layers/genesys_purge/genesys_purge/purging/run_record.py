"""The audit record about the end of a run, or about a correction of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from genesys_purge.model.answers import printable
from genesys_purge.model.audit import Action, AuditRecord
from genesys_purge.model.batch import Batch
from genesys_purge.model.run import Run, Totals


def run_record(
    run: Run, totals: Totals, action: Action, at: datetime, actor: str, **facts: Any
) -> AuditRecord:
    """The record of `action` with the run's totals; without a plan nothing is counted."""
    known: dict[str, Any] = {
        "targeted": totals.targeted,
        "deleted": totals.deleted,
        "unreported": totals.unreported,
        "skipped": totals.skipped if run.plan else None,
        "compliance_tags": run.compliance_tags or None,
        "policy": run.plan.policy if run.plan else None,
    }
    return AuditRecord(
        run_id=run.run_id,
        at=at,
        actor=actor,
        action=action,
        method=run.method,
        organisation=run.organisation,
        **known | facts,
    )


def error_reasons_of(batches: Sequence[Batch]) -> str | None:
    """Genesys's different words about the jobs that failed or were cancelled, on one line."""
    reasons = dict.fromkeys(batch.error_reason for batch in batches if batch.error_reason)
    return printable("; ".join(reasons)) or None


def success_rate_of(run: Run, totals: Totals) -> float | None:
    """The share of the targeted records that was deleted; None if the plan is an upper bound."""
    is_bound = run.plan is not None and run.plan.upper_bound
    return None if is_bound else totals.success_rate
