"""The audit record about the end of a run, or about a correction of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from genesys_purge.model.audit import Action, AuditRecord
from genesys_purge.model.batch import Batch
from genesys_purge.model.run import Run, Totals, shortfall_of
from genesys_purge.model.verification import Verification


def run_record(
    run: Run, totals: Totals, action: Action, at: datetime, actor: str, **facts: Any
) -> AuditRecord:
    """The record of `action` with the run's totals; a run without a plan has targeted nothing."""
    known: dict[str, Any] = {
        "targeted": totals.targeted if run.plan else None,
        "deleted": totals.deleted,
        "unreported": totals.unreported,
        "skipped": totals.skipped if run.plan else None,
        "compliance_tags": run.compliance_tags or None,
        "policy": run.plan.policy if run.plan else None,
        "verification": Verification.NOT_POSSIBLE if totals.unverifiable else None,
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


def remark_on(run: Run, totals: Totals, batches: Sequence[Batch]) -> str | None:
    """The shortfall of a run, or else why batches of it can never be verified."""
    reason = run.plan.unverifiable if run.plan and totals.unverifiable else None
    return shortfall_of(run, batches) or (reason.sentence if reason else None)


def success_rate_of(run: Run, totals: Totals) -> float | None:
    """The share of the targeted records that was deleted; None if the plan is an upper bound."""
    is_bound = run.plan is not None and run.plan.upper_bound
    return None if is_bound else totals.success_rate
