"""`python -m local up`: the application for others to use, until it is told to stop."""

import json
from pathlib import Path

import httpx
from rich.console import Console

from local import results
from local.application import application
from local.options import Options
from local.running import announce, say

STACK = "stack.json"


class AlreadyUp(Exception):
    """Another application is up and has its `stack.json` there."""


def up(options: Options, console: Console) -> None:
    """Keeps the application up; `stack.json` exists only while it is ready."""
    file = options.out / STACK
    options.out.mkdir(parents=True, exist_ok=True)
    _require_free(file)
    file.unlink(missing_ok=True)
    say(console, f"Starting the application; waits are scaled by {options.wait_scale:g}.")
    with application(options) as app:
        announce(app, console)
        try:
            results.write_json(file, app.to_json())
            say(console, f"Ready: {file} says how to use it. Stop it with Ctrl-C.")
            app.aws.await_end()
        finally:
            file.unlink(missing_ok=True)


def _require_free(file: Path) -> None:
    try:
        endpoint = json.loads(file.read_text())["awsEndpoint"]
        httpx.get(endpoint, trust_env=False, timeout=5)
    except (OSError, ValueError, KeyError, httpx.HTTPError):
        return
    raise AlreadyUp(f"{file} belongs to an application that is up; stop it, or name another --out")
