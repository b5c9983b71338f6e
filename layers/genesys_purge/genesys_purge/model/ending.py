"""How a run ends: its outcome, and what is missing from a success."""

from __future__ import annotations

from collections.abc import Iterable

from genesys_purge.model.batch import Batch, BatchState
from genesys_purge.model.doubt import may_have_deleted
from genesys_purge.model.run import SUCCESSES, Outcome, Plan, Run
from genesys_purge.model.verification import is_conclusive


def shortfall_of(run: Run, batches: Iterable[Batch]) -> str | None:
    """The numbers of batches that are not completed or not verified; None if both are 0.

    A batch that no check can verify is not counted.
    """
    batches = list(batches)
    completed = [batch for batch in batches if batch.state is BatchState.COMPLETED]
    unverified = sum(not is_conclusive(batch) for batch in completed)
    incomplete = len(batches) - len(completed)
    if not incomplete and not unverified:
        return None
    planned = run.plan.batches if run.plan else 0
    return f"of {planned} batches, {incomplete} not completed and {unverified} not verified"


def deleted_nothing(plan: Plan | None, batches: Iterable[Batch]) -> bool:
    """Whether the plan has records, and certainly none of them is deleted."""
    if plan is None or plan.upper_bound or not plan.targeted:
        return False
    return not any(map(may_have_deleted, batches))


def outcome_of(run: Run, batches: Iterable[Batch]) -> Outcome:
    """The outcome of a run: `completed` only if every batch is completed and verified.

    A completed batch that no check can verify counts as well. A run whose cancellation came too
    late to keep anything ends as the success that it is.
    """
    outcome = _by_batches(run, batches)
    is_cancelled = run.cancellation is not None and outcome not in SUCCESSES
    return Outcome.CANCELLED if is_cancelled else outcome


def _by_batches(run: Run, batches: Iterable[Batch]) -> Outcome:
    if run.plan is None:
        return Outcome.FAILED
    if run.is_dry:
        return Outcome.DRY_RUN
    if not run.plan.batches:
        return Outcome.NOTHING_TO_PURGE
    completed = [batch for batch in batches if batch.state is BatchState.COMPLETED]
    if not completed:
        return Outcome.FAILED
    if len(completed) == run.plan.batches and all(map(is_conclusive, completed)):
        return Outcome.COMPLETED
    return Outcome.COMPLETED_WITH_FAILURES
