"""`/api/v2/recording/jobs`: creates, reads, executes and cancels recording jobs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import orjson

from simulator.access.live_admission import LiveAdmission
from simulator.http.answer import Answer, Refusal
from simulator.http.permissions import Permissions, every
from simulator.http.request import Request
from simulator.http.routing import Route
from simulator.http.wire import Body, parse_body
from simulator.live.listing import BAD_REQUEST, choice_in, flag_in, page_of
from simulator.live.recording_jobs.engine import RecordingJobEngine
from simulator.live.recording_jobs.job import OPEN, RecordingJob, RecordingJobState
from simulator.live.recording_jobs.query import Action, RecordingJobsQuery
from simulator.live.recording_jobs.row import ALL, payload_of, reference_to
from simulator.organisation.live_settings import LiveSettings, Rejection
from simulator.organisation.words import Method, Operation

ONE = f"{ALL}/{{jobId}}"
METHOD = Method.RECORDING_JOB
ADD = every("recording:job:add")
VIEW = every("recording:job:view")
CANCEL = every("recording:job:delete")
EXECUTE = every(
    "recording:job:edit",
    "recording:recording:editRetention",
    "recording:screenRecording:editRetention",
    "recording:snippetRecording:editRetention",
)
SENSITIVE = every("recording:recording:viewSensitiveData")


class Execution(Body):
    """The only update of a job: it starts the execution."""

    state: Literal["PROCESSING"]


class RecordingJobs:
    """The endpoints of recording jobs."""

    def __init__(
        self, engine: RecordingJobEngine, admission: LiveAdmission, settings: LiveSettings
    ) -> None:
        self._engine = engine
        self._admission = admission
        self._settings = settings

    def routes(self) -> tuple[Route, ...]:
        """The collection, its members and their failed recordings."""
        failed = f"{ONE}/failedrecordings"
        return (
            _route("POST", ALL, self.create, Operation.CREATE_RECORDING_JOB, ADD),
            _route("GET", ALL, self.page, Operation.LIST_RECORDING_JOBS, VIEW),
            _route("GET", ONE, self.read, Operation.READ_RECORDING_JOB, VIEW),
            _route("PUT", ONE, self.execute, Operation.EXECUTE_RECORDING_JOB, EXECUTE),
            _route("DELETE", ONE, self.cancel, Operation.CANCEL_RECORDING_JOB, CANCEL),
            _route("GET", failed, self.failed, Operation.LIST_FAILED_RECORDINGS, VIEW),
        )

    def create(self, request: Request) -> Answer:
        """202 and the job; 400 for a wrong query, 403 for sensitive data; refuses a third job."""
        query = parse_body(RecordingJobsQuery, request, BAD_REQUEST)
        query.require_aged(request.at)
        if query.conversation_query:
            query.conversation_query.require_few(self._settings.max_predicates)
        if query.include_recordings_with_sensitive_data:
            self._require_sensitive_access(request)
        self._require_slot(request)
        job = self._engine.create(query, orjson.loads(request.body), request)
        return Answer.json(202, payload_of(job, request))

    def page(self, request: Request) -> Answer:
        """A page of jobs for `?state=&jobType=&showOnlyMyJobs=&sortBy=`, oldest first."""
        state = choice_in(request, "state", tuple(RecordingJobState), "")
        action = choice_in(request, "jobType", tuple(Action), "")
        mine = flag_in(request, "showOnlyMyJobs")
        by_user = choice_in(request, "sortBy", ("userId", "dateCreated"), "dateCreated") == "userId"
        found = [
            job
            for job in self._engine.present(request.at)
            if state in ("", job.state(request.at))
            and action in ("", job.query.action)
            and (not mine or job.client_id == request.client_id)
        ]
        if by_user:
            found.sort(key=lambda job: job.client_id or "")
        return page_of(request, found, lambda job: payload_of(job, request))

    def read(self, request: Request) -> Answer:
        """The job."""
        return Answer.json(200, payload_of(self._job(request), request))

    def execute(self, request: Request) -> Answer:
        """The job, now processing; 403 for another client; refuses a job that is not ready."""
        parse_body(Execution, request, BAD_REQUEST)
        job = self._job(request)
        if job.client_id != request.client_id:
            message = "Only the client that created the job can execute it"
            raise Refusal(403, message, code="authz.policy.denied", entity_id=job.job_id)
        self._require_state(job, frozenset({RecordingJobState.READY}), request)
        self._engine.execute(job, request.at)
        return Answer.json(200, payload_of(job, request))

    def cancel(self, request: Request) -> Answer:
        """204; refuses a job that has ended."""
        job = self._job(request)
        self._require_state(job, OPEN, request)
        self._engine.cancel(job, request.at)
        return Answer(204, b"")

    def failed(self, request: Request) -> Answer:
        """A page of `{conversation: {id, selfUri}, recording: {id, selfUri}}`."""
        return page_of(request, self._job(request).failed, reference_to)

    def _job(self, request: Request) -> RecordingJob:
        return self._engine.find(request.parameters["jobId"], request.at)

    def _require_sensitive_access(self, request: Request) -> None:
        if missing := self._admission.missing(request, SENSITIVE):
            message = f"includeRecordingsWithSensitiveData: needs {', '.join(missing)}"
            raise _refused(self._settings.sensitive_refused, message)

    def _require_slot(self, request: Request) -> None:
        limit = self._settings.max_recording_jobs
        if limit is not None and len(self._engine.unfinished(request.at)) >= limit:
            message = f"At most {limit} recording jobs can be pending, ready or processing"
            raise _refused(self._settings.too_many_jobs, message)

    def _require_state(
        self, job: RecordingJob, states: frozenset[RecordingJobState], request: Request
    ) -> None:
        state = job.state(request.at)
        if state not in states:
            message = f"The job is {state}; this call is not allowed"
            raise _refused(self._settings.wrong_state, message, job.job_id)


def _route(
    verb: str,
    path: str,
    answer: Callable[[Request], Answer],
    operation: Operation,
    permissions: Permissions,
) -> Route:
    return Route(verb, path, answer, operation, METHOD, permissions=permissions)


def _refused(rejection: Rejection, message: str, job_id: str | None = None) -> Refusal:
    return Refusal(rejection.status, message, code=rejection.code, entity_id=job_id)
