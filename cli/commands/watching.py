"""Follows a run in the way that fits the output."""

import sys
from contextlib import AbstractContextManager

import typer

from cli.errors import NOT_WELL
from cli.following import EVERY_SECONDS, LOCALLY, Follower
from cli.interrupts import Stopped
from cli.invocation import Invocation
from cli.reports.bars import Bars
from cli.reports.json_lines import JsonLines
from cli.reports.observation import Observation
from cli.reports.progress import Lines, Nothing, Progress
from cli.reports.summary import summary


def watch(call: Invocation, run_id: str) -> int:
    """Follow a run to its end, and show the result; 1 if it did not end well."""
    every = LOCALLY if call.stack.is_local else EVERY_SECONDS
    latest: Observation | None = None
    try:
        with _progress(call) as progress:
            for latest in Follower(call.api, run_id).observations(every):
                progress.show(latest)
    except Stopped as stopped:
        back = call.again(f"runs watch {run_id}")
        print(f"The run goes on. Come back to it with: {back}", file=sys.stderr)
        raise typer.Exit(stopped.exit_code) from None
    if latest is None:
        raise AssertionError("a run is observed at least once")
    call.output.lines(summary(latest))
    return 0 if latest.succeeded else NOT_WELL


def _progress(call: Invocation) -> AbstractContextManager[Progress]:
    output = call.output
    if output.as_json:
        return JsonLines(output.json_line)
    if output.quiet:
        return Nothing()
    return Bars(output.console) if output.console.is_terminal else Lines(output.console)
