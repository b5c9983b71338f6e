"""`python -m local COMMAND`: the application on this machine, without AWS."""

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError
from httpx import HTTPError
from rich.console import Console

from local.demo import DemoFailed, demo
from local.deploying_rules import deploy_rules
from local.deployment import DeploymentFailed
from local.embedded_aws import EmbeddedAwsFailed
from local.exporting import ExportFailed, export_rules
from local.genesys import NoCredentials
from local.http_api import UnknownRoute
from local.interrupts import Stopped, stop_in_order
from local.options import Options, add_options, options_in
from local.partners import IncompletePartner
from local.purge_api import PurgeApiFailed
from local.redriving import NothingIsUp, redrive
from local.rules_demo import demo_rules
from local.running import run
from local.submission import SubmitFailed, UnreadableRequest
from local.upkeep import AlreadyUp, up

FORESEEN = (
    AlreadyUp,
    BotoCoreError,
    ClientError,
    DemoFailed,
    DeploymentFailed,
    EmbeddedAwsFailed,
    ExportFailed,
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
    check = commands.add_parser("validate", help="check a purge request or a campaign's rules")
    checked = check.add_mutually_exclusive_group(required=True)
    checked.add_argument("file", type=Path, nargs="?", metavar="REQUEST.json")
    checked.add_argument("--rules", type=Path, metavar="RULES.json")
    which = commands.add_parser("evaluate", help="see which rules match which contacts")
    which.add_argument("rules", type=Path, metavar="RULES.json")
    which.add_argument("contacts", type=Path, metavar="CONTACTS.jsonl")
    which.add_argument("--out", type=Path, metavar="DIR", default=Options().out)
    deployed = commands.add_parser("deploy-rules", help="bring a campaign's rules to a file's")
    deployed.add_argument("rules", type=Path, metavar="RULES.json")
    deployed.add_argument("--dry-run", action="store_true", help="only show what would be done")
    add_options(deployed)
    add_options(commands.add_parser("demo-rules", help="show a deployment, a rollback, an export"))
    changes = commands.add_parser("export-rules", help="export the changes of a campaign's rules")
    changes.add_argument("campaign", metavar="CAMPAIGN")
    add_options(changes)
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
    # Their modules need the domain, which `up` and `run` only deploy.
    if parsed.command == "validate":
        validating = import_module("local.validating")
        checked = parsed.rules or parsed.file
        return int((validating.validate_rules if parsed.rules else validating.validate)(checked))
    if parsed.command == "evaluate":
        evaluating = import_module("local.evaluating")
        return int(evaluating.evaluate(parsed.rules, parsed.contacts, parsed.out))
    if parsed.command == "redrive":
        return redrive(parsed.out, Console())
    return _over_an_application(parsed, Console(), Console(stderr=True))


def _over_an_application(parsed: Namespace, console: Console, errors: Console) -> int:
    options = options_in(parsed)
    match parsed.command:
        case "run":
            return run(parsed.request, options, console, errors)
        case "demo":
            return demo(options, console, errors)
        case "deploy-rules":
            return deploy_rules(parsed.rules, options, console, errors, dry_run=parsed.dry_run)
        case "demo-rules":
            return demo_rules(options, console, errors)
        case "export-rules":
            return export_rules(parsed.campaign, options, console, errors)
    up(options, console)
    return 1


if __name__ == "__main__":
    sys.exit(main())
