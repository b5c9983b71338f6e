"""What a list of runs shows of each run, and where its pages end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, NamedTuple, Self

from pydantic import StringConstraints

from genesys_purge.model.dates import Instant
from genesys_purge.model.listing import Position
from genesys_purge.model.purge_policy import PolicyRef
from genesys_purge.model.run import Outcome, Plan, Run, RunStatus, Totals
from genesys_purge.model.wire import Wire

Item = Annotated[str, StringConstraints(pattern="^(batch|skipped)#[0-9]{6,7}$")]


class PlanCounts(Wire):
    """The counts of a plan."""

    batches: int
    targeted: int
    skipped: Mapping[str, int]
    upper_bound: bool
    unit: str
    deleted_unit: str

    @classmethod
    def of(cls, plan: Plan) -> Self:
        return cls(
            batches=plan.batches,
            targeted=plan.targeted,
            skipped=plan.skipped,
            upper_bound=plan.upper_bound,
            unit=plan.unit,
            deleted_unit=plan.deleted_unit,
        )


class RunPosition(Wire):
    """Where a page ends: after a run, and within the search of the run that follows, if it began.

    The searched run may not match any more when the next page begins.
    """

    after: Position | None = None
    searched: str | None = None
    item: Item | None = None


class RunSummary(Wire):
    """A run without its request, batches and detail; `skippedChunks` is not shown."""

    run_id: str
    method: str
    organisation: str | None = None
    status: RunStatus
    outcome: Outcome | None = None
    submitted_at: Instant
    submitted_by: str
    purge_policy: PolicyRef | None = None
    finished_at: Instant | None = None
    dry_run: bool
    plan: PlanCounts | None = None
    totals: Totals | None = None
    skipped_chunks: int = 0

    @classmethod
    def of(cls, run: Run) -> Self:
        return cls(
            run_id=run.run_id,
            method=run.method,
            organisation=run.organisation,
            status=run.status,
            outcome=run.outcome,
            submitted_at=run.submitted_at,
            submitted_by=run.submitted_by,
            purge_policy=run.purge_policy,
            finished_at=run.finished_at,
            dry_run=run.is_dry,
            plan=PlanCounts.of(run.plan) if run.plan else None,
            totals=run.totals,
            skipped_chunks=run.skipped_chunks,
        )

    @property
    def position(self) -> Position:
        return Position(at=self.submitted_at, key=self.run_id)

    def shown(self) -> dict[str, Any]:
        """The summary as JSON for callers."""
        return self.model_dump(
            mode="json", by_alias=True, exclude_none=True, exclude={"skipped_chunks"}
        )


class RunPage(NamedTuple):
    """Runs, newest first, and the position after which the next page begins, if any."""

    runs: Sequence[RunSummary]
    following: Position | None


class Searched(NamedTuple):
    """Whether a conversation was found, the next item if not, and the bytes that were read."""

    is_found: bool
    following: str | None
    size: int
