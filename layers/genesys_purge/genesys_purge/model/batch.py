"""A batch: the records of one call to Genesys, and the state of that call."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple, Self

from genesys_purge.calling.attempt import Attempt
from genesys_purge.model.check import Check
from genesys_purge.model.compliance import Compliance
from genesys_purge.model.dates import Instant, Window
from genesys_purge.model.finished_jobs import FinishedJobs
from genesys_purge.model.inspection import Inspection
from genesys_purge.model.reach import Reach
from genesys_purge.model.slices import Slice
from genesys_purge.model.stored_object import StoredObject
from genesys_purge.model.unverifiable import Unverifiable
from genesys_purge.model.wire import Wire
from genesys_purge.model.withdrawal import Withdrawal


class BatchState(StrEnum):
    """A batch's state. A two-step job is `submitted`, `ready`, `confirming`, then `submitted`.

    A batch is `cancelled` if its job or its run was. It is `implausible` if Genesys reports more
    processed records than it was asked for.
    """

    PLANNED = "planned"
    SUBMITTING = "submitting"
    SUBMITTED = "submitted"
    READY = "ready"
    CONFIRMING = "confirming"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"
    GAVE_UP = "gave_up"
    IMPLAUSIBLE = "implausible"


ENDED = frozenset(
    {
        BatchState.COMPLETED,
        BatchState.FAILED,
        BatchState.CANCELLED,
        BatchState.GAVE_UP,
        BatchState.IMPLAUSIBLE,
    }
)

# Every state with work to do may end in these; before a call, it may be cancelled, too.
UNDONE = frozenset({BatchState.FAILED, BatchState.GAVE_UP})
CALLED_OFF = UNDONE | {BatchState.CANCELLED}
# The answer of an earlier call may be late, or Genesys lists its job only now.
WITHOUT_JOB = UNDONE | {
    BatchState.PLANNED,
    BatchState.SUBMITTING,
    BatchState.SUBMITTED,
    BatchState.COMPLETED,
}
TRANSITIONS: dict[BatchState, frozenset[BatchState]] = {
    BatchState.PLANNED: WITHOUT_JOB | CALLED_OFF,
    BatchState.SUBMITTING: WITHOUT_JOB,
    BatchState.SUBMITTED: UNDONE
    | {
        BatchState.PLANNED,
        BatchState.READY,
        BatchState.COMPLETED,
        BatchState.CANCELLED,
        BatchState.IMPLAUSIBLE,
    },
    BatchState.READY: CALLED_OFF
    | {BatchState.PLANNED, BatchState.READY, BatchState.SUBMITTED, BatchState.CONFIRMING},
    BatchState.CONFIRMING: UNDONE | {BatchState.SUBMITTED, BatchState.READY, BatchState.CONFIRMING},
    BatchState.COMPLETED: frozenset({BatchState.COMPLETED, BatchState.IMPLAUSIBLE}),
    BatchState.FAILED: frozenset(),
    BatchState.CANCELLED: frozenset(),
    BatchState.GAVE_UP: frozenset(),
    BatchState.IMPLAUSIBLE: frozenset(),
}


class BatchRef(NamedTuple):
    """Identifies a batch of a run."""

    run_id: str
    number: int


class Entry(NamedTuple):
    """One record of a manifest: its conversation, its end and its classification, if known.

    Genesys reports the conversation of a record; an id from the request could evade a hold. Methods
    set `record_id` for records smaller than a conversation, `start` and `media` if they need them.
    """

    conversation_id: str
    end: datetime
    classification: str | None
    start: datetime | None = None
    media: frozenset[str] = frozenset()
    record_id: str | None = None

    @property
    def id(self) -> str:
        """The id in the request to Genesys."""
        return self.record_id or self.conversation_id


class Batch(Wire):
    """One batch of a run. A count that Genesys did not report is None.

    `total` is the number of batches of the run; it is 0 until the plan is complete.
    `organisation` is the one of the run, so that the log can name it; None is the default one.

    A `reach` other than by name submits a time instead of ids, so it cannot exclude an id;
    `interval` is the time of the whole batch. `manifest` is where its ids are; a window has none.

    `pending` are the slices of the manifest that no finished job has covered yet. A slice that
    takes two jobs is listed twice. The first slice is the one being submitted or polled.
    `protected` are the positions of entries that must not be deleted.

    `attempt` records the calls that create or confirm a job; `firstIntentAt` is the time of the
    first intent. `waitingSince` is when the batch began to wait for its next call. `conflicts`
    counts the 409 answers without a known cause since the last accepted job. `before` counts the
    records that existed right before the submit. At the confirmation of a two-step job, `covered`
    counts the records that the job covers, and `kept` those that exist, if verification needs that
    number.

    `inspection` is how far the comparison of a ready job with the plan is, and `withdrawal` what
    was decided about a job that must not run.
    `jobId` is the job of the first pending slice, `lastJobId` the job of the slice before it.
    `finished` sums up the last jobs of the slices before.
    `beganAt` is when Genesys accepted the first job, `submittedAt` when it accepted the last one.
    `forecast` is the time until the first poll of another job of this size, in seconds.

    `deleted`, `archived` and `exported` are the counts that Genesys reported, in `deletedUnit`.
    `unreported` counts the records of finished slices without a reported count, in `unit`.
    `errorReason` are Genesys's words about the job that failed or was cancelled.

    `verified` counts the records that a check found gone; None without a check. `check` is set if
    the check looks at the records one by one: `verified` counts only looked-at records, and
    `isVerified` may then rest on a sample. `unverifiable` says why no check can verify the batch.
    `isUnchecked` says that its verification ended without a check: none is possible, or none could
    be made.
    """

    run_id: str
    organisation: str | None = None
    number: int
    total: int = 0
    version: int = 0
    state: BatchState = BatchState.PLANNED
    window: Window | None = None
    interval: Window | None = None
    reach: Reach = Reach.NAMED
    unit: str
    deleted_unit: str
    compliance: Compliance | None = None
    planned: int
    manifest: StoredObject | None = None
    pending: tuple[Slice, ...]
    protected: frozenset[int] = frozenset()
    attempt: Attempt = Attempt()
    first_intent_at: Instant | None = None
    waiting_since: Instant | None = None
    conflicts: int = 0
    before: int | None = None
    covered: int | None = None
    kept: int | None = None
    inspection: Inspection | None = None
    withdrawal: Withdrawal | None = None
    job_id: str | None = None
    last_job_id: str | None = None
    finished: FinishedJobs = FinishedJobs()
    began_at: Instant | None = None
    submitted_at: Instant | None = None
    ended_at: Instant | None = None
    forecast: float | None = None
    deleted: int | None = None
    archived: int | None = None
    exported: int | None = None
    unreported: int = 0
    unverifiable: Unverifiable | None = None
    storage_recovered_mb: float | None = None
    check: Check | None = None
    verified: int | None = None
    is_verified: bool = False
    is_unchecked: bool = False
    error_reason: str | None = None
    detail: str | None = None

    @property
    def has_ended(self) -> bool:
        return self.state in ENDED

    @property
    def targeted(self) -> int:
        """The number of planned records that are not protected."""
        return self.planned - len(self.protected)

    @property
    def duration_seconds(self) -> float | None:
        """Seconds from the first accepted submit to the poll that found the last job finished."""
        if self.began_at is None or self.ended_at is None:
            return None
        return round((self.ended_at - self.began_at).total_seconds(), 3)

    @property
    def records_per_second(self) -> float | None:
        """Deleted records per second; None if Genesys reported no count."""
        if not self.duration_seconds or self.deleted is None:
            return None
        return round(self.deleted / self.duration_seconds, 3)

    @property
    def candidates(self) -> frozenset[int]:
        """The positions of the entries in the next submit."""
        part = self.pending[0]
        return frozenset(range(part.start, part.stop)) - self.protected

    @property
    def next_reach(self) -> Reach:
        """The reach of the next submit, by name if there is none."""
        is_by_time = bool(self.pending) and not self.pending[0].is_named
        return self.reach if is_by_time else Reach.NAMED

    def in_conflict(self) -> Self:
        """The batch after one more 409 answer without a known cause."""
        return self.to(self.state, conflicts=self.conflicts + 1)

    def unsure(self, reason: str) -> Self:
        """The batch after a call with an unknown outcome."""
        return self.to(self.state, attempt=self.attempt.unsure(reason))

    def seconds_waited(self, now: datetime) -> float:
        """Seconds since the batch began to wait for its next call; 0 if it does not wait."""
        return (now - self.waiting_since).total_seconds() if self.waiting_since else 0.0

    def noted(self) -> Self:
        """The same batch again, for an audit record that changes nothing about it."""
        return self.model_copy(update={"version": self.version + 1})

    def to(self, state: BatchState, **changes: Any) -> Self:
        """The batch in its next state; raises ValueError if TRANSITIONS does not allow it."""
        if state not in TRANSITIONS[self.state]:
            raise ValueError(f"a batch cannot change from {self.state} to {state}")
        changes |= {"state": state, "version": self.version + 1}
        return self.model_copy(update=changes)
