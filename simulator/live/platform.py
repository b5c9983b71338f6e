"""The live platform's dialect as a whole: builds its parts over the simulator's corpus."""

from __future__ import annotations

from datetime import datetime

from simulator.corpus import Corpus
from simulator.faults import Faults
from simulator.live.admission import Admission
from simulator.live.conversation_details import ConversationDetails
from simulator.live.conversation_index import ConversationIndex
from simulator.live.data_retention import DataRetention
from simulator.live.deletion_protection import DeletionProtection
from simulator.live.disconnections import Disconnections
from simulator.live.gdpr_requests import GdprRequests
from simulator.live.gdpr_subjects import GdprSubjects
from simulator.live.outbound_rules import outbound
from simulator.live.recording_job_engine import RecordingJobEngine
from simulator.live.recording_jobs import RecordingJobs
from simulator.live.recording_metadata import RecordingMetadata
from simulator.live.recording_selection import Selector
from simulator.live.recordings import Recordings
from simulator.live.retention_policies import policy_collections
from simulator.oauth import OAuth
from simulator.routing import Route
from simulator.settings import SimulatorSettings


class LivePlatform:
    """The endpoints that really exist; the caller sees to it that one thread at a time uses it."""

    def __init__(
        self, corpus: Corpus, faults: Faults, settings: SimulatorSettings, oauth: OAuth
    ) -> None:
        live = settings.live
        index = ConversationIndex(corpus)
        self.admission = Admission(oauth, settings)
        self.recordings = Recordings(corpus)
        selector = Selector(index, self.recordings, live.visibility_lag)
        self.recording_jobs = RecordingJobEngine(selector, self.recordings, faults, settings)
        self.gdpr_requests = GdprRequests(corpus, faults, settings)
        self.disconnections = Disconnections()
        retention = DataRetention(live.retention_days)
        self._endpoints = (
            ConversationDetails(index, self.recordings, settings),
            RecordingJobs(self.recording_jobs, self.admission, live),
            RecordingMetadata(corpus, self.recordings, settings),
            DeletionProtection(corpus, self.recordings, self.admission, live),
            self.gdpr_requests,
            GdprSubjects(corpus),
            retention,
            *policy_collections(retention),
            *outbound(settings.campaigns, live),
            self.disconnections,
        )

    def routes(self) -> list[Route]:
        """Every route; the one that shares its path with another dialect takes its own bodies."""
        return [route for endpoint in self._endpoints for route in endpoint.routes()]

    def settle(self, now: datetime) -> None:
        """Carries out what is due."""
        self.recording_jobs.settle(now)
        self.recordings.settle(now)
        self.gdpr_requests.settle(now)
