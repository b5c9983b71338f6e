"""The jobs of the documented deletion methods: their targets, progress and results."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import combinations
from typing import Protocol, Self
from uuid import uuid4

from simulator.http.answer import Refusal
from simulator.http.request import Request
from simulator.organisation.corpus import ALL_TYPES, Corpus, Deletion
from simulator.organisation.faults import Faults
from simulator.organisation.settings import DeletionMoment, SimulatorSettings
from simulator.organisation.timeline import UNFINISHED, JobState, Timeline
from simulator.organisation.words import ConversationStatus, Method, RecordType


@dataclass(frozen=True, slots=True)
class Part:
    """One policy of a job: the requested ids, and the targets, which are those it may delete.

    Only records of its `record_types` are deleted.
    """

    requested: tuple[str, ...]
    targets: tuple[str, ...]
    soft: bool
    record_types: frozenset[RecordType] = ALL_TYPES

    @classmethod
    def of(
        cls,
        requested: Iterable[str],
        corpus: Corpus,
        *,
        soft: bool,
        record_types: frozenset[RecordType] = ALL_TYPES,
    ) -> Self:
        """A part that requests each id once and skips ids that cannot be deleted."""
        ids = tuple(dict.fromkeys(requested))
        targets = tuple(each for each in ids if corpus.deletable(each))
        return cls(ids, targets, soft, record_types)

    @property
    def final_status(self) -> ConversationStatus:
        """The status of its deleted records."""
        return ConversationStatus.DELETED if self.soft else ConversationStatus.PURGED


@dataclass(frozen=True, slots=True)
class JobRecord:
    """A snapshot of a job, for tests and the state page."""

    job_id: str
    method: Method
    state: JobState
    submitted_at: datetime
    ends_at: datetime | None
    client_id: str | None
    requested_ids: tuple[str, ...]
    target_ids: tuple[str, ...]
    deleted_ids: tuple[str, ...]


@dataclass(slots=True)
class Job:
    """A job.

    `targets` are part numbers and ids, in order of processing. The first `settled` targets are
    processed. `deleted` are the deleted ids of each part.
    """

    job_id: str
    method: Method
    client_id: str | None
    parts: tuple[Part, ...]
    targets: tuple[tuple[int, str], ...]
    timeline: Timeline
    settled: int = 0
    deleted: list[list[str]] = field(default_factory=list)

    def record(self, now: datetime) -> JobRecord:
        """Returns a snapshot."""
        return JobRecord(
            job_id=self.job_id,
            method=self.method,
            state=self.timeline.state(now),
            submitted_at=self.timeline.submitted_at,
            ends_at=self.timeline.ends_at,
            client_id=self.client_id,
            requested_ids=tuple(each for part in self.parts for each in part.requested),
            target_ids=tuple(target for _, target in self.targets),
            deleted_ids=tuple(each for ids in self.deleted for each in ids),
        )


class Jobs:
    """All jobs of all documented methods; not thread-safe."""

    def __init__(self, corpus: Corpus, faults: Faults, settings: SimulatorSettings) -> None:
        self._corpus = corpus
        self._faults = faults
        self._settings = settings
        self._jobs: dict[str, Job] = {}
        self._open: list[Job] = []

    def create(self, method: Method, parts: tuple[Part, ...], request: Request) -> Job:
        """Starts a job."""
        targets = tuple((n, each) for n, part in enumerate(parts) for each in part.targets)
        job = Job(
            job_id=str(uuid4()),
            method=method,
            client_id=request.client_id,
            parts=parts,
            targets=targets,
            timeline=self._timeline(method, len(targets), request.at),
            deleted=[[] for _ in parts],
        )
        self._jobs[job.job_id] = job
        self._open.append(job)
        return job

    def find(self, job_id: str, method: Method, now: datetime) -> tuple[Job, JobState]:
        """Returns a method's job and its state; refuses with 404 if it is unknown or vanished."""
        job = self._jobs.get(job_id)
        state = job.timeline.state(now) if job is not None else JobState.VANISHED
        if job is None or job.method is not method or state is JobState.VANISHED:
            raise Refusal(404, "The job was not found: it is unknown, expired or deleted")
        return job, state

    def unfinished(self, method: Method, now: datetime) -> list[Job]:
        """Returns the method's pending and running jobs."""
        return [
            job
            for job in self._open
            if job.method is method and job.timeline.state(now) in UNFINISHED
        ]

    def settle(self, now: datetime) -> None:
        """Executes the deletions that are due."""
        for job in self._open:
            self._delete(job, self._due(job.timeline, now))
        self._open = [job for job in self._open if job.timeline.state(now) in UNFINISHED]

    def records(self, now: datetime) -> list[JobRecord]:
        """Snapshots of all jobs, in order of creation."""
        return [job.record(now) for job in self._jobs.values()]

    def _timeline(self, method: Method, records: int, submitted_at: datetime) -> Timeline:
        return Timeline(
            submitted_at=submitted_at,
            pending=self._settings.lasting(self._settings.job_base_seconds),
            per_record=self._settings.lasting(self._settings.job_seconds_per_record),
            records=records,
            job_fate=self._faults.for_job(method),
        )

    def _due(self, timeline: Timeline, now: datetime) -> int:
        at_the_end = self._settings.deletes is DeletionMoment.AT_THE_END
        if at_the_end and timeline.state(now) is not JobState.COMPLETED:
            return 0
        return timeline.processed(now)

    def _delete(self, job: Job, due: int) -> None:
        for number in range(job.settled, due):
            place, target = job.targets[number]
            part = job.parts[place]
            deletion = Deletion(self._moment(job, number), job.job_id, part.final_status)
            if self._corpus.delete(target, deletion, record_types=part.record_types):
                job.deleted[place].append(target)
        job.settled = max(job.settled, due)

    def _moment(self, job: Job, number: int) -> datetime:
        timeline = job.timeline
        if self._settings.deletes is DeletionMoment.AT_THE_END:
            return timeline.processes_at(timeline.records)
        return timeline.processes_at(number + 1)


class RequestingJob(Protocol):
    """A job and the ids that it was asked to delete."""

    @property
    def job_id(self) -> str:
        """The job's id."""

    @property
    def requested_ids(self) -> tuple[str, ...]:
        """The ids that it was asked to delete."""


def overlapping(records: Sequence[RequestingJob]) -> list[tuple[str, str]]:
    """The pairs of jobs that were both asked to delete the same id."""
    jobs_by_id: dict[str, list[str]] = defaultdict(list)
    for record in records:
        for each in record.requested_ids:
            jobs_by_id[each].append(record.job_id)
    return list(dict.fromkeys(pair for ids in jobs_by_id.values() for pair in combinations(ids, 2)))
