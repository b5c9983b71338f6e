"""One details job: its state, times and found conversations."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from simulator.organisation.timeline import JobState, Timeline


class DetailsJobState(StrEnum):
    """The states, as the platform names them."""

    QUEUED = "QUEUED"
    PENDING = "PENDING"
    FULFILLED = "FULFILLED"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"
    EXPIRED = "EXPIRED"


UNFINISHED = frozenset({DetailsJobState.QUEUED, DetailsJobState.PENDING})
WORDS = {
    JobState.PENDING: DetailsJobState.PENDING,
    JobState.RUNNING: DetailsJobState.PENDING,
    JobState.COMPLETED: DetailsJobState.FULFILLED,
    JobState.FAILED: DetailsJobState.FAILED,
    JobState.CANCELLED: DetailsJobState.CANCELLED,
    JobState.VANISHED: None,
}


@dataclass(frozen=True, slots=True)
class DetailsJobRecord:
    """A snapshot of a job; `state` is None if it vanished or was deleted."""

    job_id: str
    client_id: str | None
    state: DetailsJobState | None
    submitted_at: datetime
    found_ids: tuple[str, ...]


@dataclass(slots=True)
class DetailsJob:
    """A job; `found` are the ids at its submission, and `available_until` is that of its data."""

    job_id: str
    client_id: str | None
    timeline: Timeline
    lifetime: timedelta
    found: tuple[str, ...]
    available_until: datetime
    cancelled_at: datetime | None = None
    is_deleted: bool = False

    def state(self, now: datetime) -> DetailsJobState | None:
        """The state; None if the job vanished or was deleted."""
        state = WORDS[self.timeline.state(now)]
        if self.is_deleted or state is None:
            return None
        if self.cancelled_at is not None:
            return DetailsJobState.CANCELLED
        if self.expires_at <= now:
            return DetailsJobState.EXPIRED
        waited = now - self.timeline.submitted_at
        is_queued = state in UNFINISHED and waited < self.timeline.pending / 2
        return DetailsJobState.QUEUED if is_queued else state

    @property
    def expires_at(self) -> datetime:
        """When the results are removed; counts from the submission if the job never ends."""
        return (self.timeline.ends_at or self.timeline.submitted_at) + self.lifetime

    def ended_at(self, now: datetime) -> datetime | None:
        """When the job ended; None if it has not."""
        if self.cancelled_at is not None:
            return self.cancelled_at
        ends_at = self.timeline.ends_at
        return ends_at if ends_at is not None and ends_at <= now else None

    def record(self, now: datetime) -> DetailsJobRecord:
        """Returns a snapshot."""
        return DetailsJobRecord(
            job_id=self.job_id,
            client_id=self.client_id,
            state=self.state(now),
            submitted_at=self.timeline.submitted_at,
            found_ids=self.found,
        )
