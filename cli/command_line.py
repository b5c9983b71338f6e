"""The command tree of `genesys-purge`, and its exit codes."""

import os
from collections.abc import Sequence
from importlib.metadata import version
from typing import Annotated

import typer
from botocore.exceptions import BotoCoreError, ClientError
from httpx import HTTPError
from typer.exceptions import TyperException

from cli.commands import local, purge_rules, rules, runs
from cli.commands.examples import example
from cli.commands.governance import approvals, hold_changes, policies, settings, stops
from cli.commands.proof import certificate, personal_data
from cli.commands.run import run
from cli.commands.trace import trace
from cli.commands.validate import validate
from cli.errors import NO_ACCESS, NOT_WELL, WRONG, WrongInput
from cli.output import Output, leave_quietly, write_any_text
from cli.shared_options import command
from local.errors import CommandFailed

NAME = "genesys-purge"
# The names of commands below `python -m local` that differ.
ALIASES = {
    "demo-rules": ("local", "rules-demo"),
    "evaluate": ("rules", "evaluate"),
    "validate": ("validate",),
}
# As a program ends whose reader has gone.
BROKEN_PIPE = 141
DEBUG = "GENESYS_PURGE_DEBUG"

app = typer.Typer(
    name=NAME,
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["--help", "-h"]},
)


def _print_version(is_asked: bool) -> None:  # noqa: FBT001  called by Typer
    if is_asked:
        print(version(NAME))
        raise typer.Exit


@app.callback(
    epilog="Exit codes: 0 done and well, 1 the run did not end well, 2 wrong input, 3 no right "
    "or no connection, 130 Ctrl-C."
)
def main(
    *,
    shows_version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Shows the version."
        ),
    ] = False,
) -> None:
    """Delete Genesys Cloud data on request or on schedule, and see what was deleted.

    Begin with `genesys-purge local up`: it runs the whole application on this machine, with a
    simulated Genesys. In another terminal, `genesys-purge example conversation_archive` prints a
    request, and `genesys-purge run request.json --dry-run` shows what it would delete. With `--as
    approver` at their end, commands act as one of its six people: requester, approver, holds,
    auditor, operator and privacy.
    """
    assert not shows_version  # noqa: S101  its callback ends the program


command(app, "run", "genesys-purge run request.json --watch")(run)
app.add_typer(runs.app, name="runs")
command(app, "trace", "genesys-purge trace 3d9c1724-11e2-4b8f-ab0d-549b6f03675a")(trace)
command(app, "validate", "genesys-purge validate request.json --matrix m.json", stack=False)(
    validate
)
command(app, "example", "genesys-purge example data_deletion > request.json", stack=False)(example)
app.add_typer(certificate.app, name="certificate")
app.add_typer(personal_data.app, name="personal-data")
app.add_typer(approvals.app, name="approvals")
app.add_typer(policies.app, name="policies")
app.add_typer(settings.app, name="settings")
app.add_typer(hold_changes.app, name="holds")
app.add_typer(rules.app, name="rules")
app.add_typer(purge_rules.app, name="purge-rules")
command(app, "stop", "genesys-purge stop --scope run --name q-2 --reason Incident")(stops.stop)
command(app, "resume", "genesys-purge resume --reason Corrected")(stops.resume)
app.add_typer(stops.app, name="stops")
app.add_typer(local.app, name="local")


def run_command(arguments: Sequence[str]) -> int:
    """Run a command and return its exit code; raises Stopped after a signal."""
    write_any_text()
    try:
        code: int | None = app(args=list(arguments), prog_name=NAME, standalone_mode=False)
    except BrokenPipeError:
        leave_quietly()
        return BROKEN_PIPE
    except Exception as error:
        if os.environ.get(DEBUG):
            raise
        lines, code = _explained(error)
        Output(as_json="--json" in arguments).error(lines)
    return code or 0


def run_alias(arguments: Sequence[str]) -> int:
    """Run a command of `python -m local`."""
    first, rest = list(arguments[:1]), list(arguments[1:])
    words = ALIASES.get(first[0], ("local", *first)) if first else ("local",)
    return run_command([*words, *rest])


def _explained(error: Exception) -> tuple[Sequence[str], int]:
    """What to print about an error, and the exit code."""
    match error:
        case WrongInput():
            return error.problems, error.exit_code
        case CommandFailed():
            return [str(error)], error.exit_code
        case TyperException():
            return _misused(error), WRONG
        case typer.Abort():
            return ["not confirmed, so nothing was changed"], NOT_WELL
        case ClientError() | BotoCoreError() | HTTPError():
            return [str(error)], NO_ACCESS
        case OSError():
            return [str(error)], NOT_WELL
    kind = type(error).__name__
    return [f"unexpected {kind}; {DEBUG}=1 shows where, for a report of this fault"], NOT_WELL


def _misused(error: TyperException) -> list[str]:
    """The error of a wrong command line; a command without its arguments has printed its help."""
    context = getattr(error, "ctx", None)
    path = context.command_path if context else NAME
    words = error.format_message()
    return [f"{words.rstrip('.')}; `{path} --help` shows the usage"] if words else []
