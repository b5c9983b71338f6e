"""The live dialect as a whole."""

from __future__ import annotations

from datetime import datetime

from simulator.access.live_admission import LiveAdmission
from simulator.http.routing import Endpoint, Route
from simulator.live.audits.queries import AuditQueries
from simulator.live.audits.trail import AuditTrail
from simulator.live.conversations.details import ConversationDetails
from simulator.live.conversations.disconnections import Disconnections
from simulator.live.conversations.index import ConversationIndex
from simulator.live.details_jobs.endpoints import DetailsJobs
from simulator.live.details_jobs.engine import DetailsJobEngine
from simulator.live.gdpr.requests import GdprRequests
from simulator.live.gdpr.subjects import GdprSubjects
from simulator.live.outbound.rules import outbound
from simulator.live.recording_jobs.endpoints import RecordingJobs
from simulator.live.recording_jobs.engine import RecordingJobEngine
from simulator.live.recording_jobs.selection import Selector
from simulator.live.recordings.deletion_protection import DeletionProtection
from simulator.live.recordings.metadata import RecordingMetadata
from simulator.live.recordings.recordings import Recordings
from simulator.live.retention.data_retention import DataRetention
from simulator.live.retention.policies import policy_collections
from simulator.organisation.corpus import Corpus
from simulator.organisation.deviations import Deviations
from simulator.organisation.faults import Faults
from simulator.organisation.settings import SimulatorSettings


class LivePlatform:
    """Every live endpoint, over the simulator's corpus; not thread-safe."""

    def __init__(
        self, corpus: Corpus, faults: Faults, settings: SimulatorSettings, admission: LiveAdmission
    ) -> None:
        live = settings.live
        index = ConversationIndex(corpus)
        self.recordings = Recordings(corpus)
        self.deviations = Deviations()
        selector = Selector(index, self.recordings, live.visibility_lag, self.deviations)
        self.recording_jobs = RecordingJobEngine(selector, self.recordings, faults, settings)
        self.details_jobs = DetailsJobEngine(index, faults, settings)
        self.gdpr_requests = GdprRequests(corpus, faults, settings)
        self.disconnections = Disconnections()
        self.protection = DeletionProtection(corpus, admission, live)
        retention = DataRetention(live.retention_days)
        trail = AuditTrail(with_values=live.audit_has_values)
        self._endpoints: tuple[Endpoint, ...] = (
            ConversationDetails(index, settings),
            DetailsJobs(self.details_jobs, live),
            RecordingJobs(self.recording_jobs, admission, live),
            RecordingMetadata(corpus, self.recordings, settings),
            self.protection,
            self.gdpr_requests,
            GdprSubjects(corpus),
            retention,
            *policy_collections(retention),
            *outbound(settings.campaigns, live, trail),
            AuditQueries(trail, settings),
            self.disconnections,
        )

    def routes(self) -> list[Route]:
        """The routes of every endpoint."""
        return [route for endpoint in self._endpoints for route in endpoint.routes()]

    def settle(self, now: datetime) -> None:
        """Executes the jobs and requests that are due."""
        self.recording_jobs.settle(now)
        self.recordings.settle(now)
        self.gdpr_requests.settle(now)
