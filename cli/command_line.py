"""The command tree of `genesys-purge`, and its exit codes."""

from collections.abc import Sequence

import typer
from botocore.exceptions import BotoCoreError, ClientError
from httpx import HTTPError

from cli import output
from cli.commands import local, purge_rules, rules, runs, switch
from cli.commands.examples import example
from cli.commands.run import run
from cli.commands.trace import trace
from cli.commands.validate import validate
from cli.errors import NO_ACCESS, WrongInput
from cli.output import Output
from cli.shared_options import command
from local.errors import CommandFailed

NAME = "genesys-purge"
# Aliases of the commands of `python -m local`.
ALIASES = {
    "demo-rules": ("local", "rules-demo"),
    "evaluate": ("rules", "evaluate"),
    "validate": ("validate",),
}

app = typer.Typer(
    name=NAME,
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["--help", "-h"]},
    help="Delete Genesys Cloud data on request or on schedule, and see what was deleted.\n\n"
    "Begin with `genesys-purge local up`: it runs the whole application on this machine, with a "
    "simulated Genesys. In another terminal, `genesys-purge example conversation_archive` prints "
    "a request, and `genesys-purge run request.json --dry-run` shows what it would delete.",
    epilog="Exit codes: 0 done and well, 1 the run did not end well, 2 wrong input, 3 no right "
    "or no connection.",
)
command(app, "run", "genesys-purge run request.json --watch")(run)
app.add_typer(runs.app, name="runs")
command(app, "trace", "genesys-purge trace 3d9c1724-11e2-4b8f-ab0d-549b6f03675a")(trace)
command(app, "validate", "genesys-purge validate request.json --matrix m.json", stack=False)(
    validate
)
command(app, "example", "genesys-purge example data_deletion > request.json", stack=False)(example)
app.add_typer(rules.app, name="rules")
app.add_typer(purge_rules.app, name="purge-rules")
command(app, "stop", "genesys-purge stop --stack genesys-purge-prod")(switch.stop)
command(app, "resume", "genesys-purge resume --stack genesys-purge-prod")(switch.resume)
app.add_typer(local.app, name="local")


def run_command(arguments: Sequence[str]) -> int:
    """Run a command and return its exit code; raises Stopped after a signal."""
    try:
        app(args=list(arguments), prog_name=NAME)
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else 1
    except CommandFailed as failed:
        return _failed(arguments, failed)
    except BrokenPipeError:
        output.leave_quietly()
        return 0
    except (BotoCoreError, ClientError, HTTPError) as error:
        Output(as_json="--json" in arguments).error([str(error)])
        return NO_ACCESS
    except OSError as error:
        Output(as_json="--json" in arguments).error([str(error)])
        return 1
    return 0


def run_alias(arguments: Sequence[str]) -> int:
    """Run a command of `python -m local`."""
    first, rest = list(arguments[:1]), list(arguments[1:])
    words = ALIASES.get(first[0], ("local", *first)) if first else ("local",)
    return run_command([*words, *rest])


def _failed(arguments: Sequence[str], failed: CommandFailed) -> int:
    lines = failed.problems if isinstance(failed, WrongInput) else [str(failed)]
    Output(as_json="--json" in arguments).error(lines)
    return failed.exit_code
