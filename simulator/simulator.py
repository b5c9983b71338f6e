"""A whole simulated Genesys: builds its parts and lets tests look into them."""

from collections.abc import Callable
from datetime import UTC, datetime
from threading import RLock
from wsgiref.types import WSGIApplication

import httpx

from simulator.analytics import Analytics
from simulator.application import Application
from simulator.campaign_events import CampaignEvents
from simulator.campaign_rules import CampaignRecord, CampaignRules
from simulator.conversation_archive import ConversationArchive
from simulator.corpus import Corpus
from simulator.data_deletion import DataDeletion
from simulator.deliveries import Deliveries, DirectSender, Sender
from simulator.faults import Faults
from simulator.governance import Governance
from simulator.inspection import Inspection
from simulator.interaction_purge import InteractionPurge
from simulator.jobs import JobRecord, Jobs, overlapping
from simulator.live.gdpr_request import GdprRecord
from simulator.live.platform import LivePlatform
from simulator.live.recording import RecordingRecord
from simulator.live.recording_job import RecordingJobRecord
from simulator.live.state_page import state_of
from simulator.oauth import OAuth
from simulator.purge_rules import PurgeRules
from simulator.request_log import LoggedRequest
from simulator.rule_book import RuleBook
from simulator.settings import SimulatorSettings
from simulator.transport import SimulatorTransport
from simulator.webhooks import Webhooks


def system_time() -> datetime:
    """The real time in UTC."""
    return datetime.now(UTC)


class Simulator:
    """A Genesys Cloud over a corpus; everything it shows is as of `now()`; thread-safe."""

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
        self._jobs = Jobs(corpus, self.faults, self.settings)
        events = CampaignEvents(self.settings)
        self._campaign_rules = CampaignRules(self.settings, events)
        self._deliveries = Deliveries(self.settings, now, self._lock, sender or DirectSender())
        book = RuleBook()
        webhooks = Webhooks(book, self._deliveries)
        self._purge_rules = PurgeRules(corpus, book, webhooks.announce)
        oauth = OAuth(self.settings)
        self._live = LivePlatform(corpus, self.faults, self.settings, oauth)
        documented = (
            Analytics(corpus, self.settings, oauth),
            DataDeletion(corpus, self._jobs, self.settings),
            InteractionPurge(corpus, self._jobs),
            ConversationArchive(corpus, self._jobs, self.settings),
            self._campaign_rules,
            events,
            self._purge_rules,
            webhooks,
        )
        endpoints = (
            oauth,
            self._live,
            *(() if self.settings.live_only else documented),
            Governance(self.settings.governance_secret),
            Inspection(self),
        )
        routes = [route for endpoint in endpoints for route in endpoint.routes()]
        self._application = Application(
            self.settings,
            now,
            self._lock,
            oauth,
            self._settle,
            self._live.admission,
            self.faults,
            routes,
        )

    @property
    def wsgi(self) -> WSGIApplication:
        """The WSGI application, which raises Unanswered for a timeout or a dropped connection."""
        return self._application

    def transport(self) -> httpx.BaseTransport:
        """A transport for httpx.Client(transport=..., base_url=any)."""
        return SimulatorTransport(self.wsgi)

    @property
    def corpus(self) -> Corpus:
        """The corpus, with everything deleted that jobs deleted until now."""
        with self._lock:
            self._settled()
            return self._corpus

    @property
    def jobs(self) -> list[JobRecord]:
        """Every job ever created, in order."""
        with self._lock:
            return self._jobs.records(self._settled())

    @property
    def recordings(self) -> list[RecordingRecord]:
        """Every recording of every conversation."""
        with self._lock:
            return self._live.recordings.records(self._settled())

    @property
    def recording_jobs(self) -> list[RecordingJobRecord]:
        """Every recording job ever created, in order."""
        with self._lock:
            return self._live.recording_jobs.records(self._settled())

    @property
    def gdpr_requests(self) -> list[GdprRecord]:
        """Every GDPR request ever created, in order."""
        with self._lock:
            return self._live.gdpr_requests.records(self._settled())

    @property
    def disconnected(self) -> list[str]:
        """The ids of the conversations that were cut off, which is for no purge to do."""
        with self._lock:
            return list(self._live.disconnections.ids)

    @property
    def requests(self) -> list[LoggedRequest]:
        """Every request received, in order."""
        with self._lock:
            return list(self._application.log)

    def campaigns(self) -> dict[str, CampaignRecord]:
        """Every campaign by its id, with its rules and events."""
        with self._lock:
            return self._campaign_rules.records()

    def live_state(self) -> dict[str, object]:
        """The live platform's part of the state page."""
        with self._lock:
            return state_of(self._live, self._settled())

    def tick(self) -> None:
        """Executes the purge rules that are due."""
        with self._lock:
            self._purge_rules.tick(self._settled())

    def deliver_due(self) -> None:
        """Sends the webhook deliveries that are due; not to be called from within a request."""
        self._deliveries.deliver_due()

    def submitted_twice(self) -> list[tuple[str, str]]:
        """The pairs of jobs that were asked to delete some same conversation or recording."""
        return overlapping([*self.jobs, *self.recording_jobs])

    def _settled(self) -> datetime:
        now = self._now()
        self._settle(now)
        return now

    def _settle(self, now: datetime) -> None:
        self._jobs.settle(now)
        self._live.settle(now)
