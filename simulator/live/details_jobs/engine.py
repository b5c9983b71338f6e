"""Creates details jobs and finds their conversations."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import uuid4

from simulator.http.answer import Refusal
from simulator.http.request import Request
from simulator.live.conversations.index import ConversationIndex
from simulator.live.conversations.search import AsyncSearch
from simulator.live.details_jobs.job import UNFINISHED, DetailsJob, DetailsJobRecord
from simulator.organisation.conversation import Conversation
from simulator.organisation.faults import Faults
from simulator.organisation.settings import SimulatorSettings
from simulator.organisation.timeline import Timeline


class DetailsJobEngine:
    """All details jobs; not thread-safe.

    A job finds the conversations of the time of its submission. Whether the platform uses that
    time or the time of completion is not known.
    """

    def __init__(
        self, index: ConversationIndex, faults: Faults, settings: SimulatorSettings
    ) -> None:
        self._index = index
        self._faults = faults
        self._settings = settings
        self._jobs: dict[str, DetailsJob] = {}

    def available_until(self, now: datetime) -> datetime:
        """Conversations with a later start or end are not found yet."""
        return now - self._settings.live.availability_lag

    def create(self, search: AsyncSearch, request: Request) -> DetailsJob:
        """Starts a job."""
        found = tuple(each.conversation_id for each in self._found(search, request.at))
        job = DetailsJob(
            job_id=str(uuid4()),
            client_id=request.client_id,
            timeline=self._timeline(len(found), request.at),
            lifetime=self._settings.lasting(self._settings.live.details_job_lifetime_seconds),
            found=found,
            available_until=self.available_until(request.at),
        )
        self._jobs[job.job_id] = job
        return job

    def find(self, job_id: str, now: datetime) -> DetailsJob:
        """Returns the job; refuses with 404 if it is unknown, deleted or vanished."""
        job = self._jobs.get(job_id)
        if job is None or job.state(now) is None:
            raise Refusal(404, "The details job was not found", entity_id=job_id)
        return job

    def cancel(self, job: DetailsJob, now: datetime) -> None:
        """Cancels an unfinished job; deletes any other job."""
        # The platform's contract names the call "delete or cancel" and does not say more.
        if job.state(now) in UNFINISHED:
            job.cancelled_at = now
        else:
            job.is_deleted = True

    def conversations(self, ids: Sequence[str]) -> list[Conversation]:
        """The conversations with these ids, even if a job deleted them since."""
        return self._index.all_of(ids)

    def records(self, now: datetime) -> list[DetailsJobRecord]:
        """Snapshots of all jobs, in order of creation."""
        return [job.record(now) for job in self._jobs.values()]

    def _found(self, search: AsyncSearch, now: datetime) -> Sequence[Conversation]:
        active = self._index.active_within(
            search.interval,
            now - self._settings.verification_lag,
            started_that_day=search.start_of_day_interval_matching,
        )
        latest = self.available_until(now)
        available = [each for each in active if max(each.start, each.last_activity) <= latest]
        return search.select(available)[: search.limit]

    def _timeline(self, conversations: int, submitted_at: datetime) -> Timeline:
        live = self._settings.live
        return Timeline(
            submitted_at=submitted_at,
            pending=self._settings.lasting(live.details_job_base_seconds),
            per_record=self._settings.lasting(live.details_job_seconds_per_conversation),
            records=conversations,
            job_fate=self._faults.for_details_job(),
        )
