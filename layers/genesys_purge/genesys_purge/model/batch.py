"""A batch: what goes to Genesys in one call, and the states it may pass through."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple, Self

from genesys_purge.calling.attempt import Attempt
from genesys_purge.model.dates import Instant, Window
from genesys_purge.model.wire import Wire


class BatchState(StrEnum):
    """Where a batch stands. A two-step job is `submitted`, `ready`, `confirming`, `submitted`."""

    PLANNED = "planned"
    SUBMITTING = "submitting"
    SUBMITTED = "submitted"
    READY = "ready"
    CONFIRMING = "confirming"
    COMPLETED = "completed"
    FAILED = "failed"
    GAVE_UP = "gave_up"


PENDING = "pending"
ENDED = frozenset({BatchState.COMPLETED, BatchState.FAILED, BatchState.GAVE_UP})

TRANSITIONS: dict[BatchState, frozenset[BatchState]] = {
    BatchState.PLANNED: frozenset(
        {
            BatchState.PLANNED,
            BatchState.SUBMITTING,
            BatchState.COMPLETED,
            BatchState.FAILED,
            BatchState.GAVE_UP,
        }
    ),
    BatchState.SUBMITTING: frozenset(
        {
            BatchState.PLANNED,
            BatchState.SUBMITTING,
            BatchState.SUBMITTED,
            BatchState.COMPLETED,
            BatchState.FAILED,
            BatchState.GAVE_UP,
        }
    ),
    BatchState.SUBMITTED: frozenset(
        {
            BatchState.PLANNED,
            BatchState.READY,
            BatchState.COMPLETED,
            BatchState.FAILED,
            BatchState.GAVE_UP,
        }
    ),
    BatchState.READY: frozenset(
        {
            BatchState.PLANNED,
            BatchState.SUBMITTED,
            BatchState.CONFIRMING,
            BatchState.FAILED,
            BatchState.GAVE_UP,
        }
    ),
    BatchState.CONFIRMING: frozenset(
        {
            BatchState.SUBMITTED,
            BatchState.READY,
            BatchState.CONFIRMING,
            BatchState.FAILED,
            BatchState.GAVE_UP,
        }
    ),
    BatchState.COMPLETED: frozenset({BatchState.COMPLETED}),
    BatchState.FAILED: frozenset(),
    BatchState.GAVE_UP: frozenset(),
}


class BatchRef(NamedTuple):
    """Names a batch of a run."""

    run_id: str
    number: int


class Entry(NamedTuple):
    """One record of a manifest: its conversation, when it ended and its classification, if any.

    `record_id` is set by methods that delete records smaller than a conversation. `start` and
    `media` are set by methods that need them.
    """

    conversation_id: str
    end: datetime
    classification: str | None
    start: datetime | None = None
    media: frozenset[str] = frozenset()
    record_id: str | None = None

    @property
    def id(self) -> str:
        """The id that Genesys is asked to delete."""
        return self.record_id or self.conversation_id


class Slice(Wire):
    """Entries `start` up to, but without, `stop` of a batch's manifest."""

    start: int
    stop: int

    @property
    def size(self) -> int:
        return self.stop - self.start

    def halves(self) -> tuple[Slice, Slice]:
        middle = (self.start + self.stop) // 2
        return Slice(start=self.start, stop=middle), Slice(start=middle, stop=self.stop)


class Batch(Wire):
    """One batch of a run's `total`. A count that Genesys did not report is None.

    An `interval` is submitted instead of the manifest's ids, so that no id can be left out of it.

    `pending` are the slices of the manifest that no finished job has covered yet. A slice that
    takes two jobs is listed twice. The first slice is the one being submitted or polled.
    `protected` are the positions of entries that must not be deleted.

    `attempt` records the calls that create or confirm a job, `firstIntentAt` when the first one
    was intended. `before` counts the records that existed right before the submit. `kept` counts
    those that existed when a two-step job was confirmed, where verification needs it.

    `jobId` is the job of the first pending slice, `lastJobId` the job of the slice before it.
    `beganAt` is when Genesys accepted the first job, `submittedAt` when it accepted the last one.

    `deleted`, `archived` and `exported` count records as Genesys reported them; `unreported`
    counts the records of finished parts for which it reported nothing.
    """

    run_id: str
    number: int
    total: int = 1
    version: int = 0
    state: BatchState = BatchState.PLANNED
    window: Window | None = None
    interval: Window | None = None
    planned: int
    pending: tuple[Slice, ...]
    protected: frozenset[int] = frozenset()
    attempt: Attempt = Attempt()
    first_intent_at: Instant | None = None
    before: int | None = None
    kept: int | None = None
    job_id: str | None = None
    last_job_id: str | None = None
    began_at: Instant | None = None
    submitted_at: Instant | None = None
    ended_at: Instant | None = None
    deleted: int | None = None
    archived: int | None = None
    exported: int | None = None
    unreported: int = 0
    storage_recovered_mb: float | None = None
    verified: int | None = None
    is_verified: bool = False
    detail: str | None = None

    @property
    def has_ended(self) -> bool:
        return self.state in ENDED

    @property
    def verification(self) -> str | None:
        """`pending` from the end of its last job until the batch is verified."""
        is_pending = self.state is BatchState.COMPLETED and self.verified is None
        return PENDING if is_pending else None

    @property
    def targeted(self) -> int:
        """How many records the batch is to delete: the planned ones that are not protected."""
        return self.planned - len(self.protected)

    @property
    def duration_seconds(self) -> float | None:
        """Seconds from the first accepted submit to the poll that saw the last job's end."""
        if self.began_at is None or self.ended_at is None:
            return None
        return round((self.ended_at - self.began_at).total_seconds(), 3)

    @property
    def records_per_second(self) -> float | None:
        """Records deleted per second, if Genesys reported a count."""
        if not self.duration_seconds or self.deleted is None:
            return None
        return round(self.deleted / self.duration_seconds, 3)

    @property
    def candidates(self) -> frozenset[int]:
        """The manifest's entries that the next submit asks for."""
        part = self.pending[0]
        return frozenset(range(part.start, part.stop)) - self.protected

    def separable(self, entries: frozenset[int]) -> frozenset[int]:
        """The entries that can be left out of the batch: none of an interval's."""
        return frozenset() if self.interval else entries

    def unsure(self, reason: str) -> Self:
        """The batch after a call that may or may not have been executed."""
        return self.to(self.state, attempt=self.attempt.unsure(reason))

    def to(self, state: BatchState, **changes: Any) -> Self:
        """The batch in its next state; ValueError where the table does not allow it."""
        if state not in TRANSITIONS[self.state]:
            raise ValueError(f"a batch does not go from {self.state} to {state}")
        changes |= {"state": state, "version": self.version + 1}
        return self.model_copy(update=changes)
