"""`/api/v2/gdpr/requests`: exports, updates and deletions of a person's data."""

from __future__ import annotations

from datetime import datetime
from uuid import uuid4

import orjson

from simulator.http.answer import Answer, Refusal
from simulator.http.permissions import every
from simulator.http.request import Request
from simulator.http.routing import Route
from simulator.http.wire import parse_body
from simulator.live.gdpr.body import GdprBody, RequestType
from simulator.live.gdpr.request import PHASES, GdprRecord, GdprRequest, GdprStatus
from simulator.live.listing import BAD_REQUEST, flag_in, page_of
from simulator.organisation.corpus import Corpus, Deletion
from simulator.organisation.faults import Faults
from simulator.organisation.settings import SimulatorSettings
from simulator.organisation.timeline import Timeline
from simulator.organisation.words import ConversationStatus, Method, Operation

ALL = "/api/v2/gdpr/requests"
ONE = f"{ALL}/{{requestId}}"
METHOD = Method.GDPR_REQUEST
ADD = every("gdpr:request:add")
VIEW = every("gdpr:request:view")


class GdprRequests:
    """All requests; a completed deletion deletes its subject's unprotected conversations."""

    def __init__(self, corpus: Corpus, faults: Faults, settings: SimulatorSettings) -> None:
        self._corpus = corpus
        self._faults = faults
        self._settings = settings
        self._requests: dict[str, GdprRequest] = {}

    def routes(self) -> tuple[Route, ...]:
        """Create, list and read."""
        create, page = Operation.CREATE_GDPR_REQUEST, Operation.LIST_GDPR_REQUESTS
        read = Operation.READ_GDPR_REQUEST
        return (
            Route("POST", ALL, self.create, create, METHOD, permissions=ADD),
            Route("GET", ALL, self.page, page, METHOD, permissions=VIEW),
            Route("GET", ONE, self.read, read, METHOD, permissions=VIEW),
        )

    def create(self, request: Request) -> Answer:
        """202 and the request; refuses a deletion without `?deleteConfirmed=true`."""
        body = parse_body(GdprBody, request, BAD_REQUEST)
        confirmed = flag_in(request, "deleteConfirmed")
        if body.request_type is RequestType.DELETE and not confirmed:
            refused = self._settings.live.delete_unconfirmed
            message = "A deletion needs deleteConfirmed=true"
            raise Refusal(refused.status, message, code=refused.code)
        created = GdprRequest(
            request_id=str(uuid4()),
            client_id=request.client_id,
            body=body,
            sent=orjson.loads(request.body),
            timeline=self._timeline(body.request_type, request.at),
        )
        self._requests[created.request_id] = created
        return Answer.json(202, created.wire(request.at))

    def page(self, request: Request) -> Answer:
        """A page of requests, oldest first."""
        present = [each for each in self._requests.values() if each.status(request.at)]
        return page_of(request, present, lambda each: each.wire(request.at))

    def read(self, request: Request) -> Answer:
        """The request; 404 if it is unknown or vanished."""
        request_id = request.parameters["requestId"]
        found = self._requests.get(request_id)
        if found is None or found.status(request.at) is None:
            raise Refusal(404, "The GDPR request was not found", entity_id=request_id)
        return Answer.json(200, found.wire(request.at))

    def settle(self, now: datetime) -> None:
        """Executes the deletions of completed requests."""
        for each in self._requests.values():
            if not each.executed and each.status(now) is GdprStatus.COMPLETED:
                each.executed = True
                if each.body.request_type is RequestType.DELETE:
                    each.deleted_ids = self._delete(each)

    def records(self, now: datetime) -> list[GdprRecord]:
        """Snapshots of all requests, in order of creation."""
        return [each.record(now) for each in self._requests.values()]

    def _timeline(self, request_type: RequestType, submitted_at: datetime) -> Timeline:
        phase = self._settings.lasting(self._settings.live.gdpr_phase_seconds)
        return Timeline(
            submitted_at=submitted_at,
            pending=phase,
            per_record=phase,
            records=len(PHASES[request_type]),
            job_fate=self._faults.for_job(METHOD),
        )

    def _delete(self, request: GdprRequest) -> tuple[str, ...]:
        contact = request.body.subject.external_contact_id
        timeline = request.timeline
        completed_at = timeline.processes_at(timeline.records)
        deletion = Deletion(completed_at, request.request_id, ConversationStatus.PURGED)
        return tuple(
            each.conversation_id
            for each in (self._corpus.of_contact(contact) if contact is not None else ())
            if self._corpus.delete(each.conversation_id, deletion)
        )
