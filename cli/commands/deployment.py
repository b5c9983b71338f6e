"""Follows and shows a deployment of campaign rules."""

import time
from collections.abc import Mapping
from typing import Any

import typer

from cli.errors import NOT_WELL, NoAccess
from cli.following import EVERY_SECONDS, LOCALLY
from cli.interrupts import Stopped
from cli.invocation import Invocation
from cli.reports.deployments import SUCCESSES, lines_of
from cli.reports.lines import say


def follow(call: Invocation, deployment_id: str) -> int:
    """Follow a deployment to its end, and show it; 1 if it did not end well."""
    every = LOCALLY if call.stack.is_local else EVERY_SECONDS
    shown = ""
    try:
        while "outcome" not in (found := call.api.get(f"/campaign-rules/{deployment_id}")):
            shown = _changed(call, found, shown)
            time.sleep(every)
    except (Stopped, NoAccess) as ended:
        back = call.again(f"rules show {deployment_id}")
        call.output.important(f"The deployment goes on. See how it ends with: {back}")
        if isinstance(ended, Stopped):
            raise typer.Exit(ended.exit_code) from None
        raise
    if call.output.as_json:
        call.output.json_line({"event": "deployment", **found})
    else:
        show(call, found)
    return 0 if found["outcome"] in SUCCESSES else NOT_WELL


def _changed(call: Invocation, found: Mapping[str, Any], shown: str) -> str:
    """Print the status if it has changed."""
    line = f"deployment {found['deploymentId']}: {found['status']}"
    if line != shown and not call.output.quiet:
        if call.output.as_json:
            call.output.json_line({"event": "deployment", **found})
        else:
            say(call.output.console, line)
    return line


def show(call: Invocation, found: Mapping[str, Any]) -> None:
    """Show a deployment."""
    call.output.labelled(found, lambda: lines_of(found))
