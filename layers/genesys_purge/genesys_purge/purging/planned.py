"""The stored forms of a plan: its batches, its summary in the run, and its audit record."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from itertools import islice

from genesys_purge.methods.contract import Noted, Planned
from genesys_purge.methods.method import AnyMethod
from genesys_purge.model.audit import Action, AuditRecord
from genesys_purge.model.batch import Batch
from genesys_purge.model.record_facts import PlanFacts
from genesys_purge.model.retention import Policy
from genesys_purge.model.run import Plan, Run, totals_of
from genesys_purge.model.slices import Slice
from genesys_purge.ports import Runs
from genesys_purge.purging.draft import Draft
from genesys_purge.purging.run_record import run_record

LONGEST_NOTE = 1_000
MOST_SAMPLED = 10


def plan_of(draft: Draft, method: AnyMethod, policy: Policy | None) -> Plan:
    """The plan of a complete draft, under the policy in force; stores the rest of its lines."""
    return Plan(
        batches=draft.batches,
        targeted=draft.targeted,
        skipped=dict(draft.skipped),
        hash=draft.lines.hash,
        policy=policy,
        upper_bound=method.plans_upper_bound or draft.unverifiable is not None,
        unverifiable=draft.unverifiable,
        unit=method.unit,
        deleted_unit=method.deleted_unit,
        notes=tuple(noted.text for noted in draft.notes) or None,
        lines=draft.lines.close(),
    )


def record_of(run: Run, plan: Plan, notes: Iterable[Noted], now: datetime) -> AuditRecord:
    """The audit record of a plan; its detail has the notes."""
    words = [noted.text for noted in notes]
    if plan.policy and plan.policy.assumed:
        words.insert(0, f"retention {plan.policy.grounds}{plan.policy.advice}")
    return run_record(
        run,
        totals_of(plan, ()),
        Action.RUN_PLANNED,
        now,
        "plan_purge",
        plan=PlanFacts(
            batches=plan.batches,
            hash=plan.hash,
            upper_bound=plan.upper_bound,
            lines=plan.lines,
        ),
        detail="; ".join(words)[:LONGEST_NOTE] or None,
    )


def sample_of(run: Run, batches: int, runs: Runs) -> list[str]:
    """Ids of a few records of the plan, from batches all over it; none of a plan by windows."""
    if run.is_dry:
        return []
    numbers = range(0, batches, max(batches // MOST_SAMPLED, 1))
    manifests = (runs.manifest(runs.batch(run.run_id, number)) for number in numbers)
    return [entries[0].id for entries in islice(manifests, MOST_SAMPLED) if entries]


def batch_of(run: Run, number: int, planned: Planned, jobs: int, method: AnyMethod) -> Batch:
    """The batch of that number, in which each record takes so many jobs."""
    return Batch(
        run_id=run.run_id,
        organisation=run.organisation,
        number=number,
        window=planned.window,
        interval=planned.interval,
        reach=planned.reach,
        unit=method.unit,
        deleted_unit=method.deleted_unit,
        compliance=run.facts.compliance,
        planned=planned.targeted,
        unverifiable=planned.unverifiable,
        pending=(Slice(start=0, stop=planned.targeted),) * jobs,
    )
