"""Data deletion: `POST /api/v2/data/deletion/requests` and the status of its jobs."""

from typing import Literal

from pydantic import Field

from simulator.documented.jobs import Jobs, Part
from simulator.documented.record_filter import RecordFilter, parse_query
from simulator.http.answer import Answer, Refusal
from simulator.http.request import Request
from simulator.http.routing import Route
from simulator.http.wire import Body, DateRange, parse_body
from simulator.organisation.corpus import Corpus
from simulator.organisation.settings import SimulatorSettings
from simulator.organisation.timeline import JobState
from simulator.organisation.words import Method, Operation, RecordType

METHOD = Method.DATA_DELETION
PATH = "/api/v2/data/deletion/requests"
SCOPES = ("data:deletion:manage",)


class Filter(Body):
    """The window and the query of the records to delete."""

    date_range: DateRange
    query: str | None = None


class DeletionRequest(Body):
    """The submitted body; `legalHoldValidation` must be true."""

    record_types: tuple[RecordType, ...] = Field(min_length=1)
    filter: Filter
    jurisdiction: str = Field(min_length=1)
    legal_hold_validation: Literal[True]
    retention_policy_override: bool = False

    @property
    def records(self) -> RecordFilter:
        """The filter of the records to delete."""
        terms = parse_query(self.filter.query)
        types = frozenset(self.record_types)
        return RecordFilter(self.filter.date_range, record_types=types, terms=terms)


class DataDeletion:
    """Deletes the records of some types in a window; skips protected records."""

    def __init__(self, corpus: Corpus, jobs: Jobs, settings: SimulatorSettings) -> None:
        self._corpus = corpus
        self._jobs = jobs
        self._settings = settings

    def routes(self) -> tuple[Route, ...]:
        """Submit and status."""
        return (
            Route("POST", PATH, self.submit, Operation.SUBMIT, METHOD, SCOPES),
            Route("GET", f"{PATH}/{{id}}", self.status, Operation.POLL, METHOD, SCOPES),
        )

    def submit(self, request: Request) -> Answer:
        """`{id}`; 400 for a wrong body, 403 outside the residency zones."""
        wanted = parse_body(DeletionRequest, request)
        wanted.filter.date_range.require_at_most(self._settings.max_window_days)
        found = wanted.records.select(self._corpus)
        if wanted.jurisdiction not in self._settings.residency_zones:
            message = f"Jurisdiction {wanted.jurisdiction} is outside the residency zones"
            raise Refusal(403, message, code="jurisdiction.outside.zones")
        ids = (each.conversation_id for each in found)
        types = frozenset(wanted.record_types)
        part = Part.of(ids, self._corpus, soft=False, record_types=types)
        return Answer.json(202, {"id": self._jobs.create(METHOD, (part,), request).job_id})

    def status(self, request: Request) -> Answer:
        """`{id, status, message?}`."""
        job, state = self._jobs.find(request.parameters["id"], METHOD, request.at)
        payload = {"id": job.job_id, "status": state.value}
        if state is JobState.FAILED:
            payload["message"] = "The deletion failed"
        return Answer.json(200, payload)
