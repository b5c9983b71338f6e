"""Recording jobs of the live platform: created, ready, confirmed or cancelled."""

from __future__ import annotations

from typing import Any

from genesys_purge.model.dates import zulu

from tests.interleavings.genesys import NOT_FOUND, Call, Reply
from tests.interleavings.notebook import Accepted
from tests.interleavings.stage import Stage

JOBS = "/api/v2/recording/jobs"
PROTECTION = "/api/v2/recordings/deletionprotection"
METADATA = "recordingmetadata"
MOST_JOBS = 2
OPEN = ("PENDING", "READY", "PROCESSING")
# A created job is listed within 300 seconds, which is what the product waits for.
LONGEST_LISTING = 240.0


class RecordingJob:
    """A job; its state follows from the times of its calls."""

    def __init__(self, number: int, body: Any, stage: Stage) -> None:
        chances = stage.chances
        self.id = f"recording-job-{number}"
        self.body = body
        self.created = stage.now
        self.created_at = stage.moment
        self.ready = stage.now + chances.between(0.5, 40.0)
        self.listed = stage.now + (
            chances.between(0.0, LONGEST_LISTING) if chances.hits("late list") else 0.0
        )
        self.seconds = chances.between(0.5, 60.0)
        self.executed: float | None = None
        self.cancelled_at: float | None = None
        self.ids = _ids_in(body)

    def state(self, now: float) -> str:
        if self.cancelled_at is not None:
            return "CANCELLED"
        if self.executed is not None:
            return "FULFILLED" if now >= self.executed + self.seconds else "PROCESSING"
        return "READY" if now >= self.ready else "PENDING"

    @property
    def ends(self) -> float:
        """When an executed job deletes nothing more."""
        ends = (self.executed or 0.0) + self.seconds
        return ends if self.cancelled_at is None else min(ends, self.cancelled_at)

    @property
    def fails(self) -> bool:
        """Whether the job ended without any effect: a cancelled one has processed nothing."""
        return self.cancelled_at is not None

    def is_done(self, now: float) -> bool:
        return self.state(now) == "FULFILLED"


class RecordingJobs:
    """Implements `Part`: one recording for each conversation."""

    def __init__(self, stage: Stage, ids: tuple[str, ...]) -> None:
        self._stage = stage
        self._ids = ids
        self.jobs: dict[str, RecordingJob] = {}

    def what(self, call: Call) -> frozenset[str] | None:
        if call.verb == "POST" and call.path == JOBS:
            return frozenset()
        if call.verb == "PUT" and call.path.startswith(JOBS):
            job = self.jobs.get(call.path.rpartition("/")[2])
            return job.ids if job else frozenset()
        return None

    def answer(self, call: Call) -> Reply:
        if call.path == PROTECTION:
            return Reply(200, [])
        if call.path.endswith(METADATA):
            return self._metadata(call.path.split("/")[-2])
        if call.path == JOBS:
            return self._create(call) if call.verb == "POST" else self._list(call)
        if call.path.endswith("/failedrecordings"):
            return Reply(200, {"entities": []})
        job = self.jobs.get(call.path.rpartition("/")[2])
        if job is None:
            return NOT_FOUND
        if call.verb == "PUT":
            return self._execute(job, call)
        if call.verb == "DELETE":
            return self._cancel(job)
        return Reply(200, self._row(job))

    def waiting(self) -> list[str]:
        """The jobs that still wait for a confirmation."""
        now = self._stage.now
        return [each.id for each in self.jobs.values() if each.state(now) in ("PENDING", "READY")]

    def _create(self, call: Call) -> Reply:
        now = self._stage.now
        if sum(each.state(now) in OPEN for each in self.jobs.values()) >= MOST_JOBS:
            return Reply(400, {"message": "too many jobs", "code": "too.many.jobs"})
        job = RecordingJob(len(self.jobs) + 1, call.body, self._stage)
        self.jobs[job.id] = job
        return Reply(202, self._row(job))

    def _execute(self, job: RecordingJob, call: Call) -> Reply:
        if job.state(self._stage.now) != "READY":
            return Reply(400, {"message": f"the job is {job.state(self._stage.now)}"})
        job.executed = self._stage.now
        self._stage.notebook.accepted.append(Accepted(job.ids, self._stage.now, job, call.sent))
        return Reply(200, self._row(job))

    def _cancel(self, job: RecordingJob) -> Reply:
        if job.state(self._stage.now) not in OPEN:
            return Reply(400, {"message": f"the job is {job.state(self._stage.now)}"})
        job.cancelled_at = self._stage.now
        return Reply(204, {})

    def _list(self, call: Call) -> Reply:
        now, state = self._stage.now, call.query["state"]
        listed = [
            self._row(each)
            for each in self.jobs.values()
            if each.listed <= now and each.state(now) == state
        ]
        return Reply(200, {"entities": listed if call.query["pageNumber"] == "1" else []})

    def _row(self, job: RecordingJob) -> dict[str, Any]:
        now = self._stage.now
        total = len(job.ids) if now >= job.ready else 0
        done = total if job.is_done(now) else 0
        return {
            "id": job.id,
            "state": job.state(now),
            "dateCreated": zulu(job.created_at),
            "recordingJobsQuery": job.body,
            "totalConversations": total,
            "totalRecordings": total,
            "totalProcessedRecordings": done,
            "totalSkippedRecordings": 0,
            "totalFailedRecordings": 0,
            "percentProgress": 100 if done else 0,
        }

    def _metadata(self, conversation_id: str) -> Reply:
        now = self._stage.now
        gone = any(conversation_id in each.ids and each.is_done(now) for each in self.jobs.values())
        state = "DELETED" if gone else "AVAILABLE"
        return Reply(200, [{"conversationId": conversation_id, "fileState": state}])


def _ids_in(body: Any) -> frozenset[str]:
    filters = body["conversationQuery"]["conversationFilters"]
    return frozenset(each["value"] for one in filters for each in one["predicates"])
