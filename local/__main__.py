"""`python -m local COMMAND`: runs the application on this machine, without AWS."""

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError
from httpx import HTTPError
from rich.console import Console

from local.commands.demo import demo
from local.commands.demo_rules import demo_rules
from local.commands.deploy_rules import deploy_rules
from local.commands.evaluate import evaluate
from local.commands.export_rules import export_rules
from local.commands.interrupts import Stopped, stop_in_order
from local.commands.operator_documents import KINDS, validate_document
from local.commands.redrive import redrive
from local.commands.run import run
from local.commands.up import up
from local.commands.validate import validate, validate_rules
from local.errors import CommandFailed
from local.options.arguments import add_options, add_out, options_in

EXPECTED = (CommandFailed, BotoCoreError, ClientError, HTTPError, OSError)
EITHER_FILE = (
    f"give REQUEST.json, --rules RULES.json or one of {', '.join(f'--{kind}' for kind in KINDS)}; "
    "with make: make validate REQUEST=file.json or make validate RULES=file.json"
)


def parse_arguments(arguments: Sequence[str] | None = None) -> Namespace:
    """Parses the command line."""
    parser = ArgumentParser("python -m local", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    one = commands.add_parser("run", help="run one purge request to its end")
    one.add_argument("request", type=Path, metavar="REQUEST.json")
    add_options(one)
    add_options(commands.add_parser("demo", help="show a purge, a purge rule and webhooks"))
    add_options(commands.add_parser("up", help="keep the application up until Ctrl-C"))
    add_out(commands.add_parser("redrive", help="send abandoned notifications again"))
    check = commands.add_parser("validate", help="check a request, rules or a document")
    checked = check.add_mutually_exclusive_group()
    checked.add_argument("file", type=Path, nargs="?", metavar="REQUEST.json")
    checked.add_argument("--rules", type=Path, metavar="RULES.json")
    for kind in KINDS:
        checked.add_argument(f"--{kind}", type=Path, metavar=f"{kind.upper()}.json")
    matches = commands.add_parser("evaluate", help="list the rules that match each contact")
    matches.add_argument("rules", type=Path, metavar="RULES.json")
    matches.add_argument("contacts", type=Path, metavar="CONTACTS.jsonl")
    add_out(matches)
    deployed = commands.add_parser("deploy-rules", help="deploy the campaign rules of a file")
    deployed.add_argument("rules", type=Path, metavar="RULES.json")
    deployed.add_argument("--dry-run", action="store_true", help="show the changes only")
    add_options(deployed)
    add_options(commands.add_parser("demo-rules", help="show a deployment, a rollback, an export"))
    changes = commands.add_parser("export-rules", help="export the changes of a campaign's rules")
    changes.add_argument("campaign", metavar="CAMPAIGN")
    add_options(changes)
    parsed = parser.parse_args(arguments)
    if parsed.command == "validate" and not (parsed.file or parsed.rules or _document(parsed)):
        check.error(f"a file is missing; {EITHER_FILE}")
    return parsed


def _document(parsed: Namespace) -> str | None:
    """The kind of the operator's document to check, if any."""
    return next((kind for kind in KINDS if getattr(parsed, kind)), None)


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs a command and returns its exit code."""
    parsed = parse_arguments(arguments)
    stop_in_order()
    try:
        return _dispatch(parsed, Console(), Console(stderr=True))
    except Stopped as stopped:
        print("stopped", file=sys.stderr)
        return 0 if parsed.command == "up" else stopped.exit_code
    except EXPECTED as error:
        print(f"error: {error}", file=sys.stderr)
        return 1


def _dispatch(parsed: Namespace, console: Console, errors: Console) -> int:
    match parsed.command:
        case "validate" if parsed.rules:
            return validate_rules(parsed.rules)
        case "validate" if kind := _document(parsed):
            return validate_document(kind, getattr(parsed, kind))
        case "validate":
            return validate(parsed.file)
        case "evaluate":
            return evaluate(parsed.rules, parsed.contacts, parsed.out)
        case "redrive":
            return redrive(parsed.out, console)
    return _run_application(parsed, console, errors)


def _run_application(parsed: Namespace, console: Console, errors: Console) -> int:
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
