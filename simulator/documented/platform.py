"""The documented dialect as a whole."""

from __future__ import annotations

from datetime import datetime

from simulator.documented.analytics import Analytics
from simulator.documented.campaigns.events import CampaignEvents
from simulator.documented.campaigns.rules import CampaignRules
from simulator.documented.jobs import Jobs
from simulator.documented.methods.conversation_archive import ConversationArchive
from simulator.documented.methods.data_deletion import DataDeletion
from simulator.documented.methods.interaction_purge import InteractionPurge
from simulator.documented.purge_rules.rule_book import RuleBook
from simulator.documented.purge_rules.rules import PurgeRules
from simulator.documented.webhooks.deliveries import Deliveries
from simulator.documented.webhooks.webhooks import Webhooks
from simulator.http.routing import Endpoint, Route
from simulator.organisation.corpus import Corpus
from simulator.organisation.faults import Faults
from simulator.organisation.settings import SimulatorSettings

# Another documented deletion method is one file in `methods/` and one name here.
METHODS = (DataDeletion, InteractionPurge, ConversationArchive)


class DocumentedPlatform:
    """Every documented endpoint, over the simulator's corpus; not thread-safe."""

    def __init__(
        self, corpus: Corpus, faults: Faults, settings: SimulatorSettings, deliveries: Deliveries
    ) -> None:
        book = RuleBook()
        events = CampaignEvents(settings)
        webhooks = Webhooks(book, deliveries)
        self.jobs = Jobs(corpus, faults, settings)
        self.campaign_rules = CampaignRules(settings, events)
        self.purge_rules = PurgeRules(corpus, book, webhooks.announce)
        self._endpoints: tuple[Endpoint, ...] = (
            *(method(corpus, self.jobs, settings) for method in METHODS),
            Analytics(corpus, settings),
            self.campaign_rules,
            events,
            self.purge_rules,
            webhooks,
        )

    def routes(self) -> list[Route]:
        """The routes of every endpoint."""
        return [route for endpoint in self._endpoints for route in endpoint.routes()]

    def settle(self, now: datetime) -> None:
        """Executes the deletions that are due."""
        self.jobs.settle(now)
