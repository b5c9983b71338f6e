"""What the state machine is told about a plan."""

from __future__ import annotations

from math import ceil

from genesys_purge.model.messages import PlanSummary
from genesys_purge.model.run import Run, RunStatus
from genesys_purge.ports import OrganisationOf
from genesys_purge.purging.requests import request_of


def summary_of(run: Run, organisation_of: OrganisationOf, wait: float = 0.0) -> PlanSummary:
    """The batches of the run's plan; after `wait` seconds it is worked on, or looked at, again."""
    request, method = request_of(run)
    batches, allowed = run.planned_batches, organisation_of(run.organisation).concurrent_jobs
    return PlanSummary(
        run_id=run.run_id,
        planned=run.plan is not None,
        wait_seconds=ceil(wait),
        batches=batches,
        concurrency=method.lifecycle.concurrency(request, allowed),
        proceed=batches > 0 and not run.is_dry,
        awaits_approval=run.status is RunStatus.AWAITING_APPROVAL,
    )
