"""The stops that make a run wait."""

from collections.abc import Mapping, Sequence
from typing import Any

from genesys_purge.model.stops import Stoppable

from cli.errors import NoAccess, WrongInput
from cli.invocation import Invocation
from cli.reports.tables import moment

# Most runs are never stopped, so the stops are read less often than the run.
LOOK_EVERY = 10
Stop = Mapping[str, Any]


def stops_of(call: Invocation, run: Mapping[str, Any]) -> list[Stop]:
    """The stops that cover a run; none for one that deletes nothing more.

    A caller who may not read stops gets none.
    """
    if run.get("status") == "finished" or run.get("dryRun"):
        return []
    try:
        found = call.api.get("/stops")["stops"]
    except (NoAccess, WrongInput):
        return []
    policy = (run.get("purgePolicy") or {}).get("name")
    covering = Stoppable(run.get("organisation"), policy, run["runId"]).stop_ids
    return [each for each in found if each["stopId"] in covering]


def reasons_of(stop: Stop) -> str:
    """Every reason of a stop, or why it cannot be read."""
    further = [each["reason"] for each in stop.get("further", ())]
    return "; ".join([stop.get("wrong") or stop["reason"], *further])


def line_of(stop: Stop) -> str:
    """A stop in one line."""
    by = f" by {stop['stoppedBy']}" if "stoppedBy" in stop else ""
    since = f" since {moment(stop['stoppedAt'])} UTC" if "stoppedAt" in stop else ""
    return f"{stop['stopId']}{since}{by}: {reasons_of(stop)}"


def show_stops(call: Invocation, stops: Sequence[Stop]) -> None:
    """Say that a run waits, and how it goes on, if a stop covers it."""
    for each in stops:
        call.output.hint(f"Stopped: {line_of(each)}")
    say_how_to_go_on(call, stops)


def say_how_to_go_on(call: Invocation, stops: Sequence[Stop]) -> None:
    """Say what ends the stops, if there are any."""
    if stops:
        lists = call.again("stops list")
        call.output.hint(f"Nothing more is deleted until two persons resume. See: {lists}")


class StopWatch:
    """Reports each change of the stops that a followed run waits for."""

    def __init__(self, call: Invocation) -> None:
        self._call = call
        self._looks = 0
        self.stops: list[Stop] = []

    def look(self, run: Mapping[str, Any]) -> None:
        """Read the stops again, if it is time."""
        self._looks += 1
        if self._looks % LOOK_EVERY == 1:
            before, self.stops = self.stops, stops_of(self._call, run)
            if self.stops != before:
                self._report(run)

    def _report(self, run: Mapping[str, Any]) -> None:
        output = self._call.output
        if output.as_json:
            output.json_line({"event": "stops", "runId": run["runId"], "stops": self.stops})
        elif self.stops:
            show_stops(self._call, self.stops)
        elif run.get("status") != "finished":
            output.hint("No stop covers the run any more.")
