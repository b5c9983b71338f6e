"""`python -m local run|demo|up|redrive|validate`: the application on this machine, without AWS."""

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError
from httpx import HTTPError
from rich.console import Console

from local.demo import DemoFailed, demo
from local.deployment import DeploymentFailed
from local.embedded_aws import EmbeddedAwsFailed
from local.genesys import NoCredentials
from local.http_api import UnknownRoute
from local.interrupts import Stopped, stop_in_order
from local.options import Options, add_options, options_in
from local.partners import IncompletePartner
from local.purge_api import PurgeApiFailed
from local.redriving import NothingIsUp, redrive
from local.running import run
from local.submission import SubmitFailed, UnreadableRequest
from local.upkeep import up

FORESEEN = (
    BotoCoreError,
    ClientError,
    DemoFailed,
    DeploymentFailed,
    EmbeddedAwsFailed,
    HTTPError,
    IncompletePartner,
    NoCredentials,
    NothingIsUp,
    OSError,
    PurgeApiFailed,
    SubmitFailed,
    UnknownRoute,
    UnreadableRequest,
)


def parse_arguments(arguments: Sequence[str] | None = None) -> Namespace:
    """The command line."""
    parser = ArgumentParser("python -m local", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    one = commands.add_parser("run", help="run one purge request and end")
    one.add_argument("request", type=Path, metavar="REQUEST.json")
    add_options(one)
    add_options(commands.add_parser("demo", help="show a purge, a purge rule and webhooks"))
    add_options(commands.add_parser("up", help="keep the application up"))
    dead = commands.add_parser("redrive", help="send what was given up on again")
    dead.add_argument("--out", type=Path, metavar="DIR", default=Options().out)
    check = commands.add_parser("validate", help="check a purge request without running it")
    check.add_argument("file", type=Path)
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs a command and returns its exit code."""
    parsed = parse_arguments(arguments)
    stop_in_order()
    try:
        return _dispatch(parsed)
    except Stopped as stopped:
        print("stopped", file=sys.stderr)
        return 0 if parsed.command == "up" else stopped.exit_code
    except FORESEEN as error:
        print(f"error: {error}", file=sys.stderr)
        return 1


def _dispatch(parsed: Namespace) -> int:
    if parsed.command == "validate":
        # Its module needs the domain, which `up` and `run` only deploy.
        return int(import_module("local.validating").validate(parsed.file))
    console = Console()
    if parsed.command == "redrive":
        return redrive(parsed.out, console)
    if parsed.command == "demo":
        return demo(options_in(parsed), console, Console(stderr=True))
    if parsed.command == "run":
        return run(parsed.request, options_in(parsed), console, Console(stderr=True))
    up(options_in(parsed), console)
    return 1


if __name__ == "__main__":
    sys.exit(main())
