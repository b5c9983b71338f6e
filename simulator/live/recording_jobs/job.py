"""One recording job: its query, its recordings, its state and progress."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from simulator.live.recording_jobs.query import Action, RecordingJobsQuery
from simulator.live.recording_jobs.selection import Selection
from simulator.live.recordings.recording import Recording
from simulator.organisation.timeline import JobFate, JobState, Timeline


class RecordingJobState(StrEnum):
    """The states, as the platform names them."""

    PENDING = "PENDING"
    READY = "READY"
    PROCESSING = "PROCESSING"
    FULFILLED = "FULFILLED"
    CANCELLED = "CANCELLED"
    FAILED = "FAILED"


OPEN = frozenset({RecordingJobState.PENDING, RecordingJobState.READY, RecordingJobState.PROCESSING})
WORDS = {
    JobState.PENDING: RecordingJobState.PROCESSING,
    JobState.RUNNING: RecordingJobState.PROCESSING,
    JobState.COMPLETED: RecordingJobState.FULFILLED,
    JobState.FAILED: RecordingJobState.FAILED,
    JobState.CANCELLED: RecordingJobState.CANCELLED,
    JobState.VANISHED: None,
}


@dataclass(frozen=True, slots=True)
class RecordingJobRecord:
    """A snapshot of a job; `state` is None if it vanished.

    `requested_ids` are the recordings that an executed job was asked to delete.
    """

    job_id: str
    client_id: str | None
    state: RecordingJobState | None
    query: RecordingJobsQuery
    created_at: datetime
    executed_at: datetime | None
    target_ids: tuple[str, ...]
    requested_ids: tuple[str, ...]
    processed_ids: tuple[str, ...]
    failed_ids: tuple[str, ...]
    skipped: int


@dataclass(slots=True)
class RecordingJob:
    """A job; `body` is the submitted body, and `execution` is None before the execution."""

    job_id: str
    client_id: str | None
    query: RecordingJobsQuery
    body: Mapping[str, object]
    created_at: datetime
    ready_at: datetime
    selection: Selection
    job_fate: JobFate
    execution: Timeline | None = None
    cancelled_at: datetime | None = None
    settled: int = 0
    processed: list[Recording] = field(default_factory=list)
    failed: list[Recording] = field(default_factory=list)

    def state(self, now: datetime) -> RecordingJobState | None:
        """The state; None if the job vanished."""
        if self.cancelled_at is not None:
            return RecordingJobState.CANCELLED
        if self.execution is not None:
            return WORDS[self.execution.state(now)]
        return RecordingJobState.READY if self.ready_at <= now else RecordingJobState.PENDING

    def due(self, now: datetime) -> int:
        """How many recordings are processed by now."""
        if self.execution is None or self.cancelled_at is not None:
            return self.settled
        return self.execution.processed(now)

    def processes_at(self, number: int) -> datetime:
        """When the recording of this number, counted from 0, is processed."""
        return self.execution.processes_at(number + 1) if self.execution else self.ready_at

    @property
    def percent(self) -> int:
        """The progress in whole percent."""
        return 100 * self.settled // max(1, len(self.selection.recordings))

    def record(self, now: datetime) -> RecordingJobRecord:
        """Returns a snapshot."""
        targets = _ids(self.selection.recordings)
        deletes = self.query.action is Action.DELETE
        return RecordingJobRecord(
            job_id=self.job_id,
            client_id=self.client_id,
            state=self.state(now),
            query=self.query,
            created_at=self.created_at,
            executed_at=self.execution.submitted_at if self.execution else None,
            target_ids=targets,
            requested_ids=targets if self.execution and deletes else (),
            processed_ids=_ids(self.processed),
            failed_ids=_ids(self.failed),
            skipped=self.selection.skipped,
        )


def _ids(recordings: tuple[Recording, ...] | list[Recording]) -> tuple[str, ...]:
    return tuple(each.recording_id for each in recordings)
