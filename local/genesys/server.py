"""The Genesys server of the application: a simulator, or a server that already runs."""

import math
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from genesys_purge.model.platform import LIVE

from local.errors import CommandFailed
from local.genesys.conversations import conversations, spread
from local.options.options import Options
from local.options.partners import Partners, Receiver
from simulator import Simulator, SimulatorServer, SimulatorSettings
from simulator.simulator import system_time

CLIENT_ID = "GENESYS_CLIENT_ID"
CLIENT_SECRET = "GENESYS_CLIENT_SECRET"  # noqa: S105  the name of a variable

# These parameters are scaled with the waits: whole seconds, requests a second, and fractions.
SECONDS = ("CircuitRecoverySeconds", "JobTimeLimitSeconds", "ReconcileSeconds", "SealSeconds")
RATES = ("RequestsPerSecond", "LiveRequestsPerSecond")
FRACTIONS = ("NotificationRetrySeconds",)
# The simulator returns an event immediately, so that no wait is needed.
WITHOUT_WAIT = ("ExportSettlingSeconds",)


class NoCredentials(CommandFailed):
    """`--genesys-url` needs a client id and a secret in the environment."""


@dataclass(frozen=True)
class Genesys:
    """A server and the client that may call it; `simulator` is None for another server."""

    url: str
    client_id: str
    client_secret: str = field(repr=False)
    webhook_secret: str = field(default="", repr=False)
    simulator: Simulator | None = None


@contextmanager
def genesys(options: Options) -> Iterator[Genesys]:
    """Yields a running Genesys; a simulator is sped up as much as waits are shortened."""
    if options.genesys_url:
        url = options.genesys_url.rstrip("/")
        yield Genesys(url, _required(CLIENT_ID), _required(CLIENT_SECRET))
        return
    now = system_time()
    corpus = (
        spread(options.conversations, options.seed, now, options.days)
        if options.days
        else conversations(options.conversations, options.seed, now)
    )
    simulator = Simulator(corpus, settings_of(options))
    settings = simulator.settings
    client = settings.clients[0]
    with SimulatorServer(simulator) as url:
        yield Genesys(
            url, client.client_id, client.client_secret, settings.webhook_secret, simulator
        )


def settings_of(options: Options) -> SimulatorSettings:
    """The simulator's settings for these options."""
    settings = SimulatorSettings(speed=1 / options.wait_scale, live_only=options.platform == LIVE)
    if options.partners.current:
        settings = replace(settings, webhook_secret=options.partners.current)
    campaigns = dict.fromkeys((*settings.campaigns, *options.campaigns))
    return replace(settings, campaigns=tuple(campaigns))


def partners_of(options: Options, server: Genesys) -> Partners:
    """The partners of the options, by default with the simulator's receiver if it is shown."""
    if options.shows_governance and server.simulator and options.partners.receiver is None:
        url = f"{server.url}/_simulator/governance"
        receiver = Receiver(url, server.simulator.settings.governance_secret)
        return replace(options.partners, receiver=receiver)
    return options.partners


def scaled_parameters(declared: Mapping[str, Any], options: Options) -> dict[str, str]:
    """The template parameters that are scaled with the waits; a real Genesys keeps its rates."""
    scaled = dict.fromkeys(SECONDS, options.wait_scale)
    fractions = {
        name: f"{float(declared[name]['Default']) * options.wait_scale:g}"
        for name in FRACTIONS
        if name in declared
    }
    if not options.genesys_url:
        scaled |= dict.fromkeys(RATES, 1 / options.wait_scale)
        fractions |= {name: "0" for name in WITHOUT_WAIT if name in declared}
    return fractions | {
        name: str(max(_least(declared[name]), math.ceil(float(declared[name]["Default"]) * scale)))
        for name, scale in scaled.items()
        if name in declared
    }


def _least(parameter: Mapping[str, Any]) -> int:
    return int(parameter.get("MinValue", 1))


def _required(name: str) -> str:
    value = os.environ.get(name)
    if not value:
        raise NoCredentials(
            f"--genesys-url needs {CLIENT_ID} and {CLIENT_SECRET}; {name} is not set"
        )
    return value
