"""`genesys-purge local up`: keeps the application up for other programs until Ctrl-C."""

import json
import sys
from pathlib import Path

import httpx
from rich.console import Console

from cli.documents.files import read_request
from cli.errors import WrongInput
from cli.interrupts import Stopped
from cli.local_commands.starting import provide_ids, started
from cli.output import Output
from cli.reports import results
from cli.reports.lines import say
from local.options.options import Options
from local.project import PROJECT

# Its list of ids is the one that `local run` writes.
SAMPLE = PROJECT / "events" / "schedule" / "conversation_archive.json"
STACK = "stack.json"


class AlreadyUp(WrongInput):
    """Another application is up and uses the same folder."""


def up(options: Options, console: Console, output: Output) -> int:
    """Keeps the application up until a signal; `stack.json` exists only while it is ready."""
    file = options.out / STACK
    options.out.mkdir(parents=True, exist_ok=True)
    _require_free(file)
    file.unlink(missing_ok=True)
    try:
        with started(options, console) as app:
            provide_ids(app, read_request(SAMPLE), console)
            try:
                results.write_json(file, app.to_json())
                say(console, f"Ready: {file} has the addresses and keys.")
                say(console, "Stop it with Ctrl-C. It then forgets all runs.")
                if output.as_json:
                    output.json_line(app.to_json())
                app.aws.await_end()
            finally:
                file.unlink(missing_ok=True)
    except Stopped:
        print("stopped", file=sys.stderr)
        return 0


def _require_free(file: Path) -> None:
    try:
        endpoint = json.loads(file.read_text())["awsEndpoint"]
        httpx.get(endpoint, trust_env=False, timeout=5)
    except (OSError, ValueError, KeyError, httpx.HTTPError):
        return
    raise AlreadyUp(f"{file} belongs to an application that is up; stop it or use another --out")
