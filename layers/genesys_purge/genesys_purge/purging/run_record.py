"""The audit records about a whole run: what it was asked to do, its plan, its end."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from genesys_purge.model.answers import printable
from genesys_purge.model.audit import Action, AuditRecord
from genesys_purge.model.batch import Batch
from genesys_purge.model.ending import shortfall_of
from genesys_purge.model.purge_policy import PolicyFacts
from genesys_purge.model.run import Run, Totals
from genesys_purge.model.verification import Verification


def run_record(
    run: Run, totals: Totals, action: Action, at: datetime, actor: str, **facts: Any
) -> AuditRecord:
    """The record of `action` with the run's totals; without a plan nothing is counted."""
    known: dict[str, Any] = {
        **_compliance(run),
        "request": run.facts,
        "purge_policy": _policy(run),
        "outcome": run.outcome,
        "unit": totals.unit,
        "deleted_unit": totals.deleted_unit,
        "targeted": totals.targeted,
        "deleted": totals.deleted,
        "unreported": totals.unreported,
        "verified": totals.verified,
        "sampled": totals.sampled,
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


def _compliance(run: Run) -> dict[str, Any]:
    """The compliance facts; retention and holds are validated once there is a plan."""
    compliance = run.facts.compliance
    if compliance is None:
        return {}
    return compliance.checked_facts if run.plan else compliance.facts


def _policy(run: Run) -> PolicyFacts | None:
    """The policy and the version that started the run."""
    policy = run.purge_policy
    return PolicyFacts(name=policy.name, version=policy.version) if policy else None


def error_reasons_of(batches: Sequence[Batch]) -> str | None:
    """Genesys's different words about the jobs that failed or were cancelled, on one line."""
    reasons = dict.fromkeys(batch.error_reason for batch in batches if batch.error_reason)
    return printable("; ".join(reasons)) or None


def remark_on(run: Run, totals: Totals, batches: Sequence[Batch]) -> str | None:
    """The shortfall of a run, why batches can never be verified, and which samples verify."""
    reason = run.plan.unverifiable if run.plan and totals.unverifiable else None
    sampled = None
    if totals.sampled:
        of = f"{totals.sampled:,} {totals.unit}"
        sampled = f"samples verify the batches of {of}, of which not each was looked at"
    cancelled = run.cancellation.why if run.cancellation else None
    remarks = (cancelled, shortfall_of(run, batches), reason.sentence if reason else None, sampled)
    return "; ".join(filter(None, remarks)) or None


def success_rate_of(run: Run, totals: Totals) -> float | None:
    """The share of the targeted records that was deleted; None if the plan is an upper bound."""
    is_bound = run.plan is not None and run.plan.upper_bound
    return None if is_bound else totals.success_rate
