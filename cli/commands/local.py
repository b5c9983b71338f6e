"""`genesys-purge local`: the whole application on this machine, without AWS."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from cli.errors import WrongInput
from cli.local_commands.arguments import SHARED, LocalCall, call_of
from cli.reports import results
from cli.shared_options import Command, declare, group
from local.project import PROJECT, TEMPLATE

app = group("Run the whole application on this machine: no AWS, no Genesys.")
EXTRA = "pipx install --force '.[local]'"


def _command(name: str, example: str) -> Callable[[Command], Command]:
    def add(function: Command) -> Command:
        declare(app, name, example, function, SHARED, _bound)
        return function

    return add


def _bound(given: Mapping[str, Any]) -> LocalCall:
    """The call; WrongInput without the project or the packages of the AWS on this machine."""
    if not (PROJECT / TEMPLATE).exists():
        raise WrongInput(
            f"{PROJECT} is no checkout of Genesys Purge: change to its folder, which has {TEMPLATE}"
        )
    try:
        import ministack  # noqa: F401, PLC0415  an optional package
    except ImportError:
        raise WrongInput(
            f"the packages of a local AWS are missing: run {EXTRA} in the project's folder"
        ) from None
    return call_of(given)


def _consoles(call: LocalCall) -> tuple[Console, Console]:
    """The console of the progress, and that of errors; only results are for a program."""
    errors = call.output.errors
    if call.output.quiet:
        return Console(quiet=True), errors
    return (errors if call.output.as_json else call.output.console), errors


def _reported(call: LocalCall, code: int, folder: str = "") -> int:
    """Print the result that the command has just written."""
    file = call.options.out / folder / results.RESULT
    if call.output.as_json and file.exists():
        call.output.json_line(json.loads(file.read_text()))
    return code


@_command("up", "genesys-purge local up")
def up(call: LocalCall) -> int:
    """Keep the application running until Ctrl-C; all other commands find it."""
    from cli.local_commands.up import up as keep_up  # noqa: PLC0415  loads an AWS

    console, _ = _consoles(call)
    return keep_up(call.options, console, call.output)


@_command("run", "genesys-purge local run events/invoke/data_deletion.json")
def run(
    call: LocalCall,
    request: Annotated[Path, typer.Argument(metavar="REQUEST.json", help="A purge request.")],
) -> int:
    """Start the application, run one purge request to its end, and stop it."""
    from cli.local_commands.run import run as run_one  # noqa: PLC0415  loads an AWS

    return _reported(call, run_one(request, call.options, *_consoles(call)))


@_command("demo", "genesys-purge local demo")
def demo(call: LocalCall) -> int:
    """Show a purge, a purge rule, approvals, a hold, a policy, a stop, and their notifications."""
    from cli.local_commands.demo import demo as show  # noqa: PLC0415  loads an AWS

    return _reported(call, show(call.options, *_consoles(call)))


@_command("rules-demo", "genesys-purge local rules-demo")
def rules_demo(call: LocalCall) -> int:
    """Show a deployment of campaign rules, a rollback, and an export of the changes."""
    from cli.local_commands.demo_rules import demo_rules as show  # noqa: PLC0415  loads an AWS

    return _reported(call, show(call.options, *_consoles(call)))


@_command("documents", "genesys-purge local documents")
def documents(call: LocalCall) -> int:
    """Run the examples of the five documents, and show what each promises and what happened."""
    from cli.local_commands.documents import documents as show  # noqa: PLC0415  loads an AWS

    return _reported(call, show(call.options, *_consoles(call)), "documents")


@_command("deploy-rules", "genesys-purge local deploy-rules rules.json --dry-run")
def deploy_rules(
    call: LocalCall,
    rules: Annotated[
        Path, typer.Argument(metavar="RULES.json", help="Campaign rules, JSON or YAML.")
    ],
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show the changes.")] = False,
) -> int:
    """Start the application, deploy campaign rules, and stop it."""
    from cli.local_commands.deploy_rules import deploy_rules as deploy  # noqa: PLC0415  loads an AWS

    code = deploy(rules, call.options, *_consoles(call), dry_run=dry_run)
    return _reported(call, code)


@_command("export-rules", "genesys-purge local export-rules campaign-1")
def export_rules(
    call: LocalCall,
    campaign: Annotated[str, typer.Argument(metavar="CAMPAIGN_ID", help="The campaign.")],
) -> int:
    """Start the application, export the changes of a campaign's rules, and stop it."""
    from cli.local_commands.export_rules import CSV, JSON_LINES  # noqa: PLC0415  loads an AWS
    from cli.local_commands.export_rules import export_rules as export  # noqa: PLC0415  loads an AWS

    code = export(campaign, call.options, *_consoles(call))
    if call.output.as_json:
        files = [str(call.options.out / name) for name in (JSON_LINES, CSV)]
        call.output.json_line({"campaignId": campaign, "files": files})
    return code


@_command("redrive", "genesys-purge local redrive")
def redrive(call: LocalCall) -> int:
    """Send abandoned notifications and webhook registrations of the running application again."""
    from cli.local_commands.redrive import redrive as send_again  # noqa: PLC0415  loads an AWS

    moved = send_again(call.options.out)
    call.output.labelled({"moved": moved}, lambda: [*moved.items()])
    return 0
