"""`/_simulator/...`: shows the state of the simulator and plans faults."""

from collections.abc import Iterable
from typing import Protocol

from pydantic import Field

from simulator.documented.campaigns.rules import CampaignRecord
from simulator.documented.jobs import JobRecord
from simulator.http.answer import Answer, Refusal
from simulator.http.request import Request
from simulator.http.routing import Route
from simulator.http.wire import Body, format_instant, parse_body
from simulator.organisation.conversation import Kind
from simulator.organisation.corpus import Corpus
from simulator.organisation.faults import Fault, FaultKind, Faults
from simulator.organisation.words import Method, Operation
from simulator.serving.request_log import LoggedRequest, count_requests


class Inspected(Protocol):
    """The parts of `Simulator` that the endpoints use."""

    faults: Faults

    @property
    def corpus(self) -> Corpus:
        """The corpus."""

    @property
    def jobs(self) -> list[JobRecord]:
        """Every job."""

    @property
    def requests(self) -> list[LoggedRequest]:
        """Every request."""

    def campaigns(self) -> dict[str, CampaignRecord]:
        """Every campaign."""

    def live_state(self) -> dict[str, object]:
        """The live platform's part of the state."""

    def submitted_twice(self) -> list[tuple[str, str]]:
        """Pairs of jobs that were asked to delete the same id."""


class FaultBody(Body):
    """A fault in camelCase, with the defaults of `Fault`."""

    kind: FaultKind
    operation: Operation | None = None
    method: Method | None = None
    times: int | None = Field(default=1, ge=1)
    after: int = Field(default=0, ge=0)
    retry_after: int | None = Field(default=None, ge=0)
    job_progress: float = Field(default=0.0, ge=0.0, le=1.0)

    @property
    def fault(self) -> Fault:
        """The fault."""
        return Fault(**self.model_dump())


class Inspection:
    """Endpoints without tokens, limits, faults and log entries."""

    def __init__(self, inspected: Inspected) -> None:
        self._inspected = inspected

    def routes(self) -> tuple[Route, ...]:
        """State, requests, conversations, campaigns and faults."""
        return (
            Route("GET", "/_simulator/state", self.state),
            Route("GET", "/_simulator/requests", self.requests),
            Route("GET", "/_simulator/conversations", self.conversations),
            Route("GET", "/_simulator/campaigns", self.campaigns),
            Route("POST", "/_simulator/faults", self.add_fault),
            Route("DELETE", "/_simulator/faults", self.clear_faults),
        )

    def state(self, _: Request) -> Answer:
        """`{corpus: {status: n}, jobs, submittedTwice, requests, faults}` and the live part."""
        payload = {
            "corpus": {key.value: n for key, n in self._inspected.corpus.counts().items()},
            "jobs": [_job(each) for each in self._inspected.jobs],
            "submittedTwice": self._inspected.submitted_twice(),
            "requests": count_requests(self._inspected.requests),
            "faults": [each.kind for each in self._inspected.faults.waiting()],
        }
        return Answer.json(200, payload | self._inspected.live_state())

    def requests(self, _: Request) -> Answer:
        """`{requests: [...]}`, without bodies."""
        return Answer.json(200, {"requests": _logged(self._inspected.requests)})

    def conversations(self, request: Request) -> Answer:
        """`{conversationIds}` of `?kind=`, at most `?limit=` (100)."""
        kind = request.query.get("kind")
        limit = request.query.get("limit", "100")
        if (kind is not None and kind not in set(Kind)) or not limit.isdecimal():
            raise Refusal(400, "kind or limit: unknown value")
        ids = self._inspected.corpus.ids(Kind(kind) if kind else None)
        return Answer.json(200, {"conversationIds": ids[: int(limit)]})

    def campaigns(self, _: Request) -> Answer:
        """`{campaigns: [{campaignId, rules, events}]}`."""
        campaigns = [_campaign(each) for each in self._inspected.campaigns().values()]
        return Answer.json(200, {"campaigns": campaigns})

    def add_fault(self, request: Request) -> Answer:
        """Plans a fault; the body is a `FaultBody`."""
        self._inspected.faults.add(parse_body(FaultBody, request).fault)
        return Answer.json(201, {"faults": len(self._inspected.faults.waiting())})

    def clear_faults(self, _: Request) -> Answer:
        """Removes all faults."""
        self._inspected.faults.clear()
        return Answer.json(200, {"faults": 0})


def _job(job: JobRecord) -> dict[str, object]:
    return {
        "jobId": job.job_id,
        "method": job.method,
        "state": job.state,
        "submittedAt": format_instant(job.submitted_at),
        "endsAt": format_instant(job.ends_at) if job.ends_at else None,
        "requested": len(job.requested_ids),
        "targeted": len(job.target_ids),
        "deleted": len(job.deleted_ids),
    }


def _campaign(campaign: CampaignRecord) -> dict[str, object]:
    return {
        "campaignId": campaign.campaign_id,
        "rules": campaign.rules,
        "events": [each.wire for each in campaign.events],
    }


def _logged(entries: Iterable[LoggedRequest]) -> list[dict[str, object]]:
    return [
        {
            "at": format_instant(each.at),
            "verb": each.verb,
            "path": each.path,
            "operation": each.operation,
            "method": each.method,
            "clientId": each.client_id,
            "status": each.status,
            "fault": each.fault,
            "correlationId": each.correlation_id,
        }
        for each in entries
    ]
