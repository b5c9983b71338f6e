"""Interaction purge: `POST /api/v2/interactions/purge` and the status of its jobs."""

from itertools import combinations
from typing import Literal

from pydantic import Field

from simulator.documented.jobs import Job, Jobs, Part
from simulator.documented.record_filter import RecordFilter, parse_filters
from simulator.http.answer import Answer, Refusal
from simulator.http.request import Request
from simulator.http.routing import Route
from simulator.http.wire import Body, DateRange, parse_body
from simulator.organisation.corpus import Corpus
from simulator.organisation.settings import SimulatorSettings
from simulator.organisation.timeline import JobState
from simulator.organisation.words import MediaType, Method, Operation

METHOD = Method.INTERACTION_PURGE
PATH = "/api/v2/interactions/purge"
REASONS = {
    JobState.FAILED: "The purge failed",
    JobState.CANCELLED: "The purge was cancelled",
}


class Policy(Body):
    """One entry of `interactions`."""

    type: MediaType
    date_range: DateRange
    purge_type: Literal["permanent", "soft"]
    reason: str = Field(min_length=10)
    filters: dict[str, object] | None = None

    @property
    def records(self) -> RecordFilter:
        """The filter of the interactions to purge."""
        return RecordFilter(self.date_range, self.type, terms=parse_filters(self.filters))

    def part(self, corpus: Corpus) -> Part:
        """The job's part for this policy."""
        found = self.records.select(corpus)
        ids = (each.conversation_id for each in found)
        return Part.of(ids, corpus, soft=self.purge_type == "soft")

    def conflicts(self, other: "Policy") -> bool:
        """Whether both purge the same type in overlapping windows."""
        return self.type is other.type and self.date_range.overlaps(other.date_range)

    def row(self, purged: int, error: str | None) -> dict[str, object]:
        """The policy's entry in an answer."""
        return {
            "type": self.type,
            "dateRange": self.date_range.wire,
            "purgeType": self.purge_type,
            "totalInteractionsPurged": purged,
            "errorReason": error,
        }


class Purge(Body):
    """The submitted body."""

    interactions: tuple[Policy, ...] = Field(min_length=1)


class InteractionPurge:
    """Purges the interactions of a type in a window; skips protected interactions."""

    def __init__(self, corpus: Corpus, jobs: Jobs, _: SimulatorSettings) -> None:
        self._corpus = corpus
        self._jobs = jobs
        self._policies: dict[str, tuple[Policy, ...]] = {}

    def routes(self) -> tuple[Route, ...]:
        """Submit and status."""
        write, read = ("purge:write",), ("purge:read",)
        return (
            Route("POST", PATH, self.submit, Operation.SUBMIT, METHOD, write),
            Route("GET", f"{PATH}/{{purgeId}}", self.status, Operation.POLL, METHOD, read),
        )

    def submit(self, request: Request) -> Answer:
        """`{purgeId, status, interactions}`; 400 for a wrong body or overlapping windows."""
        policies = parse_body(Purge, request).interactions
        parts = tuple(policy.part(self._corpus) for policy in policies)
        self._require_apart(policies, request)
        job = self._jobs.create(METHOD, parts, request)
        self._policies[job.job_id] = policies
        return Answer.json(202, self._payload(job, JobState.PENDING))

    def status(self, request: Request) -> Answer:
        """`{purgeId, status, interactions: [{totalInteractionsPurged, errorReason}]}`."""
        job, state = self._jobs.find(request.parameters["purgeId"], METHOD, request.at)
        return Answer.json(200, self._payload(job, state))

    def _require_apart(self, policies: tuple[Policy, ...], request: Request) -> None:
        running = [
            policy
            for job in self._jobs.unfinished(METHOD, request.at)
            for policy in self._policies[job.job_id]
        ]
        pairs = [*combinations(policies, 2), *((a, b) for a in policies for b in running)]
        if any(one.conflicts(other) for one, other in pairs):
            message = "interactions: the window overlaps another purge of the same type"
            raise Refusal(400, message, code="overlapping.windows")

    def _payload(self, job: Job, state: JobState) -> dict[str, object]:
        rows = [
            policy.row(len(deleted), REASONS.get(state))
            for policy, deleted in zip(self._policies[job.job_id], job.deleted, strict=True)
        ]
        return {"purgeId": job.job_id, "status": state.value, "interactions": rows}
