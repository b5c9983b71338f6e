"""The simulator: builds its parts and lets tests look inside them."""

from collections.abc import Callable
from datetime import UTC, datetime
from threading import RLock
from wsgiref.types import WSGIApplication

import httpx

from simulator.access.documented_admission import DocumentedAdmission
from simulator.access.grants import Grants
from simulator.access.live_admission import LiveAdmission
from simulator.access.token_endpoint import TokenEndpoint
from simulator.documented.campaigns.rules import CampaignRecord
from simulator.documented.jobs import JobRecord, overlapping
from simulator.documented.platform import DocumentedPlatform
from simulator.documented.webhooks.deliveries import Deliveries, DirectSender, Sender
from simulator.governance.receiver import Governance
from simulator.http.routing import Endpoint, Route
from simulator.inspection.endpoints import Inspection
from simulator.inspection.live_state import state_of
from simulator.live.details_jobs.job import DetailsJobRecord
from simulator.live.gdpr.request import GdprRecord
from simulator.live.platform import LivePlatform
from simulator.live.recording_jobs.job import RecordingJobRecord
from simulator.live.recordings.recording import RecordingRecord
from simulator.organisation.corpus import Corpus
from simulator.organisation.deviations import Deviations
from simulator.organisation.faults import Faults
from simulator.organisation.settings import SimulatorSettings
from simulator.serving.application import Admissions, Application
from simulator.serving.request_log import LoggedRequest
from simulator.serving.transport import SimulatorTransport


def system_time() -> datetime:
    """The current time in UTC."""
    return datetime.now(UTC)


class Simulator:
    """A Genesys Cloud over a corpus; thread-safe.

    Every property shows the state as of `now()`.
    """

    def __init__(
        self,
        corpus: Corpus,
        settings: SimulatorSettings | None = None,
        now: Callable[[], datetime] = system_time,
        sender: Sender | None = None,
    ) -> None:
        self.settings = settings or SimulatorSettings()
        self.faults = Faults()
        self._now = now
        self._lock = RLock()
        self._corpus = corpus
        self._deliveries = Deliveries(self.settings, now, self._lock, sender or DirectSender())
        grants = Grants()
        live_admission = LiveAdmission(grants, self.settings)
        self._live = LivePlatform(corpus, self.faults, self.settings, live_admission)
        self._documented = DocumentedPlatform(corpus, self.faults, self.settings, self._deliveries)
        routes = self._routes()
        self.scopes = tuple(dict.fromkeys(scope for route in routes for scope in route.scopes))
        token_endpoint = TokenEndpoint(grants, self.settings, self.scopes)
        documented_admission = DocumentedAdmission(grants, self.settings)
        self._application = Application(
            self.settings,
            now,
            self._lock,
            self._settle,
            Admissions(grants, documented_admission, live_admission),
            self.faults,
            [*token_endpoint.routes(), *routes],
        )

    def _routes(self) -> list[Route]:
        """Every route but the token endpoint's; of two that match, the first answers."""
        endpoints: tuple[Endpoint, ...] = (
            self._live,
            *(() if self.settings.live_only else (self._documented,)),
            Governance(self.settings.governance_secret),
            Inspection(self),
        )
        return [route for endpoint in endpoints for route in endpoint.routes()]

    @property
    def wsgi(self) -> WSGIApplication:
        """The WSGI application; it raises Unanswered for a timeout or a dropped connection."""
        return self._application

    def transport(self) -> httpx.BaseTransport:
        """A transport for `httpx.Client(transport=..., base_url=...)`, with any base URL."""
        return SimulatorTransport(self.wsgi)

    @property
    def corpus(self) -> Corpus:
        """The corpus, without the conversations that jobs have deleted by now."""
        with self._lock:
            self._settled()
            return self._corpus

    @property
    def jobs(self) -> list[JobRecord]:
        """Every documented job, in order of creation."""
        with self._lock:
            return self._documented.jobs.records(self._settled())

    @property
    def recordings(self) -> list[RecordingRecord]:
        """Every recording of every conversation."""
        with self._lock:
            return self._live.recordings.records(self._settled())

    @property
    def recording_jobs(self) -> list[RecordingJobRecord]:
        """Every recording job, in order of creation."""
        with self._lock:
            return self._live.recording_jobs.records(self._settled())

    @property
    def details_jobs(self) -> list[DetailsJobRecord]:
        """Every details job, in order of creation."""
        with self._lock:
            return self._live.details_jobs.records(self._settled())

    @property
    def deviations(self) -> Deviations:
        """How new recording jobs differ from their queries; by default not at all."""
        return self._live.deviations

    @property
    def gdpr_requests(self) -> list[GdprRecord]:
        """Every GDPR request, in order of creation."""
        with self._lock:
            return self._live.gdpr_requests.records(self._settled())

    @property
    def disconnected(self) -> list[str]:
        """The ids of disconnected conversations; a purge must not disconnect any."""
        with self._lock:
            return list(self._live.disconnections.ids)

    @property
    def requests(self) -> list[LoggedRequest]:
        """Every request received, in order."""
        with self._lock:
            return list(self._application.log)

    def campaigns(self) -> dict[str, CampaignRecord]:
        """Every documented campaign by its id, with its rules and events."""
        with self._lock:
            return self._documented.campaign_rules.records()

    def live_state(self) -> dict[str, object]:
        """The live platform's part of the state page."""
        with self._lock:
            return state_of(self._live, self._settled())

    def tick(self) -> None:
        """Executes the purge rules that are due."""
        with self._lock:
            self._documented.purge_rules.tick(self._settled())

    def deliver_due(self) -> None:
        """Sends the webhook deliveries that are due; must not be called during a request."""
        self._deliveries.deliver_due()

    def submitted_twice(self) -> list[tuple[str, str]]:
        """The pairs of jobs that were both asked to delete the same conversation or recording."""
        return overlapping([*self.jobs, *self.recording_jobs])

    def _settled(self) -> datetime:
        now = self._now()
        self._settle(now)
        return now

    def _settle(self, now: datetime) -> None:
        self._documented.settle(now)
        self._live.settle(now)
