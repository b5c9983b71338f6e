"""A run: one execution of one request, its plan, its totals and its outcome."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from genesys_purge.model.answers import is_count
from genesys_purge.model.audit import success_rate
from genesys_purge.model.batch import Batch
from genesys_purge.model.cancellation import RunCancellation
from genesys_purge.model.dates import Instant
from genesys_purge.model.doubt import records_in_doubt
from genesys_purge.model.organisation import Organisation
from genesys_purge.model.planning import Planning
from genesys_purge.model.purge_policy import PolicyRef
from genesys_purge.model.request_facts import RequestFacts
from genesys_purge.model.retention import Policy
from genesys_purge.model.stops import Stoppable
from genesys_purge.model.stored_object import StoredObject
from genesys_purge.model.unverifiable import Unverifiable
from genesys_purge.model.verification import sampled_records, unverifiable_records
from genesys_purge.model.wire import Wire


class RunStatus(StrEnum):
    """The status of a run."""

    SUBMITTED = "submitted"
    AWAITING_APPROVAL = "awaiting_approval"
    RUNNING = "running"
    FINISHED = "finished"


class Outcome(StrEnum):
    """The outcome of a run."""

    COMPLETED = "completed"
    COMPLETED_WITH_FAILURES = "completed_with_failures"
    FAILED = "failed"
    REJECTED = "rejected"
    NOTHING_TO_PURGE = "nothing_to_purge"
    DRY_RUN = "dry_run"
    CANCELLED = "cancelled"


SUCCESSES = frozenset({Outcome.COMPLETED, Outcome.NOTHING_TO_PURGE, Outcome.DRY_RUN})

PROTECTED = "protected"


class Plan(Wire):
    """The records to delete: batches, counts, and the Merkle root over the lines of the batches.

    `targeted` and `skipped` count in `unit`, and Genesys counts deletions in `deletedUnit`. `notes`
    say what the numbers do not, such as the days that legal holds left out. `unverifiable` says why
    no check can verify the batches. `lines` is the index of the stored lines; a plan of an earlier
    release has none, and another hash.
    """

    batches: int
    targeted: int
    skipped: Mapping[str, int]
    hash: str
    policy: Policy | None = None
    upper_bound: bool = False
    unverifiable: Unverifiable | None = None
    unit: str
    deleted_unit: str
    notes: tuple[str, ...] | None = None
    lines: StoredObject | None = None


class Totals(Wire):
    """The sums over the batches of a run; `deleted` is None if Genesys reported no count.

    `deleted` counts in `deletedUnit`, every other count in `unit`. A run without a plan has none,
    and `targeted` is None: it is unknown what there is to delete. `verified` is None if no check of
    a batch was made.

    `unreported` counts the records that may be deleted although `deleted` does not count them:
    those of jobs without a reported count, and of jobs that may not have ended. It counts all, if
    the sum of `deleted` is more than a count can be. `unverifiable` counts the records of completed
    batches that no check can verify. `sampled` counts the records of batches that a sample
    verifies; `verified` counts only those of them that were looked at.
    """

    unit: str | None = None
    deleted_unit: str | None = None
    targeted: int | None = None
    skipped: Mapping[str, int]
    deleted: int | None = None
    unreported: int | None = None
    unverifiable: int | None = None
    verified: int | None = None
    sampled: int | None = None

    @property
    def success_rate(self) -> float | None:
        """`deleted` divided by `targeted`; None unless Genesys reported every count."""
        return None if self.unreported else success_rate(self.deleted, self.targeted)


class Location(Wire):
    """The location of an organisation: its region, API URL and login URL."""

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
    """One execution of one request; `request` is the content of the checked request.

    `facts` are what the audit shows of it. `submittedByPerson` is the person that sent it, or that
    applied the version of its policy. `approvalId` is the approval that it needs, if it needs one.

    `location` is the location of its organisation at the submission. `planner` identifies the
    latest invocation that began to plan; no other invocation may write the plan. `planning` says
    how far a plan is that is not complete.

    `skippedChunks` is the number of chunks in which the skipped records of the plan are stored.

    `cancellation` is the one that its end took into account.

    `reportedIn` is the sequence of the audit record that reported the totals last. `revision`
    counts the changes after the end of the run. `isSettled` says that nothing about the run is
    open: its batches are over and none of its jobs waits at Genesys.
    """

    run_id: str
    fingerprint: str
    request: Mapping[str, Any]
    facts: RequestFacts
    reference_time: Instant
    submitted_at: Instant
    submitted_by: str
    submitted_by_person: str | None = None
    purge_policy: PolicyRef | None = None
    approval_id: str | None = None
    compliance_tags: tuple[str, ...] = ()
    location: Location | None = None
    status: RunStatus = RunStatus.SUBMITTED
    planner: str | None = None
    planning: Planning | None = None
    plan: Plan | None = None
    skipped_chunks: int = 0
    outcome: Outcome | None = None
    totals: Totals | None = None
    finished_at: Instant | None = None
    detail: str | None = None
    cancellation: RunCancellation | None = None
    reported_in: int | None = None
    revision: int = 0
    is_settled: bool = False

    @property
    def method(self) -> str:
        return str(self.request["method"])

    @property
    def organisation(self) -> str | None:
        """The name of the organisation; None for the default organisation."""
        return self.request.get("organisation")

    @property
    def planned_batches(self) -> int:
        """The number of batches in the plan; 0 without a plan."""
        return self.plan.batches if self.plan else 0

    @property
    def is_dry(self) -> bool:
        return bool(self.request.get("dryRun", False))

    @property
    def has_ended(self) -> bool:
        return self.status is RunStatus.FINISHED

    @property
    def verifies_later(self) -> bool:
        """Whether the request delays the verification of its batches."""
        return bool(self.request.get("verifyAfterHours", 0))


def stoppable(run: Run) -> Stoppable:
    """What the calls of a run belong to."""
    policy = run.purge_policy.name if run.purge_policy else None
    return Stoppable(run.organisation, policy, run.run_id)


def run_metric(outcome: Outcome) -> str:
    """The metric of an outcome, for example `RunsCompleted`."""
    return "Runs" + outcome.title().replace("_", "")


def finished(run: Run, outcome: Outcome, totals: Totals, now: datetime, detail: str | None) -> Run:
    """The finished run; it is not settled yet."""
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
    """The sums over `batches`; protected records count as skipped, not as targeted."""
    batches = list(batches)
    skipped = Counter(plan.skipped if plan else {})
    skipped[PROTECTED] += sum(len(batch.protected) for batch in batches)
    reported = [batch.deleted for batch in batches if batch.deleted is not None]
    checked = [batch.verified for batch in batches if batch.verified is not None]
    deleted = sum(reported)
    unreported = sum(batch.unreported + records_in_doubt(batch) for batch in batches)
    planned = plan.targeted if plan else 0
    targeted = planned - sum(len(batch.protected) for batch in batches)
    is_known = bool(reported) and is_count(deleted)
    return Totals(
        unit=plan.unit if plan else None,
        deleted_unit=plan.deleted_unit if plan else None,
        targeted=targeted if plan else None,
        skipped=dict(+skipped),
        deleted=deleted if is_known else None,
        unreported=(unreported if is_known or not reported else targeted) or None,
        unverifiable=sum(map(unverifiable_records, batches)) or None,
        verified=sum(checked) if checked else None,
        sampled=sum(map(sampled_records, batches)) or None,
    )
