"""`/api/v2/analytics/conversations/details/jobs`: finds conversations asynchronously."""

from __future__ import annotations

from simulator.http.answer import Answer, Refusal
from simulator.http.request import Request
from simulator.http.routing import Route
from simulator.http.wire import format_instant, parse_body
from simulator.live.conversations.details import PERMISSIONS
from simulator.live.conversations.row import row_of
from simulator.live.conversations.search import AsyncSearch
from simulator.live.details_jobs.engine import DetailsJobEngine
from simulator.live.details_jobs.job import UNFINISHED, DetailsJob, DetailsJobState
from simulator.live.listing import BAD_REQUEST, number_in
from simulator.organisation.live_settings import LiveSettings
from simulator.organisation.words import Operation

ALL = "/api/v2/analytics/conversations/details/jobs"
ONE = f"{ALL}/{{jobId}}"
DEFAULT_PAGE = 1000


class DetailsJobs:
    """The endpoints of details jobs."""

    def __init__(self, engine: DetailsJobEngine, settings: LiveSettings) -> None:
        self._engine = engine
        self._settings = settings

    def routes(self) -> tuple[Route, ...]:
        """The availability comes first, because `{jobId}` matches its path too."""
        available, create = Operation.READ_DATA_AVAILABILITY, Operation.CREATE_DETAILS_JOB
        read, results = Operation.READ_DETAILS_JOB, Operation.READ_DETAILS_RESULTS
        delete = Operation.DELETE_DETAILS_JOB
        return (
            Route("GET", f"{ALL}/availability", self.available, available, permissions=PERMISSIONS),
            Route("POST", ALL, self.create, create, permissions=PERMISSIONS),
            Route("GET", ONE, self.read, read, permissions=PERMISSIONS),
            Route("GET", f"{ONE}/results", self.results, results, permissions=PERMISSIONS),
            Route("DELETE", ONE, self.delete, delete, permissions=PERMISSIONS),
        )

    def available(self, request: Request) -> Answer:
        """`{dataAvailabilityDate}`."""
        date = self._engine.available_until(request.at)
        return Answer.json(200, {"dataAvailabilityDate": format_instant(date)})

    def create(self, request: Request) -> Answer:
        """202 and `{jobId}`; 400 for a wrong body."""
        search = parse_body(AsyncSearch, request, BAD_REQUEST)
        search.require_few(self._settings.max_predicates)
        return Answer.json(202, {"jobId": self._engine.create(search, request).job_id})

    def read(self, request: Request) -> Answer:
        """`{state, submissionDate, expirationDate, ...}`; 202 while the job is unfinished."""
        job = self._job(request)
        state = job.state(request.at)
        ended_at = job.ended_at(request.at)
        payload: dict[str, object] = {
            "state": state,
            "submissionDate": format_instant(job.timeline.submitted_at),
            "expirationDate": format_instant(job.expires_at),
        }
        if ended_at is not None:
            payload["completionDate"] = format_instant(ended_at)
        if state is DetailsJobState.FAILED:
            payload["errorMessage"] = "The job failed"
        return Answer.json(202 if state in UNFINISHED else 200, payload)

    def results(self, request: Request) -> Answer:
        """`{conversations, cursor?, dataAvailabilityDate}` for `?cursor=&pageSize=`."""
        job = self._job(request)
        _require_results(job, request)
        most = self._settings.largest_details_page
        size = number_in(request, "pageSize", DEFAULT_PAGE, most=most)
        start = _start_of(job, request)
        page = self._engine.conversations(job.found[start : start + size])
        payload: dict[str, object] = {
            "conversations": [row_of(each, with_attributes=True) for each in page],
            "dataAvailabilityDate": format_instant(job.available_until),
        }
        if start + size < len(job.found):
            step = max(1, size - 1) if self._settings.pages_overlap else size
            payload["cursor"] = f"{job.job_id}.{start + step}"
        return Answer.json(200, payload)

    def delete(self, request: Request) -> Answer:
        """204."""
        self._engine.cancel(self._job(request), request.at)
        return Answer(204, b"")

    def _job(self, request: Request) -> DetailsJob:
        return self._engine.find(request.parameters["jobId"], request.at)


def _require_results(job: DetailsJob, request: Request) -> None:
    # The platform's contract lists 400 and 404 here, but not for which case.
    state = job.state(request.at)
    if state is DetailsJobState.EXPIRED:
        raise Refusal(404, "The results have expired", entity_id=job.job_id)
    if state is not DetailsJobState.FULFILLED:
        message = f"The job is {state}; it has no results"
        raise Refusal(400, message, code=BAD_REQUEST, entity_id=job.job_id)


def _start_of(job: DetailsJob, request: Request) -> int:
    if "cursor" not in request.query:
        return 0
    job_id, _, start = request.query["cursor"].partition(".")
    readable = start.isascii() and start.isdecimal() and len(start) <= len(str(len(job.found)))
    if job_id != job.job_id or not readable or int(start) >= len(job.found):
        raise Refusal(400, "cursor: is not of this job", code=BAD_REQUEST)
    return int(start)
