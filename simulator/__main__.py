"""`python -m simulator`: serves generated conversations until Ctrl-C."""

from argparse import ArgumentDefaultsHelpFormatter, ArgumentParser, Namespace
from collections.abc import Sequence
from contextlib import suppress
from threading import Event

from simulator.interrupts import stop_in_order
from simulator.organisation.corpus import Corpus
from simulator.organisation.settings import SimulatorSettings
from simulator.serving.server import SimulatorServer
from simulator.simulator import Simulator, system_time


def parse_arguments(arguments: Sequence[str] | None = None) -> Namespace:
    """Parses the command line."""
    parser = ArgumentParser(
        "python -m simulator",
        description="Serves a simulated Genesys Cloud on 127.0.0.1 until Ctrl-C.",
        formatter_class=ArgumentDefaultsHelpFormatter,
    )
    parser.add_argument("--port", type=int, default=0, help="the port; 0 picks a free port")
    parser.add_argument("--conversations", type=int, default=5000, help="how many to generate")
    parser.add_argument("--seed", type=int, default=7, help="the seed of the conversations")
    parser.add_argument("--speed", type=float, default=1.0, help="divides every duration")
    parser.add_argument("--live-only", action="store_true", help="without the documented dialect")
    return parser.parse_args(arguments)


def build_server(arguments: Namespace) -> SimulatorServer:
    """Builds a server, without starting it."""
    corpus = Corpus.generate(count=arguments.conversations, seed=arguments.seed, now=system_time())
    settings = SimulatorSettings(speed=arguments.speed, live_only=arguments.live_only)
    simulator = Simulator(corpus, settings)
    return SimulatorServer(simulator, arguments.port)


def main() -> None:
    """Prints the address and serves until Ctrl-C."""
    with build_server(parse_arguments()) as url, suppress(KeyboardInterrupt):
        stop_in_order()
        print(f"The simulated Genesys Cloud is at {url}", flush=True)
        Event().wait()


if __name__ == "__main__":
    main()
