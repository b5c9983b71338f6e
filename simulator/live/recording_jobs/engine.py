"""Creates, executes and cancels recording jobs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import uuid4

from simulator.http.answer import Refusal
from simulator.http.request import Request
from simulator.live.recording_jobs.job import OPEN, RecordingJob, RecordingJobRecord
from simulator.live.recording_jobs.query import Action, RecordingJobsQuery
from simulator.live.recording_jobs.selection import Selection, Selector
from simulator.live.recordings.recording import FileState, Recording
from simulator.live.recordings.recordings import Recordings
from simulator.organisation.faults import Faults
from simulator.organisation.settings import SimulatorSettings
from simulator.organisation.timeline import Timeline
from simulator.organisation.words import Method


class RecordingJobEngine:
    """All recording jobs; not thread-safe."""

    def __init__(
        self,
        selector: Selector,
        recordings: Recordings,
        faults: Faults,
        settings: SimulatorSettings,
    ) -> None:
        self._selector = selector
        self._recordings = recordings
        self._faults = faults
        self._settings = settings
        self._jobs: dict[str, RecordingJob] = {}
        self._open: list[RecordingJob] = []

    def create(
        self, query: RecordingJobsQuery, body: Mapping[str, object], request: Request
    ) -> RecordingJob:
        """Creates a job; it changes nothing until it is executed."""
        selection = self._selector.select(query, request.at)
        job = RecordingJob(
            job_id=str(uuid4()),
            client_id=request.client_id,
            query=query,
            body=body,
            created_at=request.at,
            ready_at=request.at + self._pending(selection),
            selection=selection,
            job_fate=self._faults.for_job(Method.RECORDING_JOB),
        )
        self._jobs[job.job_id] = job
        self._open.append(job)
        return job

    def find(self, job_id: str, now: datetime) -> RecordingJob:
        """Returns the job; refuses with 404 if it is unknown or vanished."""
        job = self._jobs.get(job_id)
        if job is None or job.state(now) is None:
            raise Refusal(404, "The recording job was not found", entity_id=job_id)
        return job

    def present(self, now: datetime) -> list[RecordingJob]:
        """The jobs that have not vanished, in order of creation."""
        return [job for job in self._jobs.values() if job.state(now) is not None]

    def unfinished(self, now: datetime) -> list[RecordingJob]:
        """The jobs that occupy a slot."""
        return [job for job in self._open if job.state(now) in OPEN]

    def execute(self, job: RecordingJob, now: datetime) -> None:
        """Starts the execution."""
        job.execution = Timeline(
            submitted_at=now,
            pending=self._settings.lasting(self._settings.live.execution_base_seconds),
            per_record=self._settings.lasting(self._settings.job_seconds_per_record),
            records=len(job.selection.recordings),
            job_fate=job.job_fate,
        )

    def cancel(self, job: RecordingJob, now: datetime) -> None:
        """Stops the job; processed recordings are not restored."""
        job.cancelled_at = now

    def settle(self, now: datetime) -> None:
        """Processes the recordings that are due."""
        for job in self._open:
            due = job.due(now)
            for number in range(job.settled, due):
                recording = job.selection.recordings[number]
                done = self._process(job.query, recording, job.processes_at(number))
                (job.processed if done else job.failed).append(recording)
            job.settled = max(job.settled, due)
        self._open = self.unfinished(now)

    def records(self, now: datetime) -> list[RecordingJobRecord]:
        """Snapshots of all jobs, in order of creation."""
        return [job.record(now) for job in self._jobs.values()]

    def _pending(self, selection: Selection) -> timedelta:
        base, each = (
            self._settings.job_base_seconds,
            self._settings.live.pending_seconds_per_recording,
        )
        return self._settings.lasting(base + each * len(selection.recordings))

    def _process(self, query: RecordingJobsQuery, recording: Recording, now: datetime) -> bool:
        date = query.date_for(recording)
        deleted = self._recordings.file_state(recording, now) is FileState.DELETED
        if query.action is Action.DELETE:
            if self._recordings.protected(recording):
                return False
            _adjust_export(recording, date, now, clear=query.clear_export)
            self._recordings.schedule_deletion(recording, date, now)
        elif deleted:
            return False
        elif query.action is Action.ARCHIVE:
            recording.archive_date = date
        else:
            recording.export_date = date
        return True


def _adjust_export(recording: Recording, date: datetime, now: datetime, *, clear: bool) -> None:
    if recording.export_date is None or recording.export_date <= now:
        return
    recording.export_date = None if clear else min(recording.export_date, date)
