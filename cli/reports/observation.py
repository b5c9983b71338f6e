"""A run as observed at one moment, through the API and its execution."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Self

SUCCESSES = frozenset({"completed", "dry_run", "nothing_to_purge"})
AT_ONCE = timedelta()
ENDED = frozenset({"completed", "failed", "cancelled", "gave_up", "implausible"})
WHOLE = 100


@dataclass(frozen=True)
class Batch:
    """One batch of a run; None is an unreported value. It counts in the same units as the run.

    `is_unverified` after its job ended and before verification. Verification does not start before
    `verified_from`, if set. `check` says which records verification looked at one by one.
    """

    number: int
    status: str
    job_id: str | None
    attempts: int | None
    targeted: int | None
    deleted: int | None
    verified: int | None
    archived: int | None = None
    exported: int | None = None
    error_reason: str | None = None
    detail: str | None = None
    unit: str | None = None
    deleted_unit: str | None = None
    polls: int | None = None
    purged_so_far: int | None = None
    percent: int | None = None
    check: Mapping[str, Any] | None = None
    is_unverified: bool = False
    verified_from: datetime | None = None

    @classmethod
    def read(cls, shown: Mapping[str, Any], verify_after: timedelta) -> Self:
        """Reads a batch from the answer of `GET /purges/{runId}`."""
        ended = _moment(shown.get("endTime"))
        return cls(
            number=shown["batch"],
            status=shown["status"],
            job_id=shown.get("jobId"),
            attempts=shown.get("attempts"),
            targeted=shown.get("targeted"),
            deleted=shown.get("deleted"),
            verified=shown.get("verified"),
            archived=shown.get("archived"),
            exported=shown.get("exported"),
            error_reason=shown.get("errorReason"),
            detail=shown.get("detail"),
            unit=shown.get("unit"),
            deleted_unit=shown.get("deletedUnit"),
            polls=shown.get("polls"),
            purged_so_far=shown.get("purgedSoFar"),
            percent=shown.get("percent"),
            check=shown.get("check"),
            is_unverified=shown.get("verification") == "pending",
            verified_from=ended + verify_after if ended and verify_after else None,
        )

    @property
    def share(self) -> float | None:
        """The deleted share of its records, as far as Genesys reports it."""
        if self.status in ENDED:
            return 1.0 if self.status == "completed" else 0.0
        if self.status == "planned" and not self.attempts:
            return 0.0
        return None if self.percent is None else min(self.percent, WHOLE) / WHOLE

    @property
    def share_verified(self) -> float | None:
        """The share of the records to verify that was looked at; None if that is unknown."""
        size = self.check.get("size") if self.check else None
        return self.check.get("lookedAt", 0) / size if self.check and size else None

    @property
    def sample_of(self) -> int | None:
        """How many records the batch has, if only a sample of them is looked at."""
        sampled = self.check is not None and self.check["mode"] == "sample"
        return self.check["records"] if self.check and sampled else None

    @property
    def instead_of_deleted(self) -> tuple[str, int] | None:
        """`archived` or `exported`, and how many records, if Genesys reported that."""
        counts = (("archived", self.archived), ("exported", self.exported))
        return next(((done, count) for done, count in counts if count is not None), None)


@dataclass(frozen=True)
class Observation:
    """A run at one moment; None is an unreported value. No check can verify an unverifiable run.

    `planned` is the number of batches, `planned_so_far` the records and
    batches of an unfinished plan. `deleted`, `archived` and `exported` count in
    `deleted_unit`, everything else in `unit`. `sampled` are the records of batches that a sample
    verifies. `answer` is all that the API reported.
    """

    run_id: str | None
    execution_status: str | None = None
    method: str | None = None
    status: str | None = None
    outcome: str | None = None
    detail: str | None = None
    targeted: int | None = None
    deleted: int | None = None
    verified: int | None = None
    sampled: int | None = None
    is_unverifiable: bool = False
    skipped: Mapping[str, int] | None = None
    planned: int | None = None
    planned_so_far: tuple[int, int] | None = None
    is_dry: bool = False
    notes: tuple[str, ...] = ()
    unit: str | None = None
    deleted_unit: str | None = None
    submitted_at: datetime | None = None
    finished_at: datetime | None = None
    batches: tuple[Batch, ...] = ()
    answer: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def read(
        cls,
        shown: Mapping[str, Any],
        execution_status: str | None = None,
        verify_after: timedelta = AT_ONCE,
    ) -> Self:
        """Reads a run from the answer of `GET /purges/{runId}`; without a plan it has no totals.

        `verify_after` is the delay of verification in the request.
        """
        plan = shown.get("plan")
        totals = shown.get("totals", {}) if plan else {}
        planning = shown.get("planning")
        return cls(
            run_id=shown["runId"],
            execution_status=execution_status,
            method=shown.get("method"),
            status=shown["status"],
            outcome=shown.get("outcome"),
            detail=shown.get("detail"),
            targeted=totals.get("targeted"),
            deleted=totals.get("deleted"),
            verified=totals.get("verified"),
            sampled=totals.get("sampled"),
            is_unverifiable=shown.get("verification") == "not_possible",
            skipped=totals.get("skipped"),
            planned=plan["batches"] if plan else None,
            planned_so_far=(planning["targeted"], planning["batches"]) if planning else None,
            is_dry=shown.get("dryRun", False),
            unit=plan.get("unit") if plan else None,
            deleted_unit=plan.get("deletedUnit") if plan else None,
            notes=tuple(plan.get("notes", ())) if plan else (),
            submitted_at=_moment(shown.get("submittedAt")),
            finished_at=_moment(shown.get("finishedAt")),
            batches=tuple(Batch.read(each, verify_after) for each in shown.get("batches", ())),
            answer=shown,
        )

    @property
    def is_certified(self) -> bool:
        """Whether the run gets a certificate of destruction."""
        is_destruction = self.outcome == "completed" and not self.instead_of_deleted
        return is_destruction and not self.is_unverifiable

    @property
    def instead_of_deleted(self) -> Mapping[str, int]:
        """The numbers of archived and of exported recordings, by that word."""
        found: Counter[str] = Counter()
        for word, count in filter(None, (each.instead_of_deleted for each in self.batches)):
            found[word] += count
        return found

    @property
    def is_finished(self) -> bool:
        """Whether the run has its outcome."""
        return self.status == "finished"

    @property
    def done(self) -> float:
        """How many records the jobs of the batches have processed, in `unit`."""
        return sum((each.targeted or 0) * (each.share or 0) for each in self.batches)

    @property
    def ended(self) -> bool:
        """Whether the execution ended; a run whose execution failed may never be finished."""
        return self.execution_status not in (None, "RUNNING")

    @property
    def succeeded(self) -> bool:
        """Whether the outcome is a success."""
        return self.outcome in SUCCESSES

    @property
    def seconds(self) -> float | None:
        """The seconds from submission to end."""
        if self.submitted_at is None or self.finished_at is None:
            return None
        return (self.finished_at - self.submitted_at).total_seconds()


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
