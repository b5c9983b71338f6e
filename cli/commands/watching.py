"""Follows a run in the way that fits the output."""

import time
from collections.abc import Mapping
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

import typer
from genesys_purge.model.run import RunStatus

from cli.commands.reasons import show_approval
from cli.commands.stopped import StopWatch
from cli.errors import NOT_WELL, NoAccess
from cli.following import EVERY_SECONDS, LOCALLY, Follower
from cli.interrupts import Stopped
from cli.invocation import Invocation
from cli.reports.bars import Bars, can_draw_on
from cli.reports.json_lines import JsonLines
from cli.reports.observation import Observation
from cli.reports.progress import Lines, Nothing, Progress
from cli.reports.summary import summary

# A run that does not change for so long may have lost its execution.
QUIET_FOR = timedelta(minutes=15)


def watch(call: Invocation, run_id: str) -> int:
    """Follow a run to its end, and show the result; 1 if it did not end well."""
    try:
        latest = _followed(call, run_id)
    except (Stopped, NoAccess) as ended:
        back = call.again(f"runs watch {run_id}")
        call.output.important(f"The run goes on. Come back to it with: {back}")
        if isinstance(ended, Stopped):
            raise typer.Exit(ended.exit_code) from None
        raise
    if not call.output.as_json:
        call.output.labelled({}, lambda: summary(latest))
    return 0 if latest.succeeded else NOT_WELL


def _followed(call: Invocation, run_id: str) -> Observation:
    """The run at its end."""
    every = LOCALLY if call.stack.is_local else EVERY_SECONDS
    follower, before, since = Follower(call.api, run_id), None, time.monotonic()
    stopped = StopWatch(call)
    with _progress(call) as progress:
        for latest in follower.observations(every):
            progress.show(latest)
            stopped.look(latest.answer)
            if latest.answer != before:
                if _begins_to_wait(latest.answer, before or {}):
                    show_approval(call, latest.answer)
                before, since = latest.answer, time.monotonic()
            elif not stopped.stops and time.monotonic() - since > QUIET_FOR.total_seconds():
                since = time.monotonic()
                call.output.hint(
                    f"Nothing has changed for {QUIET_FOR}. If its execution was stopped, "
                    "settling ends the run within an hour"
                )
    return latest


def _begins_to_wait(now: Mapping[str, Any], before: Mapping[str, Any]) -> bool:
    awaiting = RunStatus.AWAITING_APPROVAL
    return now["status"] == awaiting and before.get("status") != awaiting


def _progress(call: Invocation) -> AbstractContextManager[Progress]:
    output = call.output
    if output.as_json:
        return JsonLines(output.json_line)
    if output.quiet:
        return Nothing()
    return Bars(output.console) if can_draw_on(output.console) else Lines(output.console)
