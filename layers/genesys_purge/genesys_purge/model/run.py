"""A run: one execution of one request, its plan, its totals and its outcome."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from genesys_purge.model.audit import success_rate
from genesys_purge.model.batch import Batch, BatchState
from genesys_purge.model.dates import Instant
from genesys_purge.model.organisation import Organisation
from genesys_purge.model.retention import Policy
from genesys_purge.model.wire import Wire


class RunStatus(StrEnum):
    """Where a run stands."""

    SUBMITTED = "submitted"
    RUNNING = "running"
    FINISHED = "finished"


class Outcome(StrEnum):
    """How a run ended."""

    COMPLETED = "completed"
    COMPLETED_WITH_FAILURES = "completed_with_failures"
    FAILED = "failed"
    REJECTED = "rejected"
    NOTHING_TO_PURGE = "nothing_to_purge"
    DRY_RUN = "dry_run"


SUCCESSES = frozenset({Outcome.COMPLETED, Outcome.NOTHING_TO_PURGE, Outcome.DRY_RUN})

PROTECTED = "protected"


class Plan(Wire):
    """What is to be deleted: batches, counts, and a SHA-256 over the manifests.

    `targeted` and `skipped` count in `unit`: records, conversations or subjects.
    """

    batches: int
    targeted: int
    skipped: Mapping[str, int]
    hash: str
    policy: Policy | None = None
    upper_bound: bool = False
    unit: str


class Totals(Wire):
    """The sums over a run's batches; `deleted` is None where Genesys reported no number.

    `unreported`, where there are any, are records purged by jobs of which nobody told a count.
    """

    targeted: int
    skipped: Mapping[str, int]
    deleted: int | None = None
    unreported: int | None = None
    verified: int

    @property
    def success_rate(self) -> float | None:
        """Deleted per targeted, where both are known to the last record."""
        return None if self.unreported else success_rate(self.deleted, self.targeted)


class Location(Wire):
    """Where an organisation is: its region, its API and its login."""

    region: str
    api_url: str
    login_url: str

    @classmethod
    def of(cls, organisation: Organisation) -> Location:
        return cls(
            region=organisation.region,
            api_url=organisation.api_url,
            login_url=organisation.login_url,
        )


class Run(Wire):
    """One execution of one request; `request` is the document as it was sent.

    `location` is where its organisation was at the submit. `planner` names the one invocation that
    may write the plan, the latest to begin one.
    """

    run_id: str
    fingerprint: str
    request: Mapping[str, Any]
    reference_time: Instant
    submitted_at: Instant
    submitted_by: str
    compliance_tags: tuple[str, ...] = ()
    location: Location | None = None
    status: RunStatus = RunStatus.SUBMITTED
    planner: str | None = None
    plan: Plan | None = None
    outcome: Outcome | None = None
    totals: Totals | None = None
    finished_at: Instant | None = None
    detail: str | None = None

    @property
    def method(self) -> str:
        return str(self.request["method"])

    @property
    def organisation(self) -> str | None:
        """The name of the organisation that it is about; None for the deployment's own."""
        return self.request.get("organisation")

    @property
    def is_dry(self) -> bool:
        return bool(self.request.get("dryRun", False))

    @property
    def verifies_later(self) -> bool:
        """Whether its batches wait for a time of the request's before they are verified."""
        return bool(self.request.get("verifyAfterHours", 0))


def run_metric(outcome: Outcome) -> str:
    """The name of the counter of runs that end so: RunsCompleted, RunsFailed and so on."""
    return "Runs" + outcome.title().replace("_", "")


def finished(run: Run, outcome: Outcome, totals: Totals, now: datetime, detail: str | None) -> Run:
    """The run as it ended."""
    return run.model_copy(
        update={
            "status": RunStatus.FINISHED,
            "outcome": outcome,
            "totals": totals,
            "finished_at": now,
            "detail": detail,
        }
    )


def totals_of(plan: Plan | None, batches: Iterable[Batch]) -> Totals:
    """The sums over `batches`; protected records move from the targeted to the skipped."""
    batches = list(batches)
    skipped = Counter(plan.skipped if plan else {})
    skipped[PROTECTED] += sum(len(batch.protected) for batch in batches)
    reported = [batch.deleted for batch in batches if batch.deleted is not None]
    planned = plan.targeted if plan else 0
    return Totals(
        targeted=planned - sum(len(batch.protected) for batch in batches),
        skipped=dict(+skipped),
        deleted=sum(reported) if reported else None,
        unreported=sum(batch.unreported for batch in batches) or None,
        verified=sum(batch.verified or 0 for batch in batches),
    )


def shortfall_of(run: Run, batches: Iterable[Batch]) -> str | None:
    """Why a run is not `completed`, in numbers of batches; None where nothing is missing."""
    batches = list(batches)
    completed = [batch for batch in batches if batch.state is BatchState.COMPLETED]
    unverified = sum(not batch.is_verified for batch in completed)
    incomplete = len(batches) - len(completed)
    if not incomplete and not unverified:
        return None
    planned = run.plan.batches if run.plan else 0
    return f"of {planned} batches {incomplete} did not complete and {unverified} are not verified"


def was_in_vain(plan: Plan | None, totals: Totals) -> bool:
    """Whether records were eligible and none of them is gone, for whatever reason."""
    if plan is None or plan.upper_bound or not plan.targeted:
        return False
    return not totals.deleted and not totals.verified


def outcome_of(run: Run, batches: Iterable[Batch]) -> Outcome:
    """How a planned run ended: `completed` only when every batch is completed and verified."""
    if run.plan is None:
        return Outcome.FAILED
    if run.is_dry:
        return Outcome.DRY_RUN
    if not run.plan.batches:
        return Outcome.NOTHING_TO_PURGE
    completed = [batch for batch in batches if batch.state is BatchState.COMPLETED]
    if not completed:
        return Outcome.FAILED
    if len(completed) == run.plan.batches and all(batch.is_verified for batch in completed):
        return Outcome.COMPLETED
    return Outcome.COMPLETED_WITH_FAILURES
