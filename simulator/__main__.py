"""`python -m simulator`: serves a generated corpus until it is interrupted."""

from argparse import ArgumentDefaultsHelpFormatter, ArgumentParser, Namespace
from collections.abc import Sequence
from contextlib import suppress
from threading import Event

from simulator.organisation.corpus import Corpus
from simulator.organisation.settings import SimulatorSettings
from simulator.serving.server import SimulatorServer
from simulator.simulator import Simulator, system_time


def parse_arguments(arguments: Sequence[str] | None = None) -> Namespace:
    """The command line."""
    parser = ArgumentParser("python -m simulator", formatter_class=ArgumentDefaultsHelpFormatter)
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--conversations", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--speed", type=float, default=1.0, help="how much faster jobs run")
    parser.add_argument(
        "--live-only", action="store_true", help="without what only the documents describe"
    )
    return parser.parse_args(arguments)


def build_server(arguments: Namespace) -> SimulatorServer:
    """A server as the command line asks for it, not yet started."""
    corpus = Corpus.generate(count=arguments.conversations, seed=arguments.seed, now=system_time())
    settings = SimulatorSettings(speed=arguments.speed, live_only=arguments.live_only)
    simulator = Simulator(corpus, settings)
    return SimulatorServer(simulator, arguments.port)


def main() -> None:
    """Prints the address and serves."""
    with build_server(parse_arguments()) as url:
        print(f"A simulated Genesys Cloud answers at {url}", flush=True)
        with suppress(KeyboardInterrupt):
            Event().wait()


if __name__ == "__main__":
    main()
