"""A batch: what goes to Genesys in one call, and the states it may pass through."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple, Self

from genesys_purge.model.dates import Instant, Window
from genesys_purge.model.wire import Wire


class BatchState(StrEnum):
    """Where a batch stands; where jobs are gated, `submitted` comes before `ready` and after it."""

    PLANNED = "planned"
    SUBMITTING = "submitting"
    SUBMITTED = "submitted"
    READY = "ready"
    EXECUTING = "executing"
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
            BatchState.EXECUTING,
            BatchState.FAILED,
            BatchState.GAVE_UP,
        }
    ),
    BatchState.EXECUTING: frozenset(
        {
            BatchState.SUBMITTED,
            BatchState.READY,
            BatchState.EXECUTING,
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
    """One record of a manifest: its id, when it ended, and its own classification, if any.

    `start` and `media` are known where the method needs them.
    """

    conversation_id: str
    end: datetime
    classification: str | None
    start: datetime | None = None
    media: frozenset[str] = frozenset()


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
    """One batch of a run's `total` as it stands; counts that nobody reported are None.

    An `interval` is submitted in place of the manifest's ids, so that none of them can be left out.

    `unreported` are the records of finished parts of which Genesys told no count.

    `pending` are the slices of the manifest that no finished job has covered yet, each as often as
    it takes jobs; the first is the one being submitted or polled. `protected` are the manifest's
    entries that may not be deleted. `before` counts the records that were there right before the
    submit, `kept` those there were when its job was carried out, where a method counts these to
    tell what a job left; `unknowns` the submits of which nobody knew the outcome. `jobId` is the
    job that runs, or ran last, for the first pending slice, `lastJobId` that of the slice before;
    `submittedAt` is that job's, `beganAt` the first one's, before which `firstIntentAt` was.
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
    attempts: int = 0
    intent_at: Instant | None = None
    first_intent_at: Instant | None = None
    outcome_unknown: bool = False
    unknowns: int = 0
    before: int | None = None
    kept: int | None = None
    job_id: str | None = None
    last_job_id: str | None = None
    began_at: Instant | None = None
    submitted_at: Instant | None = None
    ended_at: Instant | None = None
    deleted: int | None = None
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
        """`pending` once its job is over, until somebody has looked what it did."""
        is_pending = self.state is BatchState.COMPLETED and self.verified is None
        return PENDING if is_pending else None

    @property
    def targeted(self) -> int:
        """How many records the batch is to delete: the planned ones without the protected."""
        return self.planned - len(self.protected)

    @property
    def duration_seconds(self) -> float | None:
        """From the first submit that was accepted to the look that saw the last job's end."""
        if self.began_at is None or self.ended_at is None:
            return None
        return round((self.ended_at - self.began_at).total_seconds(), 3)

    @property
    def records_per_second(self) -> float | None:
        """What the batch deleted a second, where Genesys reported it."""
        if not self.duration_seconds or self.deleted is None:
            return None
        return round(self.deleted / self.duration_seconds, 3)

    @property
    def candidates(self) -> frozenset[int]:
        """The manifest's entries that the next submit asks for."""
        part = self.pending[0]
        return frozenset(range(part.start, part.stop)) - self.protected

    def separable(self, entries: frozenset[int]) -> frozenset[int]:
        """Those of the entries without which the batch can go on: none of an interval's."""
        return frozenset() if self.interval else entries

    def unsure(self, why: str) -> Self:
        """The batch after a submit of which nobody knows whether it was carried out."""
        return self.to(self.state, outcome_unknown=True, unknowns=self.unknowns + 1, detail=why)

    def to(self, state: BatchState, **changes: Any) -> Self:
        """The batch in its next state; ValueError where the table does not allow it."""
        if state not in TRANSITIONS[self.state]:
            raise ValueError(f"a batch does not go from {self.state} to {state}")
        changes |= {"state": state, "version": self.version + 1}
        return self.model_copy(update=changes)
