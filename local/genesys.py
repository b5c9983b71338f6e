"""The Genesys that the application talks to: a simulator of our own, or one that runs already."""

import math
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from genesys_purge.model.platform import LIVE

from local.conversations import conversations
from local.options import Options
from local.partners import Partners, Receiver
from local.platforms import PARAMETER
from simulator import OAuthClient, Simulator, SimulatorServer, SimulatorSettings
from simulator.simulator import system_time

CLIENT_ID = "GENESYS_CLIENT_ID"
CLIENT_SECRET = "GENESYS_CLIENT_SECRET"  # noqa: S105 - the name of a variable

# Real seconds and rates that have to keep step with waits that are shortened.
SECONDS = ("CircuitRecoverySeconds",)
RATES = ("RequestsPerSecond", "LiveRequestsPerSecond")
FRACTIONS = ("NotificationRetrySeconds",)
# The simulator tells of an event as soon as there is one.
NONE = ("ExportSettlingSeconds",)


class NoCredentials(Exception):
    """A Genesys that is not ours needs a client id and a secret."""


@dataclass(frozen=True)
class Genesys:
    """A server and the client that may call it; `simulator` where it is our own."""

    url: str
    client_id: str
    client_secret: str = field(repr=False)
    webhook_secret: str = field(default="", repr=False)
    simulator: Simulator | None = None


@contextmanager
def genesys(options: Options) -> Iterator[Genesys]:
    """The Genesys that the options name, running; a simulator runs its jobs as fast as we wait."""
    if options.genesys_url:
        url = options.genesys_url.rstrip("/")
        yield Genesys(url, _required(CLIENT_ID), _required(CLIENT_SECRET))
        return
    corpus = conversations(options.conversations, options.seed, system_time())
    is_live = options.parameters.get(PARAMETER) == LIVE
    settings = SimulatorSettings(speed=1 / options.wait_scale, live_only=is_live)
    if options.partners.current:
        settings = replace(settings, webhook_secret=options.partners.current)
    known = dict.fromkeys((*settings.campaigns, *options.campaigns))
    simulator = Simulator(corpus, replace(settings, campaigns=tuple(known)))
    client: OAuthClient = settings.clients[0]
    with SimulatorServer(simulator) as url:
        yield Genesys(
            url, client.client_id, client.client_secret, settings.webhook_secret, simulator
        )


def partners_of(options: Options, server: Genesys) -> Partners:
    """The partners that the options name; the simulator's own receiver where it is to be shown."""
    if options.shows_governance and server.simulator and options.partners.receiver is None:
        url = f"{server.url}/_simulator/governance"
        receiver = Receiver(url, server.simulator.settings.governance_secret)
        return replace(options.partners, receiver=receiver)
    return options.partners


def pace(declared: Mapping[str, Any], options: Options) -> dict[str, str]:
    """Parameters that keep step with scaled waits; a Genesys that is not ours keeps its rate."""
    scaled = dict.fromkeys(SECONDS, options.wait_scale)
    fractions = {
        name: f"{float(declared[name]['Default']) * options.wait_scale:g}"
        for name in FRACTIONS
        if name in declared
    }
    if not options.genesys_url:
        scaled |= dict.fromkeys(RATES, 1 / options.wait_scale)
        fractions |= {name: "0" for name in NONE if name in declared}
    return fractions | {
        name: str(max(1, math.ceil(float(declared[name]["Default"]) * scale)))
        for name, scale in scaled.items()
        if name in declared
    }


def _required(name: str) -> str:
    value = os.environ.get(name)
    if not value:
        raise NoCredentials(
            f"--genesys-url needs {CLIENT_ID} and {CLIENT_SECRET}; {name} is not set"
        )
    return value
