"""The live platform's dialect as a whole: builds its parts over the simulator's corpus."""

from __future__ import annotations

from datetime import datetime

from local.simulator.corpus import Corpus
from local.simulator.faults import Faults
from local.simulator.live.admission import Admission
from local.simulator.live.conversation_details import ConversationDetails
from local.simulator.live.conversation_index import ConversationIndex
from local.simulator.live.data_retention import DataRetention
from local.simulator.live.deletion_protection import DeletionProtection
from local.simulator.live.disconnections import Disconnections
from local.simulator.live.gdpr_requests import GdprRequests
from local.simulator.live.gdpr_subjects import GdprSubjects
from local.simulator.live.outbound_rules import outbound
from local.simulator.live.recording_job_engine import RecordingJobEngine
from local.simulator.live.recording_jobs import RecordingJobs
from local.simulator.live.recording_metadata import RecordingMetadata
from local.simulator.live.recording_selection import Selector
from local.simulator.live.recordings import Recordings
from local.simulator.live.retention_policies import policy_collections
from local.simulator.oauth import OAuth
from local.simulator.routing import Route
from local.simulator.settings import SimulatorSettings


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
