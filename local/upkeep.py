"""`python -m local up`: the application for others to use, until it is told to stop."""

from rich.console import Console

from local import results
from local.application import application
from local.options import Options
from local.running import announce, say

STACK = "stack.json"


def up(options: Options, console: Console) -> None:
    """Keeps the application up; `stack.json` exists only while it is ready."""
    file = options.out / STACK
    options.out.mkdir(parents=True, exist_ok=True)
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
