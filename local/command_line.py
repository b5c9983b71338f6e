"""The command line of `python -m local`: its commands, options and exit codes."""

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
from local.commands.documents import documents
from local.commands.evaluate import evaluate
from local.commands.export_rules import export_rules
from local.commands.redrive import redrive
from local.commands.run import run
from local.commands.up import up
from local.errors import CommandFailed
from local.options.arguments import add_options, add_out, options_in
from local.validation.arguments import NO_FILE, add_files, files_in
from local.validation.command import validate

EXPECTED = (CommandFailed, BotoCoreError, ClientError, HTTPError, OSError)
DESCRIPTION = "Runs the application on this machine, without AWS."


def parse_arguments(arguments: Sequence[str] | None = None) -> Namespace:
    """Parses the command line."""
    parser = ArgumentParser("python -m local", description=DESCRIPTION)
    commands = parser.add_subparsers(dest="command", required=True)
    one = commands.add_parser("run", help="run one purge request to its end")
    one.add_argument("request", type=Path, metavar="REQUEST.json")
    add_options(one)
    add_options(commands.add_parser("demo", help="show a purge, a purge rule and webhooks"))
    add_options(commands.add_parser("documents", help="run the examples of the documents"))
    add_options(commands.add_parser("up", help="keep the application up until Ctrl-C"))
    add_out(commands.add_parser("redrive", help="send abandoned notifications again"))
    check = commands.add_parser("validate", help="check requests, rules and operators' documents")
    add_files(check)
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
    if parsed.command == "validate" and not any(files_in(parsed).values()):
        check.error(NO_FILE)
    return parsed


def run_command(arguments: Sequence[str] | None = None) -> int:
    """Runs a command and returns its exit code; raises Stopped after a signal."""
    parsed = parse_arguments(arguments)
    try:
        return _dispatch(parsed, Console(), Console(stderr=True))
    except EXPECTED as error:
        print(f"error: {error}", file=sys.stderr)
        return 1


def _dispatch(parsed: Namespace, console: Console, errors: Console) -> int:
    match parsed.command:
        case "validate":
            return validate(files_in(parsed))
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
        case "documents":
            return documents(options, console, errors)
        case "deploy-rules":
            return deploy_rules(parsed.rules, options, console, errors, dry_run=parsed.dry_run)
        case "demo-rules":
            return demo_rules(options, console, errors)
        case "export-rules":
            return export_rules(parsed.campaign, options, console, errors)
    return up(options, console)
